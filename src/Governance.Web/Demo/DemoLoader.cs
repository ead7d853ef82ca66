using Governance.Connectors;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Web.Hosting;
using Microsoft.Data.Sqlite;

namespace Governance.Web.Demo;

/// <summary>
/// Fills the demo's folder once. The sample organisation is played through the product's own importers and services with a clock that walks from
/// ten weeks ago to now; nothing is written past them. Begun anew when an earlier start was stopped half way.
/// </summary>
public sealed class DemoLoader(DataDirectory data, IConfiguration configuration, TimeProvider clock, DatabaseMigrator migrator, ILogger<DemoLoader> log) : IStartupStep
{
    private string Marker => data.File("demo-loaded");

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken ct)
    {
        if (File.Exists(Marker))
            return;
        var began = clock.GetTimestamp();
        await ClearAsync(ct);
        var past = new DemoClock(clock);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(past);
        services.AddSingleton(configuration);
        services.AddLogging(logging => logging.AddFilter(static level => level >= LogLevel.Warning));
        services.AddGovernance(configuration);
        services.AddConnectors();
        services.AddSingleton<ToolService>();
        await using (var provider = services.BuildServiceProvider())
        {
            await new DemoStory(provider, past, clock.GetUtcNow(), data.Folder("files")).TellAsync(ct);
            // What each night keeps, so that figures have a trend.
            await provider.GetRequiredService<MetricBoard>().KeepAsync(ct);
        }

        await File.WriteAllTextAsync(Marker, "The sample organisation is complete. Delete this folder to have it made anew.\n", ct);
        log.LogInformation("The sample organisation is loaded in {Seconds:0.0} s into {Folder}", clock.GetElapsedTime(began).TotalSeconds, data.Root);
    }

    /// <summary>Only ever the demo's own file, and only while the marker is missing.</summary>
    private async Task ClearAsync(CancellationToken ct)
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(data.Root, "governance.db*"))
            File.Delete(file);
        await migrator.MigrateAsync(ct);
    }
}
