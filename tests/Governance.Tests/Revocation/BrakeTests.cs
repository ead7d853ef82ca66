using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Revocation;

public sealed class BrakeTests
{
    [Theory, EachDatabase]
    public async Task B1_the_stop_switch_holds_sweeps_and_claims_until_it_is_released(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (_, role) = await desk.UnownedRoleAsync();
        await desk.SweepAsync();
        (await desk.Test.Get<StopService>().StopAsync(null, "something is wrong", Desk.Eve, default)).IsRefused.ShouldBeFalse();
        await desk.UnownedAsync();
        var stopped = await desk.SweepAsync();
        stopped.DryRun.ShouldBeTrue();
        stopped.Brake!.ShouldStartWith("B1:");
        (await desk.PumpAsync()).ShouldBe(0);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true);
        var stops = desk.Test.Get<StopService>();
        (await stops.ReleaseAsync(null, "clear", Desk.Eve, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await stops.ReleaseAsync(null, "clear", Desk.Ann, default)).IsRefused.ShouldBeFalse();
        (await desk.PumpAsync()).ShouldBe(0, "one asks, another confirms");
        (await stops.ReleaseAsync(null, "clear", Desk.Ann, default)).Refusal!.Code.ShouldBe("brakes.same-person");
        (await stops.ReleaseAsync(null, "clear", Desk.Bob, default)).IsRefused.ShouldBeFalse();
        (await desk.PumpAsync()).ShouldBe(1);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
    }

