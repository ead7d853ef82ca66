using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Web.Demo;
using Governance.Web.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Demo;

/// <summary>How often a proposal names the owner, on organisations of whom it is known; prints the figures that docs/administrator.md shows.</summary>
public sealed class ProposalMeasureTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Proposals_name_the_owner_far_more_often_than_a_guess_within_the_department(int seed)
    {
        var measure = await MeasureAsync(seed);
        Print(seed, measure.Cold);
        Print(seed, measure.Warm);
        foreach (var row in measure.ByConfidence.Concat(measure.ByEvidence))
            Print(seed, row);
        // A guess among the ten or so of a department who own anything is right in about one case of ten.
        measure.Warm.Known.ShouldBeGreaterThan(300);
        measure.Warm.TopOne!.Value.ShouldBeGreaterThan(40);
        measure.Warm.TopThree!.Value.ShouldBeGreaterThan(50);
        measure.Cold.Precision!.Value.ShouldBeGreaterThan(60);
        // The surer it says it is, the more often it is right.
        var sure = measure.ByConfidence.Where(r => r.Proposed >= 15).Select(r => r.Precision!.Value).ToList();
        sure[0].ShouldBeGreaterThan(sure[^1]);
    }

    private void Print(int seed, MeasureRow row) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"seed {seed}  {row.Name,-28} known {row.Known,4}  proposed {row.Proposed,4}  top-1 {row.TopOne ?? 0,5:0.0} %  top-3 {row.TopThree ?? 0,5:0.0} %  right when proposed {row.Precision ?? 0,5:0.0} %"));

    /// <summary>Imports the organisation's files through the product, then says who really owns what, and measures.</summary>
    private static async Task<ProposalMeasure> MeasureAsync(int seed)
    {
        var folder = Directory.CreateTempSubdirectory("governance-measure-").FullName;
        try
        {
            var configuration = new ConfigurationManager();
            configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder });
            var collection = new ServiceCollection();
            collection.AddSingleton<IConfiguration>(configuration);
            collection.AddLogging();
            collection.AddGovernance(configuration);
            await using var services = collection.BuildServiceProvider();
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(None);
            var now = TimeProvider.System.GetUtcNow();
            var world = new DemoWorld(now, seed);
            foreach (var file in world.Inventory(now).Prepend(world.Directory(leaversGone: true, now.AddDays(-20))))
            {
                var by = Actor.CommandLine("measure");
                var imports = services.GetRequiredService<ImportService>();
                using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(file.Content));
                var run = (await imports.QueueAsync(new ImportRequest(file.Name, file.Source ?? string.Empty, InventoryReaders.Auto, Full: true), content, by, None)).OrThrow();
                (await imports.RunAsync(run, by, None)).State.ShouldBe(ImportRunState.Completed);
            }

            await services.GetRequiredService<Governance.Audit.Followers>().CatchUpAsync(None);
            await OwnAsync(services, world);
            return await services.GetRequiredService<ProposalMeasureService>().RunAsync(None);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Nobody answers for what a leaver owned: those have no truth to measure by.</summary>
    private static async Task OwnAsync(ServiceProvider services, DemoWorld world)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync(None);
        var people = await db.People.Where(p => p.Status == Governance.People.PersonStatus.Active).ToDictionaryAsync(p => p.Name, p => p.Id, StringComparer.Ordinal, None);
        foreach (var (source, identities) in new[] { (DemoWorld.Entra, world.EntraIdentities), (DemoWorld.Aws, world.AwsUsers), (DemoWorld.GitHub, world.GitHubIdentities), (DemoWorld.Cluster, world.ClusterIdentities) })
        {
            foreach (var group in identities.Where(i => people.ContainsKey(i.Truth!.Owner)).GroupBy(i => people[i.Truth!.Owner]))
            {
                var names = group.Select(i => i.Name).ToList();
                await db.Identities.Where(i => names.Contains(i.DisplayName) && db.Sources.Any(s => s.Id == i.SourceId && s.Name == source))
                    .ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerId, group.Key).SetProperty(i => i.OwnerState, OwnerState.Accepted), None);
            }
        }
    }
}
