using System.Diagnostics;
using Governance.Audit;
using Governance.Campaigns;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

/// <summary>The command line is killed (SIGKILL) at any moment of a launch or a close; whoever comes next finishes it, with no item twice and none missing.</summary>
public sealed class CampaignKillTests
{
    private const int Killed = 137;

    private static CancellationToken Ct => CancellationToken.None;

    [Theory]
    [InlineData("launch.campaign")]
    [InlineData("launch.items")]
    [InlineData("launch.tasks")]
    [InlineData("launch.prepared")]
    [InlineData("launch.told")]
    [InlineData("before-commit")]
    [InlineData("after-commit")]
    public async Task Killed_anywhere_in_a_launch_the_next_run_launches_it_once_and_whole(string point)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        for (var n = 0; n < 20; n++)
            await review.OwnedAsync(ada);
        await review.Given.IdentityAsync(i => i.State = LifecycleState.Decommissioned);
        // Due on the test's clock, long past on the machine's.
        await review.DefineAsync(i => i with { Recurrence = Recurrence.Monthly, FirstLaunchAt = test.Now.AddHours(1) });
        (await RunAsync(test.Folder, point + ":1")).ShouldBe(Killed);
        (await RunAsync(test.Folder, null)).ShouldBe(0);
        (await RunAsync(test.Folder, null)).ShouldBe(0);

        await using var db = test.Open();
        var campaign = await db.Campaigns.SingleAsync();
        (campaign.State, campaign.InScope, campaign.Population, campaign.Excluded).ShouldBe((CampaignState.Running, 21, 20, 1));
        (await db.ReviewItems.CountAsync()).ShouldBe(20);
        (await db.ReviewItems.Select(i => i.TargetId).Distinct().CountAsync()).ShouldBe(20);
        (await db.ReviewTasks.CountAsync()).ShouldBe(20);
        (await db.CampaignExclusions.CountAsync()).ShouldBe(1);
        (await db.Messages.CountAsync(m => m.Kind == "review.waiting")).ShouldBe(1);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignLaunched)).ShouldBe(1);
        (await test.Get<ChainVerifier>().VerifyAsync(Ct)).Intact.ShouldBeTrue();
    }

    [Theory]
    [InlineData("close.moved:1")]
    [InlineData("before-commit:1")]
    [InlineData("after-commit:1")]
    [InlineData("before-commit:2")]
    [InlineData("after-commit:2")]
    public async Task Killed_anywhere_in_a_close_it_is_closed_and_applied_once(string fault)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (kept, gone) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        var campaign = await review.LaunchAsync(i => i with { Stages = StageSettings.Single(2) });
        await review.DecideAsync(campaign, kept, ada, Verdict.Certify);
        await review.DecideAsync(campaign, gone, ada, Verdict.Revoke, "not needed");
        (await RunAsync(test.Folder, fault)).ShouldBe(Killed);
        (await RunAsync(test.Folder, null)).ShouldBe(0);
        (await RunAsync(test.Folder, null)).ShouldBe(0);

        await using var db = test.Open();
        (await db.Campaigns.Select(c => c.State).SingleAsync()).ShouldBe(CampaignState.Applied);
        (await db.ReviewItems.Select(i => i.Outcome).ToListAsync()).ShouldBe([ItemOutcomeKind.Certified, ItemOutcomeKind.Revoked], ignoreOrder: true);
        (await db.RevocationOrders.Where(o => o.IdentityId == gone.Id).CountAsync()).ShouldBe(1);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignClosed)).ShouldBe(1);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignApplied)).ShouldBe(1);
        (await test.Get<ChainVerifier>().VerifyAsync(Ct)).Intact.ShouldBeTrue();
    }

    private static async Task<int> RunAsync(string folder, string? fault)
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Governance.Cli.dll"), "campaigns", "run", "--json"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Governance__DataDirectory"] = folder;
        start.Environment["Governance__Database__Provider"] = "Sqlite";
        start.Environment["GOVERNANCE_FAULT"] = fault;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return process.ExitCode is 0 or Killed ? process.ExitCode : throw new InvalidOperationException($"The run ended with {process.ExitCode}: {await errors}");
    }
}
