using CsCheck;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Lifecycle;

public sealed class LifecycleTests
{
    private static readonly Gen<(LifecycleState To, OwnerState Owner, string Reason)> Commands =
        Gen.Select(Gen.Enum<LifecycleState>(), Gen.Enum<OwnerState>(), Gen.Bool.Select(given => given ? "because" : " "));

    [Fact]
    public void I_17_whatever_is_commanded_only_listed_transitions_happen_and_the_end_stays() =>
        Gen.Select(Gen.Enum<LifecycleState>(), Commands.Array[1, 40]).Sample((start, commands) =>
        {
            var state = start;
            foreach (var (to, owner, reason) in commands)
            {
                if (LifecycleRules.Check(state, to, owner, reason, Actor.Job("test")) is not null)
                    continue;
                if (state == LifecycleState.Decommissioned || reason.Trim().Length == 0 || Transitions.Find(state, to) is null)
                    return false;
                if ((to == LifecycleState.Active) != (owner == OwnerState.Accepted) && to is LifecycleState.Active or LifecycleState.Discovered)
                    return false;
                state = to;
            }

            return true;
        }, iter: 10_000);

    [Theory, EachDatabase]
    public async Task I_18_the_state_at_any_instant_is_told_by_the_history_and_the_last_is_what_stands(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var identity = await new Given(test).IdentityAsync();
        var random = new Random(7);
        var told = new List<(DateTimeOffset At, LifecycleState State)> { (test.Now, identity.State) };
        for (var n = 0; n < 60; n++)
        {
            test.Clock.Advance(TimeSpan.FromMinutes(random.Next(1, 600)));
            await using var db = test.Open();
            var owner = random.Next(2) == 0 ? OwnerState.Accepted : OwnerState.None;
            await db.Identities.ExecuteUpdateAsync(u => u.SetProperty(i => i.OwnerState, owner));
            var to = Enum.GetValues<LifecycleState>()[random.Next(4)];
            var moved = await MoveAsync(test, [identity.Id], to, "model", Actor.Job("test"));
            told.Add((test.Now, moved[0].Refusal is null ? to : told[^1].State));
        }

        var queries = test.Get<LifecycleQueries>();
        foreach (var (at, state) in told)
            (await queries.StateAtAsync(identity.Id, at, default)).ShouldBe(state);
        (await queries.StateAtAsync(identity.Id, told[0].At.AddDays(-1), default)).ShouldBeNull();
        (await queries.StateAtAsync(identity.Id, test.Now.AddYears(1), default)).ShouldBe((await test.Open().Identities.SingleAsync()).State);
    }

    [Fact]
    public void The_documented_picture_is_the_one_in_code() =>
        File.ReadAllText(Repository.File("docs", "lifecycle.svg")).ReplaceLineEndings("\n").ShouldBe(LifecycleDrawing.ToSvg(), "docs/lifecycle.svg is made from Transitions.All");

    [Fact]
    public void Every_pair_of_states_is_either_listed_or_refused_with_its_reason()
    {
        foreach (var from in Enum.GetValues<LifecycleState>())
        {
            foreach (var to in Enum.GetValues<LifecycleState>())
            {
                var refusals = new[] { OwnerState.Accepted, OwnerState.None }.Select(o => LifecycleRules.Check(from, to, o, "why", Actor.Job("test"))?.Code).ToList();
                if (from == to)
                    refusals.ShouldAllBe(code => code == "lifecycle.same");
                else if (from == LifecycleState.Decommissioned)
                    refusals.ShouldAllBe(code => code == "lifecycle.terminal");
                else if (Transitions.All.Any(t => t.From == from && t.To == to))
                    refusals.ShouldContain((string?)null);
                else
                    refusals.ShouldAllBe(code => code == "lifecycle.not-listed");
            }
        }
    }

    [Fact]
    public void Someone_without_the_role_moves_nothing() =>
        LifecycleRules.Check(LifecycleState.Active, LifecycleState.Quarantined, OwnerState.None, "why", Given.Visitor)!.Code.ShouldBe("not.allowed");

    [Fact]
    public void The_documented_table_is_the_one_in_code()
    {
        var page = File.ReadAllText(Repository.File("docs", "lifecycle.md")).ReplaceLineEndings("\n");
        page.ShouldContain(Transitions.ToMarkdown(), Case.Sensitive, "docs/lifecycle.md is made from Transitions.All: paste Transitions.ToMarkdown() there");
    }

    [Theory, EachDatabase]
    public async Task A_batch_moves_what_may_be_moved_and_answers_for_each(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var discovered = await given.IdentityAsync();
        var gone = await given.IdentityAsync(i => i.State = LifecycleState.Decommissioned);
        var unknown = Guid.CreateVersion7();
        var outcomes = await MoveAsync(test, [discovered.Id, gone.Id, unknown], LifecycleState.Quarantined, "Nobody answered.", Actor.Job("sweep"));
        outcomes.Select(o => o.Refusal?.Code).ShouldBe([null, "lifecycle.terminal", "identity.not-found"]);

        await using var db = test.Open();
        (await db.Identities.Where(i => i.Id == discovered.Id).Select(i => i.State).SingleAsync()).ShouldBe(LifecycleState.Quarantined);
        var row = await db.LifecycleTransitions.SingleAsync();
        (row.IdentityId, row.From, row.To, row.Reason).ShouldBe((discovered.Id, LifecycleState.Discovered, LifecycleState.Quarantined, "Nobody answered."));
        var entry = await db.AuditEntries.SingleAsync();
        (entry.Action, entry.SubjectId).ShouldBe((AuditActions.LifecycleChanged, discovered.Id.ToString()));
        (await test.Get<LifecycleQueries>().CountsAsync(CancellationToken.None))[LifecycleState.Decommissioned].ShouldBe(1);
        (await test.Get<LifecycleQueries>().HistoryAsync(discovered.Id, CancellationToken.None)).Single().To.ShouldBe(LifecycleState.Quarantined);
    }

    [Fact]
    public async Task Nothing_moves_outside_a_transaction()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var identity = await new Given(test).IdentityAsync();
        await using var db = test.Open();
        await Should.ThrowAsync<InvalidOperationException>(() =>
            test.Get<LifecycleService>().MoveAsync(db, [identity.Id], LifecycleState.Quarantined, "why", Actor.Job("x"), test.Now, CancellationToken.None));
    }

    private static async Task<IReadOnlyList<ItemOutcome>> MoveAsync(TestDatabase test, IReadOnlyCollection<Guid> ids, LifecycleState to, string reason, Actor by)
    {
        await using var db = test.Open();
        return await db.InTransactionAsync(() => test.Get<LifecycleService>().MoveAsync(db, ids, to, reason, by, test.Now, CancellationToken.None), CancellationToken.None);
    }
}
