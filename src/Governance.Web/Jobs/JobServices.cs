using Governance.Persistence;
using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Options;

namespace Governance.Web.Jobs;

/// <summary>Hangfire says when; the tables say what. Losing its queue loses nothing, since every job finds its work in the tables.</summary>
public static class JobServices
{
    public static void AddJobs(this IServiceCollection services)
    {
        services.AddHangfire((provider, hangfire) =>
        {
            var options = provider.GetRequiredService<IOptions<GovernanceOptions>>().Value;
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            _ = options.Database.Provider switch
            {
                DatabaseProvider.PostgreSql => (object)hangfire.UsePostgreSqlStorage(storage => storage.UseNpgsqlConnection(options.Database.ConnectionString)),
                DatabaseProvider.SqlServer => hangfire.UseSqlServerStorage(options.Database.ConnectionString),
                _ => hangfire.UseInMemoryStorage(),
            };
        });
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = Math.Max(2, Environment.ProcessorCount);
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
        });
    }
}