    [Theory, EachDatabase]
    public async Task B1_a_step_claimed_before_the_stop_is_not_sent_after_it(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await desk.SweepAsync();
        await desk.PlanAsync();
        var claim = (await desk.Test.Get<StepRunner>().ClaimAsync(default)).ShouldNotBeNull();
        await desk.Test.Get<StopService>().StopAsync(null, "now", Desk.Eve, default);
        await desk.Test.Get<StepRunner>().ActAsync(claim, default);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true);
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Planned);
    }

    [Theory, EachDatabase]
    public async Task B2_a_source_not_lately_imported_in_full_holds_and_a_full_import_lifts_it(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.ImportedAsync(desk.Test.Now.AddDays(-8));
        var identity = await desk.UnownedAsync();
        (await desk.SweepAsync()).Held.ShouldBe(1);
        (await desk.OrderOfAsync(identity)).HeldBy!.ShouldStartWith("B2:");
        await desk.ImportedAsync(null);
        await desk.SweepAsync();
        (await desk.OrderOfAsync(identity)).HeldBy!.ShouldContain("never imported in full");
        await desk.ImportedAsync(desk.Test.Now);
        await desk.SweepAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Due);
    }

    [Theory, EachDatabase]
    public async Task B4_more_than_the_limit_waits_as_a_whole_until_another_administrator_approves(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        for (var n = 0; n < 6; n++)
            await desk.UnownedAsync();
        await desk.OwnedAsync(60);
        var report = await desk.SweepAsync(by: Desk.Ann);
        (report.Ordered, report.Held).ShouldBe((6, 6));
        report.Items.ShouldAllBe(i => i.HeldBy!.StartsWith("B4: 6 orders"));
        var ids = await OrderIdsAsync(desk);
        var service = desk.Test.Get<RevocationService>();
        (await service.ApproveAsync(ids, Desk.Ann, default)).ShouldAllBe(o => o.Refusal!.Code == "revocation.same-person");
        (await service.ApproveAsync(ids, Desk.Eve, default)).ShouldAllBe(o => o.Refusal!.Code == "not.allowed");
        (await service.ApproveAsync(ids, Desk.Bob, default)).ShouldAllBe(o => o.Refusal == null);
        await using var db = desk.Test.Open();
        (await db.RevocationOrders.CountAsync(o => o.State == OrderState.Due && o.ApprovedBy == "bob")).ShouldBe(6);
    }

    [Theory, EachDatabase]
    public async Task B4_a_day_has_a_limit_however_many_sweeps_there_are_and_sweeps_side_by_side_order_nothing_twice(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BrakesAsync(b => b with { DayMaxOrders = 7 });
        await desk.SweepAsync();
        for (var n = 0; n < 4; n++)
            await desk.UnownedAsync();
        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => desk.Test.Get<SweepService>().RunAsync(false, Actor.Job("sweep"), default)));
        reports.Sum(r => r.Value!.Ordered).ShouldBe(4);
        reports.Sum(r => r.Value!.Held).ShouldBe(0);
        desk.Test.Clock.Advance(TimeSpan.FromHours(2));
        for (var n = 0; n < 4; n++)
            await desk.UnownedAsync();
        (await desk.SweepAsync()).Items.ShouldAllBe(i => i.HeldBy!.StartsWith("B4: 4 orders") && i.HeldBy.Contains("after 4 within 24 h"));
        desk.Test.Clock.Advance(TimeSpan.FromHours(23));
        await desk.UnownedAsync();
        (await desk.SweepAsync()).Held.ShouldBe(0, "the day has passed");
    }

    [Theory, EachDatabase]
    public async Task B7_an_exemption_keeps_an_identity_out_and_stops_what_is_under_way(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        var spared = await desk.UnownedAsync();
        var brakes = desk.Test.Get<BrakeService>();
        (await brakes.ExemptAsync(spared.Id, "break-glass", desk.Test.Now.AddDays(91), Desk.Ann, default)).Refusal!.Code.ShouldBe("exemption.too-long");
        (await brakes.ExemptAsync(spared.Id, " ", desk.Test.Now.AddDays(9), Desk.Ann, default)).Refusal!.Code.ShouldBe("exemption.reason");
        (await brakes.ExemptAsync(spared.Id, "break-glass", desk.Test.Now.AddDays(9), Desk.Ann, default)).IsRefused.ShouldBeFalse();
        var report = await desk.SweepAsync();
        (report.Ordered, report.Exempt).ShouldBe((1, 1));
        var exemption = (await brakes.ExemptAsync(identity.Id, "wait", desk.Test.Now.AddDays(9), Desk.Ann, default)).Value;
        (await desk.PumpAsync()).ShouldBe(0);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true);
        (await desk.OrderOfAsync(identity)).HeldBy!.ShouldStartWith("B7:");
        await brakes.EndExemptionAsync(exemption, Desk.Ann, default);
        (await desk.PumpAsync()).ShouldBe(1);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
    }

    [Theory, EachDatabase]
    public async Task B9_the_owner_is_told_first_and_nothing_is_done_before_the_notice_ends(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        await desk.BrakesAsync(b => b with { NoticeDays = 14 });
        var owner = await desk.Given.PersonAsync("Olga Owner");
        var role = await desk.Server.RoleAsync();
        var identity = await desk.UnownedAsync(role, i =>
        {
            (i.UnownedSince, i.OwnerId, i.OwnerState) = (null, owner.Id, Governance.Inventory.OwnerState.Accepted);
            i.ExpiresAt = desk.Test.Now.AddDays(-1);
        });
        (await desk.SweepAsync()).Expired.ShouldBe(1);
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Noticed);
        await using (var db = desk.Test.Open())
            (await db.Messages.SingleAsync()).PersonId.ShouldBe(owner.Id);
        (await desk.DaysAsync(13)).ShouldBe(0);
        (await desk.DaysAsync(1)).ShouldBe(1);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
    }

    [Theory, EachDatabase]
    public async Task B14_a_dry_run_says_exactly_what_a_run_then_does_and_changes_nothing(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.UnownedAsync();
        await desk.UnownedAsync(change: i => i.ExpiresAt = desk.Test.Now.AddDays(-3));
        await desk.UnownedAsync(change: i => i.UnownedSince = desk.Test.Now.AddDays(-3));
        var dry = await desk.SweepAsync(dry: true);
        (await OrderIdsAsync(desk)).ShouldBeEmpty();
        await desk.BrakesAsync(b => b with { DryRunOnly = true });
        (await desk.SweepAsync()).Brake!.ShouldStartWith("B14:");
        (await OrderIdsAsync(desk)).ShouldBeEmpty();
        await desk.BrakesAsync(b => b with { DryRunOnly = false });
        var real = await desk.SweepAsync();
        (real.Unowned, real.Expired).ShouldBe((1, 1));
        real.Items.ShouldBe(dry.Items);
    }

    [Fact]
    public async Task Without_a_connector_a_person_confirms_and_it_is_not_called_verified()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        var identity = await desk.UnownedAsync();
        await desk.SweepAsync();
        (await desk.PumpAsync()).ShouldBe(0);
        var order = await desk.OrderOfAsync(identity);
        order.Remediation.ShouldBe(RemediationState.ManualPending);
        (await desk.Test.Get<RevocationService>().ConfirmManualAsync([order.Id], "", Desk.Eve, default))[0].Refusal!.Code.ShouldBe("revocation.note");
        (await desk.Test.Get<RevocationService>().ConfirmManualAsync([order.Id], "disabled in the portal", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Quarantined, RemediationState.Succeeded));
        (await desk.StepOfAsync(identity)).ObservedAt.ShouldBeNull();
    }

    [Theory, EachDatabase]
    public async Task The_result_of_a_worker_that_lost_its_lease_is_not_taken(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await desk.SweepAsync();
        await desk.PlanAsync();
        var runner = desk.Test.Get<StepRunner>();
        var slow = (await runner.ClaimAsync(default)).ShouldNotBeNull();
        (await runner.ClaimAsync(default)).ShouldBeNull();
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(61));
        var quick = (await runner.ClaimAsync(default)).ShouldNotBeNull();
        quick.Fence.ShouldBe(slow.Fence + 1);
        await runner.ActAsync(slow, default);
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true, "a lost lease sends nothing");
        await runner.ActAsync(quick, default);
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Done);
        await using var after = desk.Test.Open();
        (await after.StepAttempts.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_without_a_role_sweeps_orders_or_brakes()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        var auditor = Desk.Person("aud", Roles.Auditor);
        (await desk.Test.Get<SweepService>().RunAsync(false, auditor, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Test.Get<RevocationService>().OrderAsync(desk.Source, "x", auditor, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Test.Get<StopService>().StopAsync(null, "x", auditor, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Test.Get<ConnectorService>().BindAsync(desk.Source, "webhook", new Dictionary<string, string>(), null, true, Desk.Eve, default)).Refusal!.Code.ShouldBe("not.allowed");
    }

    [Theory]
    [InlineData(5, 1, 100, 5)]
    [InlineData(5, 1, 1000, 10)]
    [InlineData(0, 0, 1000, 0)]
    [InlineData(5, 100, 3, 5)]
    public void B4_the_limit_is_the_larger_of_number_and_per_cent(int orders, int percent, int population, int limit) =>
        Caps.Limit(new BrakeSettings { MaxOrders = orders, MaxPercent = percent }, population).ShouldBe(limit);

    private static async Task<List<Guid>> OrderIdsAsync(Desk desk)
    {
        await using var db = desk.Test.Open();
        return await db.RevocationOrders.Select(o => o.Id).ToListAsync();
    }
}
