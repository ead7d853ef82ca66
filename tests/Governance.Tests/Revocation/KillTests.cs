using System.Diagnostics;
using Governance.Audit;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Revocation;

/// <summary>The command line is killed (SIGKILL) at each point where a survivor could believe something wrong, again and again until it ends unharmed.</summary>
public sealed class KillTests
{
    private const int MostRuns = 12;
    private const int Roles = 2;

    [Theory]
    [InlineData("sweep.ordered")]
    [InlineData("sweep.committed")]
    [InlineData("step.claimed")]
    [InlineData("step.intent")]
    [InlineData("step.sent")]
    [InlineData("step.observed")]
    public async Task Killed_anywhere_in_a_sweep_each_role_is_disabled_by_one_order_and_none_is_lost(string point)
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        await desk.ImportedAsync(TimeProvider.System.GetUtcNow());
        var all = new List<(Governance.Inventory.Identity Identity, string Role)>();
        for (var n = 0; n < Roles; n++)
            all.Add(await desk.UnownedRoleAsync());

        await desk.ConfirmedAsync();
        var kills = 0;
        for (var run = 1; ; run++)
        {
            run.ShouldBeLessThan(MostRuns);
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            // The first time at its first passage, then at later ones, so that each of the roles is hit.
            if (await SweepAsync(desk.Test.Folder, $"{point}:{Math.Min(run, Roles)}") == 0 && await SweepAsync(desk.Test.Folder, null) == 0)
                break;
            kills++;
            await EndLeasesAsync(desk);
        }

        kills.ShouldBeGreaterThan(0);
        await using var db = desk.Test.Open();
        foreach (var (identity, role) in all)
        {
            (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
            var order = (await db.RevocationOrders.Where(o => o.IdentityId == identity.Id).ToListAsync()).ShouldHaveSingleItem();
            (order.State, order.Remediation).ShouldBe((OrderState.Quarantined, RemediationState.Verified));
            (await db.RevocationSteps.Where(s => s.IdentityId == identity.Id).ToListAsync()).ShouldHaveSingleItem().State.ShouldBe(StepState.Done);
            (await db.LifecycleTransitions.CountAsync(t => t.IdentityId == identity.Id && t.To == LifecycleState.Quarantined)).ShouldBe(1);
            // What was killed after its send was found already applied and not sent again.
            (await db.StepAttempts.CountAsync(a => db.RevocationSteps.Any(s => s.Id == a.StepId && s.IdentityId == identity.Id))).ShouldBeLessThanOrEqualTo(point == "step.intent" ? 2 : 1);
        }

        (await db.StepAttempts.CountAsync(a => a.Outcome == null)).ShouldBe(0);
        await TargetTests.SoundAsync(desk);
        (await desk.Test.Get<ChainVerifier>().VerifyAsync(default)).Intact.ShouldBeTrue();
    }

    [Fact]
    public async Task Killed_at_its_first_point_then_its_second_until_a_run_ends_unharmed_nothing_is_lost_or_done_twice()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        await desk.ImportedAsync(TimeProvider.System.GetUtcNow());
        var (identity, role) = await desk.UnownedRoleAsync();
        await desk.ConfirmedAsync();

        var kills = 0;
        for (var n = 1; ; n++)
        {
            n.ShouldBeLessThan(60);
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            if (await SweepAsync(desk.Test.Folder, $"*:{n}") == 0)
                break;
            kills++;
            await EndLeasesAsync(desk);
            // What is left to be killed then has nothing to do any more.
            if ((await desk.OrdersOfAsync(identity)).Exists(o => o.State == OrderState.Quarantined) && await SweepAsync(desk.Test.Folder, null) == 0)
                break;
        }

        kills.ShouldBeGreaterThan(5);
        (await RunAsync(desk.Test.Folder, null, "check")).ShouldBe(0, "the same checker that an operator runs");
        await using var db = desk.Test.Open();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
        (await db.RevocationOrders.Where(o => o.IdentityId == identity.Id).ToListAsync()).ShouldHaveSingleItem().State.ShouldBe(OrderState.Quarantined);
        (await db.LifecycleTransitions.CountAsync(t => t.IdentityId == identity.Id && t.To == LifecycleState.Quarantined)).ShouldBe(1);
        (await desk.Test.Get<ChainVerifier>().VerifyAsync(default)).Intact.ShouldBeTrue();
    }

    // As if the minute of the lease had passed.
    private static async Task EndLeasesAsync(Desk desk)
    {
        await using var db = desk.Test.Open();
        var past = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        await db.RevocationSteps.Where(s => s.LeaseUntil != null).ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseUntil, past));
    }

    private static Task<int> SweepAsync(string folder, string? fault) => RunAsync(folder, fault, "sweep", "--execute", "--json");

    private static async Task<int> RunAsync(string folder, string? fault, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Governance.Cli.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Governance__DataDirectory"] = folder;
        start.Environment["Governance__Database__Provider"] = "Sqlite";
        start.Environment["GOVERNANCE_FAULT"] = fault;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        if (process.ExitCode is not (0 or 137))
            throw new InvalidOperationException($"{arguments[0]} ended with {process.ExitCode}: {await errors}");
        return process.ExitCode;
    }
}
