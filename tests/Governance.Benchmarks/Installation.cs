using System.Diagnostics;
using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Governance.Benchmarks;

/// <summary>An empty installation of the product in a folder, or a database, of its own.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly Actor By = Actor.CommandLine("benchmark");
    private readonly ServiceProvider services;
    private readonly string? database;

    private Installation(ServiceProvider services, string folder, string? database) => (this.services, Folder, this.database) = (services, folder, database);

    public string Folder { get; }

    public string SqliteFile => Path.Combine(Folder, "governance.db");

    public string? ConnectionString { get; private init; }

    public static async Task<Installation> CreateAsync(DatabaseProvider provider, Action<IServiceCollection>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("governance-benchmark-").FullName;
        string? connection = null;
        string? database = null;
        if (provider == DatabaseProvider.PostgreSql)
        {
            var server = Environment.GetEnvironmentVariable("GOVERNANCE_TEST_POSTGRES") ?? throw new InvalidOperationException("Set GOVERNANCE_TEST_POSTGRES: bash tests/postgres.sh start prints it.");
            database = $"benchmark_{Ids.New(TimeProvider.System.Now()):N}";
            await using var admin = new NpgsqlConnection(server);
            await admin.OpenAsync();
            await using var create = new NpgsqlCommand($"CREATE DATABASE {database}", admin);
            await create.ExecuteNonQueryAsync();
            connection = new NpgsqlConnectionStringBuilder(server) { Database = database, CommandTimeout = 1800 }.ConnectionString;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Governance:DataDirectory"] = folder,
            ["Governance:Database:Provider"] = provider.ToString(),
            ["Governance:Database:ConnectionString"] = connection,
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(l => l.AddConsole().SetMinimumLevel(Environment.GetEnvironmentVariable("BENCH_SQL") is null ? LogLevel.Error : LogLevel.Information));
        services.AddGovernance(configuration);
        configure?.Invoke(services);
        var built = services.BuildServiceProvider();
        await built.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        return new Installation(built, folder, database) { ConnectionString = connection };
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public GovernanceDb Open() => Get<IDbContextFactory<GovernanceDb>>().CreateDbContext();

    /// <summary>Imports the file and says how long reading and merging took; not the storing of the upload.</summary>
    public async Task<(Cost Took, ImportRun Run)> ImportAsync(string path)
    {
        var imports = Get<ImportService>();
        Guid id;
        await using (var content = File.OpenRead(path))
            id = (await imports.QueueAsync(new ImportRequest(Path.GetFileName(path), "Benchmark", InventoryReaders.Auto, Full: true), content, By, CancellationToken.None)).OrThrow();
        var start = Cost.Begin();
        var run = await imports.RunAsync(id, By, CancellationToken.None);
        var took = start.End();
        if (run.State != ImportRunState.Completed)
            throw new InvalidOperationException($"The import failed: {run.Message}");
        return (took, run);
    }

    /// <summary>The identity in the middle of an order, as a page's cursor.</summary>
    public async Task<string> MiddleAsync(IdentitySort sort)
    {
        await using var db = Open();
        var half = await db.Identities.CountAsync() / 2;
        var rows = sort switch
        {
            IdentitySort.Risk => db.Identities.OrderBy(i => i.Risk).ThenBy(i => i.Id),
            IdentitySort.LastUsed => db.Identities.OrderBy(i => i.LastUsedAt).ThenBy(i => i.Id),
            _ => db.Identities.OrderBy(i => i.DisplayName).ThenBy(i => i.Id),
        };
        return (await rows.Skip(half).Select(i => i.Id).FirstAsync()).ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (database is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await using var admin = new NpgsqlConnection(Environment.GetEnvironmentVariable("GOVERNANCE_TEST_POSTGRES"));
            await admin.OpenAsync();
            await using var drop = new NpgsqlCommand($"DROP DATABASE {database} WITH (FORCE)", admin);
            await drop.ExecuteNonQueryAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>What something took: by the clock, and of the processor. On a busy machine only the second is worth comparing.</summary>
internal sealed record Cost(double Seconds, double Processor)
{
    public static Measure Begin() => new(Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds:0.00} s, {Processor:0.00} cpu");

    internal sealed record Measure(long Start, TimeSpan Processor)
    {
        public Cost End() => new(Stopwatch.GetElapsedTime(Start).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - Processor).TotalSeconds);
    }
}

/// <summary>Figures as a table, each with what it is measured against.</summary>
internal static class Print
{
    public static void Line(string what, string figure, string? aim = null) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-66} {figure,22}{(aim is null ? string.Empty : $"   aim {aim}")}"));

    public static string Ratio(Cost of, Cost to) => string.Create(CultureInfo.InvariantCulture, $"{of.Seconds / to.Seconds:0.00} x, {of.Processor / to.Processor:0.00} cpu");

    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} x");
}
