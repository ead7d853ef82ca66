using Hangfire;

namespace Governance.Web.Jobs;

/// <summary>A job that comes round. The class is thin: it calls a service and passes its cancellation on.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Cron">In UTC.</param>
/// <param name="Arm">Adds it to Hangfire.</param>
public sealed record RecurringJob(string Id, string Cron, Action<IRecurringJobManager, string, string> Arm)
{
    /// <summary>A job class with a method that takes a cancellation token.</summary>
    public static RecurringJob Of<T>(string id, string cron, System.Linq.Expressions.Expression<Func<T, Task>> call) =>
        new(id, cron, (manager, jobId, schedule) => manager.AddOrUpdate(jobId, call, schedule, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc }));
}

/// <summary>Arms what features registered as <see cref="RecurringJob"/>.</summary>
public static class RecurringJobs
{
    public static void Arm(IServiceProvider services)
    {
        var manager = services.GetRequiredService<IRecurringJobManager>();
        foreach (var job in services.GetServices<RecurringJob>())
            job.Arm(manager, job.Id, job.Cron);
    }
}
