using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Revocation;

/// <summary>Each brake by its id: what it holds, what lifts it, and that it is counted.</summary>
public sealed class BrakeBookTests
{
    private readonly FakeTarget target = new();

    [Theory, EachDatabase]
    public async Task B1_one_source_is_stopped_and_the_others_go_on(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var other = await desk.Given.SourceAsync(SourceSystem.GitHub);
        await desk.BindFakeAsync(other);
        var (here, there) = (await desk.UnownedAsync("here"), await desk.Given.IdentityAsync(i => (i.UnownedSince, i.Usage) = (desk.Test.Now.AddDays(-60), UsageState.NeverUsed), other));
        await desk.SweepAsync();
        (await desk.Test.Get<StopService>().StopAsync(desk.Source, "odd", Desk.Eve, default)).IsRefused.ShouldBeFalse();
        (await desk.PumpAsync()).ShouldBe(1);
        (await desk.OrderOfAsync(there)).State.ShouldBe(OrderState.Quarantined);
        (await desk.OrderOfAsync(here)).State.ShouldBe(OrderState.Due);
        (await RowAsync(desk, "B1")).Holding.ShouldBe(1);
        await desk.Test.Get<StopService>().ReleaseAsync(desk.Source, "fine", Desk.Ann, default);
        await desk.Test.Get<StopService>().ReleaseAsync(desk.Source, "fine", Desk.Bob, default);
        (await desk.PumpAsync()).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task B2_a_source_that_lost_a_tenth_holds_until_it_has_them_again_or_the_loss_is_accepted(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var unowned = await desk.UnownedAsync();
        for (var n = 0; n < 3; n++)
            await desk.UnownedAsync(change: i => (i.UnownedSince, i.MissingSince) = (null, desk.Test.Now.AddHours(-1)));
        await desk.OwnedAsync(20);
        (await desk.SweepAsync()).Held.ShouldBe(1);
        (await desk.OrderOfAsync(unowned)).HeldBy!.ShouldContain("lost 3 of its 24 identities, more than 10 %");
        (await desk.Test.Get<BrakeListService>().AcceptLossAsync(desk.Source, "", Desk.Ann, default)).Refusal!.Code.ShouldBe("guard.reason");
        (await desk.Test.Get<BrakeListService>().AcceptLossAsync(desk.Source, "retired on purpose", Desk.Ann, default)).IsRefused.ShouldBeFalse();
        await desk.SweepAsync();
        (await desk.OrderOfAsync(unowned)).State.ShouldBe(OrderState.Due);
        (await RowAsync(desk, "B2")).Fired.ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task B2_a_directory_that_lost_its_owners_holds_everything(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var run = new ImportRun { Id = Ids.New(desk.Test.Now), Subject = ImportSubject.People, FileName = "people.csv", StartedAt = desk.Test.Now, StartedBy = "ann", Full = true };
        await desk.Given.SaveAsync(db => db.ImportRuns.Add(run));
        for (var n = 0; n < 4; n++)
        {
            var owner = await desk.Given.PersonAsync($"Owner {n}", p => (p.MissingSince, p.LastChangedRunId) = (n < 3 ? desk.Test.Now : null, run.Id));
            await desk.UnownedAsync(change: i => (i.OwnerId, i.OwnerState, i.UnownedSince) = (owner.Id, OwnerState.Accepted, null));
        }

        var unowned = await desk.UnownedAsync();
        await desk.SweepAsync();
        (await desk.OrderOfAsync(unowned)).HeldBy!.ShouldContain("3 of 4 owners vanished");
        await using (var db = desk.Test.Open())
            await db.People.ExecuteUpdateAsync(u => u.SetProperty(p => p.MissingSince, (DateTimeOffset?)null));
        await desk.SweepAsync();
        (await desk.OrderOfAsync(unowned)).State.ShouldBe(OrderState.Due);
    }

    [Theory, EachDatabase]
    public async Task B3_what_never_ran_is_simulated_and_runs_only_as_it_was_shown(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var sweeps = desk.Test.Get<SweepService>();
        var first = await desk.UnownedAsync();
        (await sweeps.RunAsync(false, Actor.Job("sweep"), default)).Value!.Brake!.ShouldStartWith("B3:");
        var seen = (await sweeps.RunAsync(true, Desk.Eve, default)).Value!;
        await desk.UnownedAsync();
        var changed = (await sweeps.RunAsync(false, Desk.Eve, default, seen.PlanHash)).Value!;
        (changed.DryRun, changed.Brake![..3]).ShouldBe((true, "B3:"));
        (await sweeps.RunAsync(false, Desk.Eve, default, changed.PlanHash)).Value!.DryRun.ShouldBeFalse();
        (await desk.OrderOfAsync(first)).State.ShouldBe(OrderState.Due);
        await desk.UnownedAsync();
        (await sweeps.RunAsync(false, Actor.Job("sweep"), default)).Value!.DryRun.ShouldBeFalse("from there on the job may");
        await desk.BrakesAsync(b => b with { UnownedGraceDays = 10 });
        (await sweeps.RunAsync(false, Actor.Job("sweep"), default)).Value!.Brake!.ShouldStartWith("B3:");
        (await RowAsync(desk, "B3")).Fired.ShouldBe(3);
    }

    [Theory, EachDatabase]
    public async Task B4_the_limit_of_a_day_is_counted_again_in_the_transaction_that_sends(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { DayMaxOrders = 100 });
        for (var n = 0; n < 5; n++)
            await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.BrakesAsync(b => b with { DayMaxOrders = 3 });
        var pumps = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(desk.PumpAsync)));
        target.Effects.Count.ShouldBe(3, $"three nodes at once ({string.Join('+', pumps)}), and no more than the limit");
        await using var db = desk.Test.Open();
        (await db.RevocationOrders.CountAsync(o => o.State == OrderState.Held && o.HeldBy!.StartsWith("B4:"))).ShouldBe(2);
        (await db.CapUses.CountAsync()).ShouldBe(3);
    }

    [Theory, EachDatabase]
    public async Task B4_one_owner_and_one_tool_have_limits_of_their_own(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { OwnerMaxOrders = 2, ToolMaxOrders = 2 });
        var owner = await desk.Given.PersonAsync("Olga Owner");
        for (var n = 0; n < 3; n++)
            await desk.UnownedAsync(change: i => (i.OwnerId, i.ExpiresAt) = (owner.Id, desk.Test.Now.AddDays(-1)));
        var free = await desk.UnownedAsync();
        (await desk.SweepAsync()).Items.Count(i => i.HeldBy?.StartsWith("B4: 3 identities of Olga Owner") == true).ShouldBe(3);
        (await desk.OrderOfAsync(free)).State.ShouldBe(OrderState.Due);
    }

    [Theory, EachDatabase]
    public async Task B5_never_the_one_who_ordered_set_the_limits_or_owns_it_and_two_above_a_tenth(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var owner = await desk.Given.PersonAsync("Olga Owner");
        var olga = Given.As(owner, Roles.Administrator);
        for (var n = 0; n < 6; n++)
            await desk.UnownedAsync(change: i => (i.OwnerId, i.ExpiresAt) = (owner.Id, desk.Test.Now.AddDays(-1)));
        await desk.SweepAsync(by: Desk.Ann);
        var ids = await IdsAsync(desk);
        var service = desk.Test.Get<RevocationService>();
        var sheet = await service.SheetAsync(ids, default);
        sheet.TypedCount.ShouldBe(6);
        (await service.ApproveAsync(ids, Desk.Ann, default, sheet.Digest, 6)).ShouldAllBe(o => o.Refusal!.Code == "revocation.same-person");
        (await service.ApproveAsync(ids, Desk.Policy, default, sheet.Digest, 6)).ShouldAllBe(o => o.Refusal!.Code == "revocation.policy-author");
        (await service.ApproveAsync(ids, olga, default, sheet.Digest, 6)).ShouldAllBe(o => o.Refusal!.Code == "revocation.owner-approves");
        (await service.ApproveAsync(ids, Desk.Bob, default, sheet.Digest)).ShouldAllBe(o => o.Refusal!.Code == "revocation.typed-count");
        (await service.ApproveAsync(ids, Desk.Bob, default, "other", 6)).ShouldAllBe(o => o.Refusal!.Code == "revocation.changed");
        (await service.ApproveAsync(ids, Desk.Bob, default, sheet.Digest, 6)).ShouldAllBe(o => o.Refusal == null);
        (await service.ApproveAsync(ids, Desk.Bob, default, typedCount: 6)).ShouldAllBe(o => o.Refusal!.Code == "revocation.same-person");
        (await desk.PumpAsync()).ShouldBe(0, "one of two");
        (await service.ApproveAsync(ids, Desk.Person("cid", Roles.Administrator), default, typedCount: 6)).ShouldAllBe(o => o.Refusal == null);
        (await desk.PumpAsync()).ShouldBe(6);
    }

    [Theory, EachDatabase]
    public async Task B5_an_approval_dies_in_a_day(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync(change: i => (i.Privileged, i.Environment) = (Reported.Yes, DeploymentEnvironment.Production));
        await desk.OwnedAsync(9);
        await desk.SweepAsync();
        var order = await desk.OrderOfAsync(identity);
        order.HeldBy!.ShouldStartWith("B5: Privileged, in production");
        (await desk.Test.Get<RevocationService>().ApproveAsync([order.Id], Desk.Bob, default))[0].Refusal.ShouldBeNull();
        await desk.Test.Get<StopService>().StopAsync(null, "wait", Desk.Eve, default);
        await desk.DaysAsync(2);
        (await desk.OrderOfAsync(identity)).HeldBy!.ShouldStartWith("B5: The approval by bob is older than a day");
        target.Sent.ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task B6_what_is_listed_is_not_ordered_not_sent_and_only_two_take_it_off(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var lists = desk.Test.Get<BrakeListService>();
        (await lists.ListAsync("*", "all", Desk.Ann, default)).Refusal!.Code.ShouldBe("never-touch.pattern");
        var late = await desk.UnownedAsync("late_50%");
        await desk.SweepAsync();
        await desk.PlanAsync();
        var claim = (await desk.Test.Get<StepRunner>().ClaimAsync(default)).ShouldNotBeNull();
        var pattern = (await lists.ListAsync("LATE_50%", "payroll", Desk.Ann, default)).Value;
        await desk.Test.Get<StepRunner>().ActAsync(claim, default);
        target.Sent.ShouldBeEmpty("listed between claim and send (I-27)");
        await desk.PumpAsync();
        (await desk.OrderOfAsync(late)).HeldBy!.ShouldStartWith("B6:");
        (await desk.Test.Get<RevocationService>().ApproveAsync([(await desk.OrderOfAsync(late)).Id], Desk.Bob, default))[0].Refusal!.Code.ShouldBe("revocation.never-touch");
        var other = await desk.UnownedAsync("late_51%");
        (await desk.SweepAsync()).Ordered.ShouldBe(1, "the signs of LIKE are taken as they are");
        (await lists.UnlistAsync(pattern, "over", Desk.Ann, default)).Value.ShouldBeFalse();
        (await lists.UnlistAsync(pattern, "over", Desk.Ann, default)).Refusal!.Code.ShouldBe("never-touch.same-person");
        (await lists.UnlistAsync(pattern, "over", Desk.Bob, default)).Value.ShouldBeTrue();
        (await desk.PumpAsync()).ShouldBe(2);
        other.ShouldNotBeNull();
    }

    [Theory, EachDatabase]
    public async Task B8_what_is_in_use_is_asked_about_and_an_answer_decides(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var manager = await desk.Given.PersonAsync("Mona Manager");
        var owner = await desk.Given.PersonAsync("Olga Owner", p => p.ManagerId = manager.Id);
        Action<Identity> used = i => (i.OwnerId, i.OwnerState, i.ExpiresAt, i.LastUsedAt, i.Usage, i.UnownedSince) = (owner.Id, OwnerState.Accepted, desk.Test.Now.AddDays(-1), desk.Test.Now.AddDays(-2), UsageState.Used, null);
        var (needed, free) = (await desk.UnownedAsync(change: used), await desk.UnownedAsync(change: used));
        await desk.SweepAsync();
        var order = await desk.OrderOfAsync(needed);
        order.HeldBy!.ShouldStartWith("B8: Used within the last 7 days");
        await using (var db = desk.Test.Open())
            (await db.Messages.Where(m => m.Kind == "revocation.question").Select(m => m.PersonId).Distinct().ToListAsync()).ShouldBe([owner.Id, manager.Id], ignoreOrder: true);
        var answers = desk.Test.Get<AnswerService>();
        (await answers.AnswerAsync(order.Id, true, "x", Given.Visitor, default)).Refusal!.Code.ShouldBe("answer.not-asked");
        (await answers.FindAsync(order.Id, Given.As(manager), default)).ShouldNotBeNull();
        (await answers.AnswerAsync(order.Id, true, " ", Given.As(owner), default)).Refusal!.Code.ShouldBe("answer.reason");
        (await answers.AnswerAsync(order.Id, true, "payroll on Friday", Given.As(owner), default)).IsRefused.ShouldBeFalse();
        (await answers.AnswerAsync((await desk.OrderOfAsync(free)).Id, false, "", Given.As(manager), default)).IsRefused.ShouldBeFalse();
        (await desk.PumpAsync()).ShouldBe(1);
        (await desk.OrderOfAsync(free)).State.ShouldBe(OrderState.Quarantined);
        (await desk.OrderOfAsync(needed)).HeldBy!.ShouldContain("Olga Owner says that it is needed: payroll on Friday");
    }

    [Theory, EachDatabase]
    public async Task B8_use_that_ends_lifts_it_and_parents_need_a_person(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var used = await desk.UnownedAsync(change: i => (i.LastUsedAt, i.Usage) = (desk.Test.Now.AddDays(-5), UsageState.Used));
        var parent = await desk.UnownedAsync("parent");
        await desk.UnownedAsync(change: i => (i.ParentExternalId, i.UnownedSince) = ("parent", null));
        await desk.SweepAsync();
        (await desk.OrderOfAsync(parent)).HeldBy!.ShouldStartWith("B8: Other identities");
        desk.Test.Clock.Advance(TimeSpan.FromDays(3));
        await desk.SweepAsync();
        (await desk.OrderOfAsync(used)).State.ShouldBe(OrderState.Due);
        (await desk.OrderOfAsync(parent)).State.ShouldBe(OrderState.Held);
    }

    [Theory, EachDatabase]
    public async Task B9_without_anybody_to_tell_nothing_runs_and_a_pause_lengthens_the_notice(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { NoticeDays = 3 });
        var identity = await desk.UnownedAsync();
        await desk.SweepAsync();
        (await desk.OrderOfAsync(identity)).HeldBy!.ShouldStartWith("B9:");
        var owner = await desk.Given.PersonAsync("Olga Owner");
        await using (var db = desk.Test.Open())
            await db.Identities.ExecuteUpdateAsync(u => u.SetProperty(i => i.OwnerId, owner.Id));
        await desk.SweepAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Noticed);
        await desk.DaysAsync(1);
        desk.Test.Clock.Advance(TimeSpan.FromDays(365));
        (await desk.PumpAsync()).ShouldBe(0, "a year in which the console did not run gave nobody time to answer (I-20)");
        (await desk.DaysAsync(1)).ShouldBe(0);
        (await desk.DaysAsync(1)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task B10_a_batch_goes_one_then_a_part_then_the_rest_and_stops_at_the_first_trouble(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { SoakMinutes = 60, MaxOrders = 100, DayMaxOrders = 100 });
        for (var n = 0; n < 20; n++)
            await desk.UnownedAsync(change: i => i.Risk = n == 0 ? 5 : 50);
        await desk.SweepAsync();
        (await desk.PumpAsync()).ShouldBe(1, "the canary, the least critical");
        (await desk.PumpAsync()).ShouldBe(0);
        (await RowAsync(desk, "B10")).Holding.ShouldBe(19);
        (await SoakAsync(desk)).ShouldBe(1, "5 % of 20");
        (await SoakAsync(desk)).ShouldBe(5, "25 % of 20");
        var order = (await IdsAsync(desk, OrderState.Quarantined))[0];
        (await desk.Test.Get<RevocationService>().UndoAsync([order], "it was needed", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        (await SoakAsync(desk)).ShouldBe(1, "only the undo");
        var held = await IdsAsync(desk, OrderState.Held);
        held.Count.ShouldBe(13);
        (await RowAsync(desk, "B10")).LastMessage!.ShouldContain("1 were undone");
        var service = desk.Test.Get<RevocationService>();
        (await service.ApproveAsync(held, Desk.Bob, default)).ShouldAllBe(o => o.Refusal == null);
        (await SoakAsync(desk)).ShouldBe(13);
    }

    [Theory, EachDatabase]
    public async Task B13_a_refused_credential_opens_the_breaker_at_once_and_one_probe_closes_it(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { DayMaxOrders = 100 });
        for (var n = 0; n < 4; n++)
            await desk.UnownedAsync();
        await desk.SweepAsync();
        target.Before = _ => new ConnectorException("401", retryable: false) { OpensBreaker = true };
        await desk.PumpAsync();
        target.Sent.Count.ShouldBe(1, "the others would meet the same");
        (await RowAsync(desk, "B13")).Fired.ShouldBe(1);
        await using (var db = desk.Test.Open())
            (await db.RevocationOrders.CountAsync(o => o.State == OrderState.Stuck)).ShouldBe(0, "it says nothing of the identity");
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(61));
        await desk.PumpAsync();
        target.Sent.Count.ShouldBe(2, "one probe");
        target.Before = _ => null;
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(10));
        await desk.PumpAsync();
        target.Effects.Count.ShouldBe(4);
    }

    [Theory, EachDatabase]
    public async Task B13_steps_keep_the_pace_and_retry_after_holds_the_whole_source(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        await desk.BrakesAsync(b => b with { StepsPerMinute = 60, MaxOrders = 100, DayMaxOrders = 100 });
        for (var n = 0; n < 12; n++)
            await desk.UnownedAsync();
        await desk.SweepAsync();
        (await desk.PumpAsync()).ShouldBe(6, "a burst");
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(2));
        (await desk.PumpAsync()).ShouldBe(2);
        (await desk.Test.Get<StepRunner>().NextTurnAsync(default)).ShouldBe(TimeSpan.FromSeconds(1));
        target.Before = _ => new ConnectorException("429", retryable: true, TimeSpan.FromMinutes(2));
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(30));
        (await desk.PumpAsync()).ShouldBe(1);
        target.Before = _ => null;
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(119));
        (await desk.PumpAsync()).ShouldBe(0);
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await desk.PumpAsync()).ShouldBeGreaterThan(0);
    }

    [Theory, EachDatabase]
    public async Task A_maintenance_window_holds_what_is_due_and_lets_an_undo_through(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var first = await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        await desk.UnownedAsync();
        await desk.SweepAsync();
        var now = desk.Test.Now;
        (await desk.Test.Get<BrakeListService>().FreezeAsync(desk.Source, now, now.AddDays(-1), "end of year", Desk.Eve, default)).Refusal!.Code.ShouldBe("freeze.time");
        (await desk.Test.Get<BrakeListService>().FreezeAsync(desk.Source, now, now.AddHours(6), "end of year", Desk.Eve, default)).IsRefused.ShouldBeFalse();
        (await desk.PumpAsync()).ShouldBe(0);
        await desk.Test.Get<RevocationService>().UndoAsync([(await desk.OrderOfAsync(first)).Id], "needed", Desk.Eve, default);
        (await desk.PumpAsync()).ShouldBe(1);
        desk.Test.Clock.Advance(TimeSpan.FromHours(7));
        (await desk.PumpAsync()).ShouldBe(1);
    }

    [Fact]
    public void Every_brake_has_a_test_named_after_it()
    {
        var tests = typeof(BrakeBookTests).Assembly.GetTypes().Where(t => t.Namespace == typeof(BrakeBookTests).Namespace).SelectMany(t => t.GetMethods()).Select(m => m.Name).ToList();
        BrakeBook.All.Select(b => b.Id).ShouldBe(Enumerable.Range(1, 14).Select(n => $"B{n}"));
        BrakeBook.All.Where(b => !tests.Exists(t => t.StartsWith(b.Id + "_", StringComparison.Ordinal))).Select(b => b.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_documentation_has_the_same_list() =>
        (await File.ReadAllTextAsync(Repository.File("docs", "security-engineer.md"))).ShouldContain(BrakeBook.ToMarkdown());

    [Fact]
    public void A_run_is_compared_with_the_last_five()
    {
        SweepNumbers.Compare([4, 6, 4, 6], 25).Z!.Value.ShouldBe(20, 0.01);
        SweepNumbers.Compare([5, 5], 25).Z.ShouldBeNull();
        SweepNumbers.Compare([5, 5, 5], 25).Z.ShouldBeNull();
        SweepNumbers.Compare([], 1).Mean.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 20, 20, 1)]
    [InlineData(2, 20, 19, 1)]
    [InlineData(3, 20, 18, 5)]
    [InlineData(4, 20, 13, 13)]
    [InlineData(2, 1000, 999, 50)]
    [InlineData(3, 3, 1, 1)]
    public void B10_the_waves_are_one_then_5_percent_then_25_then_the_rest(int wave, int total, int left, int size) => Waves.Size(wave, total, left).ShouldBe(size);

    private static async Task<int> SoakAsync(Desk desk)
    {
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(61));
        return await desk.PumpAsync();
    }

    private static async Task<BrakeRow> RowAsync(Desk desk, string id) => (await desk.Test.Get<BrakeQueries>().BookAsync(default)).Single(r => r.Brake.Id == id);

    private static async Task<List<Guid>> IdsAsync(Desk desk, OrderState? state = null)
    {
        await using var db = desk.Test.Open();
        return await db.RevocationOrders.Where(o => state == null || o.State == state).Select(o => o.Id).ToListAsync();
    }

    private async Task<Desk> FakeDeskAsync(DatabaseProvider provider)
    {
        var desk = await Desk.CreateAsync(provider, s => s.AddSingleton<IConnectorKind>(target));
        await desk.BindFakeAsync();
        return desk;
    }
}
