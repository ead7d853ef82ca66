using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Revocation;

/// <summary>The promises of revocation, each a test by its number.</summary>
public sealed class InvariantTests
{
    private const int Rows = 2000;
    private readonly FakeTarget target = new();

    [Theory, EachDatabase]
    public async Task I_04_after_a_restore_nothing_is_sent_until_two_people_release_it(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        await desk.UnownedAsync();
        await desk.SweepAsync();
        // As if the database of this morning came back under a console that had seen more.
        await File.WriteAllTextAsync(desk.Test.Get<DataDirectory>().File("audit-head"), "100000 " + new string('a', 64));
        var later = ActivatorUtilities.CreateInstance<StepRunner>(desk.Test.Services, ActivatorUtilities.CreateInstance<RestoreGuard>(desk.Test.Services));
        (await later.PumpAsync(default)).ShouldBe(0);
        (await desk.Test.Get<BrakeService>().GetAsync(default)).StopReason!.ShouldContain("it came from a backup");
        await desk.Test.Get<StopService>().ReleaseAsync(null, "compared", Desk.Ann, default);
        await desk.Test.Get<StopService>().ReleaseAsync(null, "compared", Desk.Bob, default);
        (await later.PumpAsync(default)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task I_19_nothing_is_active_without_a_person_or_an_exemption_beyond_the_grace(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { UnownedGraceDays = 10, MaxOrders = 100, ShrinkPercent = 50 });
        var start = desk.Test.Now;
        Identity Orphan(Identity i)
        {
            (i.State, i.OwnerState, i.UnownedSince) = (LifecycleState.Active, OwnerState.Orphaned, start);
            return i;
        }

        var orphan = await desk.UnownedAsync("orphan", i => Orphan(i));
        var exempt = await desk.UnownedAsync("exempt", i => Orphan(i));
        var owned = await desk.UnownedAsync("owned", i => (i.State, i.OwnerState, i.UnownedSince) = (LifecycleState.Active, OwnerState.Accepted, null));
        (await desk.Test.Get<BrakeService>().ExemptAsync(exempt.Id, "break-glass", start.AddDays(15).AddHours(1), Desk.Ann, default)).IsRefused.ShouldBeFalse();
        for (var day = 0; day <= 18; day++)
        {
            await desk.ImportedAsync(desk.Test.Now);
            await desk.SweepAsync();
            await desk.PumpAsync();
            await using var db = desk.Test.Open();
            var (now, late) = (desk.Test.Now, desk.Test.Now.AddDays(-10));
            (await db.Identities.Where(i => i.State == LifecycleState.Active && i.OwnerState != OwnerState.Accepted && i.UnownedSince < late
                && !db.Exemptions.Any(e => e.IdentityId == i.Id && e.EndedAt == null && e.Until > now)).Select(i => i.ExternalId).ToListAsync()).ShouldBeEmpty($"on day {day}");
            (await desk.ReadAsync(orphan)).State.ShouldBe(day > 10 ? LifecycleState.Quarantined : LifecycleState.Active, $"on day {day}");
            desk.Test.Clock.Advance(TimeSpan.FromDays(1));
        }

        (await desk.ReadAsync(exempt)).State.ShouldBe(LifecycleState.Quarantined, "its exemption is over");
        (await desk.ReadAsync(owned)).State.ShouldBe(LifecycleState.Active);
    }

    [Theory, EachDatabase]
    public async Task I_20_a_clock_that_jumps_revokes_nothing_earlier(DatabaseProvider provider)
    {
        foreach (var jump in new[] { TimeSpan.FromDays(365), TimeSpan.FromDays(40) })
        {
            await using var desk = await FakeDeskAsync(provider);
            await desk.BrakesAsync(b => b with { NoticeDays = 14 });
            var owner = await desk.Given.PersonAsync("Olga Owner");
            var identity = await desk.UnownedAsync(change: i => (i.OwnerId, i.OwnerState, i.ExpiresAt, i.UnownedSince) = (owner.Id, OwnerState.Accepted, desk.Test.Now.AddDays(-1), null));
            await desk.SweepAsync();
            await desk.DaysAsync(3);
            desk.Test.Clock.Advance(jump);
            (await desk.PumpAsync()).ShouldBe(0);
            (await desk.DaysAsync(10)).ShouldBe(0);
            (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Noticed);
            (await desk.DaysAsync(1)).ShouldBe(1);
        }
    }

    [Theory, EachDatabase]
    public async Task I_21_what_was_sent_and_not_answered_is_observed_and_takes_effect_once(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        target.After = _ => new ConnectorException("no answer", retryable: true) { OutcomeUnknown = true };
        await desk.PumpAsync();
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Retrying);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(2));
        await desk.PumpAsync();
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Done);
        target.Sent.Count.ShouldBe(1);
        target.Effects.Single().Value.ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task I_22_verified_is_written_only_with_an_observation_after_the_send(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        await desk.PumpAsync();
        var step = await desk.StepOfAsync(identity);
        await using var db = desk.Test.Open();
        var attempt = await db.StepAttempts.SingleAsync(a => a.StepId == step.Id);
        step.ObservedAt!.Value.ShouldBeGreaterThanOrEqualTo(attempt.IntentAt);
        attempt.AnswerDigest!.Length.ShouldBe(64);
        await db.RevocationSteps.ExecuteUpdateAsync(u => u.SetProperty(s => s.ObservedAt, (DateTimeOffset?)null));
        var report = await desk.Test.Get<LedgerChecker>().CheckAsync(default);
        report.Checks.Where(c => c.Violations > 0).Select(c => c.Invariant).ShouldContain("I-22", "the checker sees what nobody may write");
    }

    [Theory, EachDatabase]
    public async Task I_23_an_approved_action_is_done_stuck_or_withdrawn_and_never_forgotten(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        target.Before = _ => new ConnectorException("503", retryable: true);
        for (var n = 0; n < 40; n++)
        {
            await desk.PumpAsync();
            desk.Test.Clock.Advance(TimeSpan.FromHours(2));
        }

        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Stuck);
        (await desk.Test.Get<LedgerChecker>().CheckAsync(default)).OldestUnfinished.ShouldNotBeNull();
        target.Before = _ => null;
        await desk.Test.Get<RevocationService>().RetryAsync([(await desk.OrderOfAsync(identity)).Id], Desk.Eve, default);
        await desk.PumpAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Quarantined);
        await TargetTests.SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task I_24_and_I_36_many_nodes_pumping_at_once_never_exceed_the_limit_and_do_each_effect_once(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { MaxOrders = 100, DayMaxOrders = 100 });
        for (var n = 0; n < 40; n++)
            await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.BrakesAsync(b => b with { DayMaxOrders = 25 });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(desk.PumpAsync)));
        target.Effects.Count.ShouldBe(25);
        target.Effects.Values.ShouldAllBe(n => n == 1);
        target.Sent.Count.ShouldBe(25);
        await TargetTests.SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task I_25_once_the_stop_has_committed_no_new_send_starts(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { MaxOrders = 100, DayMaxOrders = 100 });
        for (var n = 0; n < 30; n++)
            await desk.UnownedAsync();
        await desk.SweepAsync();
        var stopped = new TaskCompletionSource();
        var late = 0;
        target.Before = _ =>
        {
            if (stopped.Task.IsCompleted)
                Interlocked.Increment(ref late);
            return null;
        };
        var pumps = Enumerable.Range(0, 3).Select(_ => Task.Run(desk.PumpAsync)).ToList();
        while (target.Sent.Count < 5)
            await Task.Yield();
        await desk.Test.Get<StopService>().StopAsync(null, "now", Desk.Eve, default);
        var inFlight = target.Sent.Count;
        stopped.SetResult();
        await Task.WhenAll(pumps);
        late.ShouldBeLessThanOrEqualTo(3, "only what each node had already decided to send");
        target.Sent.Count.ShouldBeLessThanOrEqualTo(inFlight + 3);
        (await desk.PumpAsync()).ShouldBe(0);
    }

    [Theory, EachDatabase]
    public async Task I_26_an_undo_restores_the_recorded_state_and_a_late_send_cannot_win(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        await desk.PlanAsync();
        var runner = desk.Test.Get<StepRunner>();
        var paused = (await runner.ClaimAsync(default)).ShouldNotBeNull();
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(61));
        await desk.PumpAsync();
        await desk.Test.Get<RevocationService>().UndoAsync([(await desk.OrderOfAsync(identity)).Id], "needed", Desk.Eve, default);
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(61));
        await desk.PumpAsync();
        target.States["app"].ShouldBe(TargetState.Enabled);
        await runner.ActAsync(paused, default);
        target.States["app"].ShouldBe(TargetState.Enabled, "a node that was paused past its lease sends nothing");
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Undone);
        await TargetTests.SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task I_27_an_exemption_that_came_after_the_claim_holds_the_send(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        await desk.PlanAsync();
        var claim = (await desk.Test.Get<StepRunner>().ClaimAsync(default)).ShouldNotBeNull();
        (await desk.Test.Get<BrakeService>().ExemptAsync(identity.Id, "break-glass", desk.Test.Now.AddDays(1), Desk.Ann, default)).IsRefused.ShouldBeFalse();
        await desk.Test.Get<StepRunner>().ActAsync(claim, default);
        target.Sent.ShouldBeEmpty();
        await TargetTests.SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task I_28_the_drill_nine_tenths_of_the_rows_and_everybody_gone_a_year_later_revokes_nothing_and_says_why(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { NoticeDays = 0, UnownedGraceDays = 0, MaxPercent = 100, MaxOrders = 100_000, DayMaxOrders = 100_000, DayMaxPercent = 100, AllMaxPercent = 100, OwnerMaxOrders = 100_000, ToolMaxOrders = 100_000, RecentUseDays = 0 });
        const string Source = "Entra contoso";
        await desk.Test.ImportAsync("id,name,mail,status\n" + string.Concat(Enumerable.Range(0, 50).Select(n => $"p{n},Person {n},p{n}@example.com,active\n")), full: true);
        await desk.Test.ImportAsync("external_id,name\n" + string.Concat(Enumerable.Range(0, Rows).Select(n => $"id{n},svc {n}\n")), full: true, source: Source);
        await using var db = desk.Test.Open();
        var people = await db.People.OrderBy(p => p.ExternalId).Select(p => p.Id).ToListAsync();
        for (var n = 0; n < people.Count; n++)
        {
            var (owner, last) = (people[n], n.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await db.Identities.Where(i => i.OwnerId == null && i.ExternalId.EndsWith(last)).ExecuteUpdateAsync(u => u.SetProperty(i => i.OwnerId, owner).SetProperty(i => i.OwnerState, OwnerState.Accepted).SetProperty(i => i.UnownedSince, (DateTimeOffset?)null).SetProperty(i => i.State, LifecycleState.Active));
        }

        await desk.ConfirmedAsync();
        await desk.PumpAsync();
        desk.Test.Clock.Advance(TimeSpan.FromDays(365));
        // The first to stop it: a directory that lost everybody is not believed. Then somebody believes it all the same.
        var emptied = await desk.Test.ImportAsync("id,name,mail,status\nx1,Somebody Else,x1@example.com,active\n", full: true);
        emptied.State.ShouldBe(ImportRunState.Held);
        (await desk.Test.Get<PeopleGuard>().ConfirmAsync(emptied.Id, "the drill", Desk.Ann, default)).IsRefused.ShouldBeFalse();
        (await desk.Test.Get<ImportService>().RunAsync(emptied.Id, Desk.Ann, default)).State.ShouldBe(ImportRunState.Completed);
        await desk.Test.ImportAsync("external_id,name\n" + string.Concat(Enumerable.Range(0, Rows / 10).Select(n => $"id{n},svc {n}\n")), full: true, source: Source);
        await desk.Test.CatchUpAsync();
        var yesterday = desk.Test.Now.AddDays(-1);
        await db.Identities.ExecuteUpdateAsync(u => u.SetProperty(i => i.OwnerState, OwnerState.Orphaned).SetProperty(i => i.UnownedSince, yesterday));
        var swept = (await desk.Test.Get<SweepService>().RunAsync(false, Actor.Job("sweep"), default)).Value!;
        (swept.DryRun, swept.Ordered, swept.Held).ShouldBe((false, Rows / 10, Rows / 10));
        swept.Items.ShouldAllBe(i => i.HeldBy!.StartsWith("B2:"));
        await desk.PumpAsync();
        await desk.DaysAsync(2);
        target.Sent.ShouldBeEmpty();
        var queries = desk.Test.Get<BrakeQueries>();
        (await queries.DirectoryAsync(default)).ShouldBe("10 of 10 owners vanished from the directory in one import, more than 5 %. An import of people that has them again lifts this; if they truly left, an administrator accepts that under Brakes.");
        (await queries.SourcesAsync(default)).Single().Sick!.ShouldContain($"lost {Rows - (Rows / 10)} of its {Rows} identities");
        (await queries.BookAsync(default)).Single(b => b.Brake.Id == "B2").Fired.ShouldBe(Rows / 10);
    }

    private async Task<Desk> FakeDeskAsync(DatabaseProvider provider)
    {
        var desk = await Desk.CreateAsync(provider, s => s.AddSingleton<IConnectorKind>(target));
        await desk.BindFakeAsync();
        return desk;
    }
}
