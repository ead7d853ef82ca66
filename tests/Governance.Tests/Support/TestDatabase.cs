using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Governance.Tests.Support;

/// <summary>A migrated database of its own, with all services of the product over it and a clock that only the test moves.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>When the clock of each test starts.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly SemaphoreSlim TemplateLock = new(1, 1);
    private static string? template;
    private readonly string folder;
    private readonly string? database;

    private TestDatabase(ServiceProvider services, FakeTimeProvider clock, string folder, string? database) =>
        (Services, Clock, this.folder, this.database) = (services, clock, folder, database);

    public ServiceProvider Services { get; }

    public FakeTimeProvider Clock { get; }

    public DateTimeOffset Now => Clock.Now();

    public string Folder => folder;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public GovernanceDb Open() => Get<IDbContextFactory<GovernanceDb>>().CreateDbContext();

    public Task CatchUpAsync() => Get<Followers>().CatchUpAsync(CancellationToken.None);

    /// <param name="provider">Which database.</param>
    /// <param name="configure">Registers or replaces services.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider, Action<IServiceCollection>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("governance-test-").FullName;
        var (connection, database) = provider == DatabaseProvider.PostgreSql ? await FromTemplateAsync() : (null, null);
        var clock = new FakeTimeProvider(Noon);
        var services = Build(provider, connection, folder, clock, configure);
        if (database is null)
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        return new TestDatabase(services, clock, folder, database);
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        if (database is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await ServerAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
        }
        else
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static ServiceProvider Build(DatabaseProvider provider, string? connection, string folder, TimeProvider clock, Action<IServiceCollection>? configure)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Governance:DataDirectory"] = folder,
            ["Governance:Database:Provider"] = provider.ToString(),
            ["Governance:Database:ConnectionString"] = connection,
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton(clock);
        services.AddLogging();
        services.AddGovernance(configuration);
        configure?.Invoke(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    private static async Task<(string Connection, string Database)> FromTemplateAsync()
    {
        await TemplateLock.WaitAsync();
        try
        {
            if (template is null)
            {
                var name = $"template_{Environment.ProcessId}";
                await ServerAsync($"DROP DATABASE IF EXISTS {name}");
                await ServerAsync($"CREATE DATABASE {name}");
                var folder = Directory.CreateTempSubdirectory("governance-template-").FullName;
                await using (var services = Build(DatabaseProvider.PostgreSql, On(name), folder, TimeProvider.System, null))
                    await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
                NpgsqlConnection.ClearAllPools();
                Directory.Delete(folder, recursive: true);
                template = name;
            }

            var database = $"test_{Guid.CreateVersion7():N}";
            await ServerAsync($"CREATE DATABASE {database} TEMPLATE {template}");
            return (On(database), database);
        }
        finally
        {
            TemplateLock.Release();
        }
    }

    private static string On(string database) => $"{PostgresServer.ConnectionString};Database={database};Maximum Pool Size=20;Pooling=true";

    private static async Task ServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionString + ";Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
