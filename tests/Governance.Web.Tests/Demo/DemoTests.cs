using Governance.Audit;
using Governance.Campaigns;
using Governance.Findings;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Governance.Web.Demo;
using Governance.Web.Features.Accounts;
using Governance.Web.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Governance.Web.Tests.Demo;

public sealed class DemoTests
{
    [Fact]
    public async Task The_sample_organisation_is_whole_shows_every_risk_and_stays_as_people_leave_it()
    {
        var folder = Directory.CreateTempSubdirectory("governance-demo-").FullName;
        try
        {
            await using (var services = Services(folder))
            {
                services.GetRequiredService<DataDirectory>().Root.ShouldBe(Path.Combine(folder, "demo"));
                await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
                await services.GetRequiredService<DemoLoader>().RunAsync(CancellationToken.None);
                await ShouldBeWholeAsync(services);
                await using var db = await services.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
                await db.Tools.Where(t => t.Name == "Gong").ExecuteUpdateAsync(s => s.SetProperty(t => t.Description, "Changed by a visitor"));
            }

            await using (var again = Services(folder))
            {
                await again.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
                await again.GetRequiredService<DemoLoader>().RunAsync(CancellationToken.None);
                await using var db = await again.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
                (await db.Tools.Where(t => t.Name == "Gong").Select(t => t.Description).SingleAsync()).ShouldBe("Changed by a visitor", "a second start makes nothing anew");
            }
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_demo_never_points_at_the_records_that_were_configured()
    {
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Governance:DataDirectory"] = "/srv/governance",
            ["Governance:Database:Provider"] = "PostgreSql",
            ["Governance:Database:ConnectionString"] = "Host=production",
        });
        DemoMode.UseOwnFolder(configuration);
        configuration["Governance:DataDirectory"].ShouldBe(Path.Combine("/srv/governance", "demo"));
        configuration["Governance:Database:Provider"].ShouldBe("Sqlite");
        configuration["Governance:Database:ConnectionString"].ShouldBeNullOrEmpty();
    }

    private static async Task ShouldBeWholeAsync(ServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        (await db.Identities.CountAsync()).ShouldBe(400);
        (await db.Tools.CountAsync()).ShouldBe(30);
        (await db.People.CountAsync()).ShouldBe(120);
        (await db.People.CountAsync(p => p.Status == PersonStatus.Left)).ShouldBe(8);
        var runs = await db.ImportRuns.AsNoTracking().ToListAsync();
        runs.ShouldAllBe(r => r.State == ImportRunState.Completed && r.Rejected == 0 && r.Read == r.Created + r.Changed + r.Unchanged);
        (await db.Identities.CountAsync(i => i.OwnerState == OwnerState.Orphaned)).ShouldBeGreaterThan(10);
        (await db.Identities.CountAsync(i => i.OwnerState == OwnerState.None)).ShouldBeInRange(30, 90);
        (await db.Identities.CountAsync(i => i.OwnerState == OwnerState.Accepted)).ShouldBeGreaterThan(180);
        // Two of the calendar, and what a change opened by itself.
        var onChange = db.Set<MicroPolicy>().Select(p => p.DefinitionId);
        (await db.Campaigns.CountAsync(c => c.State == CampaignState.Running && !onChange.Contains(c.DefinitionId))).ShouldBe(2);
        (await db.Campaigns.CountAsync(c => c.State == CampaignState.Running && onChange.Contains(c.DefinitionId))).ShouldBeGreaterThan(0);
        (await db.Decisions.CountAsync()).ShouldBeGreaterThan(100);
        var open = await db.Findings.Where(f => f.State == FindingState.Open).Select(f => f.RuleId).Distinct().ToListAsync();
        // Unowned, owner left, shared, standing, old, expired, unused, never used, privileged, consent for all, autonomous with privilege, unapproved.
        foreach (var rule in new[] { "F01", "F02", "F05", "F06", "F07", "F08", "F10", "F11", "F13", "F15", "F22", "F28" })
            open.ShouldContain(rule);
        var report = await services.GetRequiredService<ChainVerifier>().VerifyAsync(CancellationToken.None);
        report.Problem.ShouldBeNull();
        report.Intact.ShouldBeTrue();
        services.GetServices<SampleSignIn>().Select(s => s.UserName).ShouldBe(await db.Accounts.OrderBy(a => a.Id).Select(a => a.UserName!).ToListAsync(), ignoreOrder: true);
    }

    private static ServiceProvider Services(string folder)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder });
        DemoMode.UseOwnFolder(configuration);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddGovernance(configuration);
        services.AddDemo();
        return services.BuildServiceProvider();
    }
}
