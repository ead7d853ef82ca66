using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Notifications;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Ownership;

public sealed class OwnershipTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task An_owner_counts_only_once_they_have_accepted_and_then_the_identity_becomes_active(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada Lovelace");
        var identity = await given.IdentityAsync(i => i.UnownedSince = test.Now.AddDays(-40));
        var service = test.Get<OwnershipService>();

        (await service.AssignAsync([identity.Id], ada.Id, "made it", Given.Engineer, None)).ShouldAllBe(o => o.Refusal == null);
        await test.CatchUpAsync();
        var asked = await ReadAsync(test, identity.Id);
        (asked.OwnerId, asked.OwnerState, asked.UnownedSince, asked.State).ShouldBe((ada.Id, OwnerState.Proposed, test.Now.AddDays(-40), LifecycleState.Discovered));
        (await test.Get<MessageQueries>().InboxAsync(ada.Id, 10, None)).Single().Link.ShouldBe("/owners/proposals");
        (await test.Get<OwnershipQueries>().ProposalsForAsync(ada.Id, None)).Single().IdentityId.ShouldBe(identity.Id);

        (await service.AcceptAsync([identity.Id], Given.As(ada), None)).ShouldAllBe(o => o.Refusal == null);
        await test.CatchUpAsync();
        var owned = await ReadAsync(test, identity.Id);
        (owned.OwnerId, owned.OwnerState, owned.UnownedSince, owned.State).ShouldBe((ada.Id, OwnerState.Accepted, null, LifecycleState.Active));
        (await test.Get<OwnershipQueries>().OwnedByAsync(ada.Id, None)).Single().IdentityId.ShouldBe(identity.Id);
        (await test.Get<OwnershipQueries>().FindAsync(identity.Id, None))!.OwnerName.ShouldBe("Ada Lovelace");
        (await ActionsAsync(test)).ShouldBe([AuditActions.OwnerAssigned, AuditActions.OwnerAccepted, AuditActions.LifecycleChanged], ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task Nobody_accepts_on_anothers_behalf_whatever_their_role(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, boss) = (await given.PersonAsync("Ada"), await given.PersonAsync("Boss"));
        var identity = await given.IdentityAsync();
        var service = test.Get<OwnershipService>();
        await service.AssignAsync([identity.Id], ada.Id, null, Given.Engineer, None);
        (await service.AcceptAsync([identity.Id], Given.As(boss, Roles.Administrator, Roles.SecurityEngineer), None)).Single().Refusal!.Code.ShouldBe("proposal.not-yours");
        (await service.AcceptAsync([identity.Id], Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("person.none");
        (await ReadAsync(test, identity.Id)).OwnerState.ShouldBe(OwnerState.Proposed);
    }

    [Theory, EachDatabase]
    public async Task Declining_needs_a_reason_and_does_not_reset_the_time_without_an_owner(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var identity = await given.IdentityAsync(i => i.UnownedSince = test.Now.AddDays(-40));
        var service = test.Get<OwnershipService>();
        await service.AssignAsync([identity.Id], ada.Id, null, Given.Engineer, None);
        (await service.DeclineAsync([identity.Id], "  ", Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("reason.needed");
        (await service.DeclineAsync([identity.Id], "I never saw it", Given.As(ada), None)).Single().Refusal.ShouldBeNull();
        var after = await ReadAsync(test, identity.Id);
        (after.OwnerId, after.OwnerState, after.UnownedSince).ShouldBe((null, OwnerState.None, test.Now.AddDays(-40)));
        (await test.Get<OwnershipQueries>().HistoryAsync(identity.Id, None)).Single().AnswerReason.ShouldBe("I never saw it");
    }

    [Theory, EachDatabase]
    public async Task A_batch_refuses_single_identities_and_does_the_rest(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var good = await given.IdentityAsync();
        var gone = await given.IdentityAsync(i => i.State = LifecycleState.Decommissioned);
        var outcomes = await test.Get<OwnershipService>().AssignAsync([good.Id, gone.Id, Guid.CreateVersion7(), good.Id], ada.Id, null, Given.Engineer, None);
        outcomes.Select(o => o.Refusal?.Code).ShouldBe([null, "identity.decommissioned", "identity.not-found"]);
    }

    [Theory]
    [InlineData("left", "person.left")]
    [InlineData("unknown", "person.not-found")]
    [InlineData("no role", "not.allowed")]
    public async Task An_owner_is_proposed_only_to_someone_who_works_here_by_someone_who_may(string what, string code)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var given = new Given(test);
        var person = await given.PersonAsync("Ada", p => p.Status = what == "left" ? PersonStatus.Left : PersonStatus.Active);
        var identity = await given.IdentityAsync();
        var outcome = await test.Get<OwnershipService>().AssignAsync(
            [identity.Id], what == "unknown" ? Guid.CreateVersion7() : person.Id, null, what == "no role" ? Given.Visitor : Given.Engineer, None);
        outcome.Single().Refusal!.Code.ShouldBe(code);
    }

    [Theory, EachDatabase]
    public async Task Claiming_for_oneself_is_accepted_at_once_but_takes_nothing_from_another(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var identity = await given.IdentityAsync();
        var service = test.Get<OwnershipService>();
        (await service.AssignAsync([identity.Id], ada.Id, "mine", Given.As(ada), None)).Single().Refusal.ShouldBeNull();
        (await ReadAsync(test, identity.Id)).OwnerState.ShouldBe(OwnerState.Accepted);
        (await service.AssignAsync([identity.Id], bob.Id, "mine", Given.As(bob), None)).Single().Refusal!.Code.ShouldBe("owner.taken");
        (await service.AssignAsync([identity.Id], ada.Id, "mine", Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("owner.already");
    }

    [Theory, EachDatabase]
    public async Task In_a_hand_over_the_old_owner_answers_until_the_new_one_accepts(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob, cyd) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var identity = await given.IdentityAsync();
        var service = test.Get<OwnershipService>();
        await service.AssignAsync([identity.Id], ada.Id, null, Given.As(ada), None);
        (await service.AssignAsync([identity.Id], bob.Id, "moving on", Given.As(ada), None)).Single().Refusal.ShouldBeNull();
        (await ReadAsync(test, identity.Id)).OwnerId.ShouldBe(ada.Id);
        (await test.Get<OwnershipQueries>().FindAsync(identity.Id, None))!.AskedName.ShouldBe("Bob");

        // Asked anew: only the last one who was asked can answer.
        await service.AssignAsync([identity.Id], cyd.Id, null, Given.As(ada), None);
        (await service.AcceptAsync([identity.Id], Given.As(bob), None)).Single().Refusal!.Code.ShouldBe("proposal.not-yours");
        await service.AcceptAsync([identity.Id], Given.As(cyd), None);
        (await ReadAsync(test, identity.Id)).OwnerId.ShouldBe(cyd.Id);
        await using var db = test.Open();
        (await db.OwnerAssignments.CountAsync(a => a.State == AssignmentState.Accepted)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task An_owner_may_step_down_and_others_may_not_push_them(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var identity = await given.IdentityAsync();
        var service = test.Get<OwnershipService>();
        await service.AssignAsync([identity.Id], ada.Id, null, Given.As(ada), None);
        (await service.RemoveAsync([identity.Id], "no", Given.As(bob), None)).Single().Refusal!.Code.ShouldBe("not.allowed");
        test.Clock.Advance(TimeSpan.FromDays(1));
        (await service.RemoveAsync([identity.Id], "new job", Given.As(ada), None)).Single().Refusal.ShouldBeNull();
        var after = await ReadAsync(test, identity.Id);
        (after.OwnerId, after.OwnerState, after.UnownedSince).ShouldBe((null, OwnerState.None, test.Now));
        (await service.RemoveAsync([identity.Id], "again", Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("owner.none");
    }

    [Theory, EachDatabase]
    public async Task What_a_leaver_owned_is_orphaned_and_what_others_own_is_not(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var (hers, his, asked) = (await given.IdentityAsync(), await given.IdentityAsync(), await given.IdentityAsync());
        var service = test.Get<OwnershipService>();
        await service.AssignAsync([hers.Id], ada.Id, null, Given.As(ada), None);
        await service.AssignAsync([his.Id], bob.Id, null, Given.As(bob), None);
        await service.AssignAsync([asked.Id], ada.Id, null, Given.Engineer, None);
        await PeopleImportedAsync(test, db => db.People.Where(p => p.Id == ada.Id).ExecuteUpdateAsync(s => s.SetProperty(p => p.Status, PersonStatus.Left)));

        var orphan = await ReadAsync(test, hers.Id);
        (orphan.OwnerId, orphan.OwnerState, orphan.UnownedSince).ShouldBe((ada.Id, OwnerState.Orphaned, test.Now));
        (await ReadAsync(test, his.Id)).OwnerState.ShouldBe(OwnerState.Accepted);
        (await ReadAsync(test, asked.Id)).OwnerState.ShouldBe(OwnerState.None);
        (await test.Get<OwnershipQueries>().HistoryAsync(hers.Id, None)).Single().State.ShouldBe(AssignmentState.Orphaned);
        (await ActionsAsync(test)).Count(a => a == AuditActions.OwnerOrphaned).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task An_import_that_no_longer_names_anybody_orphans_nobody(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var identity = await given.IdentityAsync();
        await test.Get<OwnershipService>().AssignAsync([identity.Id], ada.Id, null, Given.As(ada), None);
        await PeopleImportedAsync(test, db => db.People.ExecuteUpdateAsync(s => s.SetProperty(p => p.MissingSince, test.Now)));
        (await ReadAsync(test, identity.Id)).OwnerState.ShouldBe(OwnerState.Accepted);
        (await ActionsAsync(test)).ShouldNotContain(AuditActions.OwnerOrphaned);
    }

    [Theory, EachDatabase]
    public async Task Coverage_counts_AI_tool_identities_and_says_nothing_of_an_empty_population(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var queries = test.Get<OwnershipQueries>();
        (await queries.CoverageAsync(None)).AiTools.Percent.ShouldBeNull();
        var ada = await given.PersonAsync("Ada");
        var tool = await given.ToolAsync("Notion AI");
        var owned = await given.IdentityAsync(i => i.ToolId = tool.Id);
        await given.IdentityAsync(i => i.ToolId = tool.Id);
        await given.IdentityAsync(i => (i.ToolId, i.MissingSince) = (tool.Id, test.Now));
        await given.IdentityAsync(i => (i.ToolId, i.State) = (tool.Id, LifecycleState.Decommissioned));
        await given.IdentityAsync();
        await test.Get<OwnershipService>().AssignAsync([owned.Id], ada.Id, null, Given.As(ada), None);
        var coverage = await queries.CoverageAsync(None);
        (coverage.AiTools.Total, coverage.AiTools.Accepted, coverage.AiTools.Percent, coverage.Everything.Total).ShouldBe((2, 1, 50, 3));
        coverage.ByTool.Single().ShouldBe(new CoverageRow(tool.Id, "Notion AI", 2, 1, 0, 0, 1));
        coverage.BySource.Single().None.ShouldBe(1);
        (await queries.OwnedCountsAsync([ada.Id], None))[ada.Id].ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task A_hint_of_the_source_makes_a_likeness_and_no_owner(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada Lovelace");
        var identity = await given.IdentityAsync(i => i.OwnerHint = "ADA.Lovelace@example.com");
        await given.IdentityAsync(i => i.OwnerHint = "someone.else@example.com");
        await test.Get<ProposalService>().ComputeAllAsync(None);
        (await test.Get<OwnershipQueries>().LikelyForAsync(ada.Id, 20, None)).Single().IdentityId.ShouldBe(identity.Id);
        (await ReadAsync(test, identity.Id)).OwnerState.ShouldBe(OwnerState.None);
    }

    private static async Task PeopleImportedAsync(TestDatabase test, Func<GovernanceDb, Task<int>> change)
    {
        await using (var db = test.Open())
        {
            await db.InTransactionAsync(async () =>
            {
                await change(db);
                await test.Get<AuditLog>().AppendAsync(db, Actor.Job("import"), test.Now, new AuditDraft(AuditActions.PeopleImported, Subjects.ImportRun, "1"), None);
                return Done.Value;
            }, None);
        }

        await test.CatchUpAsync();
    }

    private static async Task<Identity> ReadAsync(TestDatabase test, Guid id)
    {
        await using var db = test.Open();
        return await db.Identities.AsNoTracking().SingleAsync(i => i.Id == id);
    }

    private static async Task<List<string>> ActionsAsync(TestDatabase test)
    {
        await using var db = test.Open();
        return await db.AuditEntries.Where(e => e.Action != AuditActions.FindingsEvaluated).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync();
    }
}
