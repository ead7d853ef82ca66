using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Ownership;

public sealed class SuccessionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_backup_who_agreed_answers_at_once_and_else_the_manager_is_asked_by_a_day(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var boss = await given.PersonAsync("Boss");
        var (ada, bob) = (await given.PersonAsync("Ada", p => p.ManagerId = boss.Id), await given.PersonAsync("Bob"));
        var (one, two, three) = (await given.IdentityAsync(), await given.IdentityAsync(), await given.IdentityAsync());
        await test.OwnsAsync(ada, one, two, three);
        var roles = test.Get<RoleService>();
        (await roles.NameAsync([one.Id, three.Id], OwnerRole.Backup, new Nomination(bob.Id, "knows it"), Given.As(ada), None)).ShouldBeDone();
        (await roles.AnswerAsync([one.Id], true, null, Given.As(bob), None)).ShouldBeDone();
        await test.LeavesAsync(ada);

        var (first, second, third) = (await test.ReadAsync(one.Id), await test.ReadAsync(two.Id), await test.ReadAsync(three.Id));
        (first.OwnerId, first.OwnerState, first.UnownedSince).ShouldBe((bob.Id, OwnerState.Accepted, null));
        (second.OwnerState, third.OwnerState).ShouldBe((OwnerState.Orphaned, OwnerState.Orphaned));
        var question = (await test.Get<OwnershipQueries>().RolesAsync(two.Id, None)).Single();
        (question.Person, question.State, question.DueAt).ShouldBe(("Boss", AssignmentState.Proposed, test.Now.AddDays(14)));
        (await test.Get<OwnershipQueries>().RolesAsync(one.Id, None)).Single().DueAt.ShouldBe(test.Now.AddDays(14));
        (await test.InboxAsync(boss)).ShouldBe(["owner.succession"]);
        (await test.ActionsAsync(one.Id)).ShouldBe([AuditActions.OwnerAssigned, AuditActions.OwnerAccepted, AuditActions.OwnerRoleChanged, AuditActions.OwnerRoleChanged, AuditActions.OwnerOrphaned, AuditActions.OwnerAccepted]);
        (await test.Get<OwnershipService>().AcceptAsync([two.Id], Given.As(boss), None)).ShouldBeDone();
        (await test.ReadAsync(two.Id)).OwnerState.ShouldBe(OwnerState.Accepted);
    }

    [Theory, EachDatabase]
    public async Task One_page_hands_everything_over_at_once_and_only_the_manager_or_the_security_team_may(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var boss = await given.PersonAsync("Boss");
        var (ada, bob, cyd) = (await given.PersonAsync("Ada", p => p.ManagerId = boss.Id), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var identities = new List<Identity>();
        for (var n = 0; n < 4; n++)
            identities.Add(await given.IdentityAsync());
        await test.OwnsAsync(ada, identities);
        var service = test.Get<SuccessionService>();
        (await service.HandOverAsync(ada.Id, [new([identities[0].Id], bob.Id)], null, Given.Engineer, None)).Refusal!.Code.ShouldBe("succession.here");
        await test.LeavesAsync(ada);

        var row = (await service.LeaversAsync(Given.As(boss), None)).Single();
        (row.Name, row.Orphaned, row.Asked, row.DueAt).ShouldBe(("Ada", 4, 4, test.Now.AddDays(14)));
        (await service.LeaversAsync(Given.As(bob), None)).ShouldBeEmpty();
        (await service.LeftBehindAsync(ada.Id, Given.As(bob), None)).ShouldBeEmpty();
        var left = await service.LeftBehindAsync(ada.Id, Given.Engineer, None);
        left.Count.ShouldBe(4);
        left.ShouldAllBe(l => l.Asked == "Boss");

        (await service.HandOverAsync(ada.Id, [new([identities[0].Id], bob.Id)], null, Given.As(bob), None)).Refusal!.Code.ShouldBe("not.allowed");
        var stranger = await given.IdentityAsync();
        var outcome = await service.HandOverAsync(ada.Id, [new([identities[0].Id, identities[1].Id, stranger.Id], bob.Id), new([identities[2].Id], cyd.Id), new([identities[3].Id], boss.Id)], "by topic", Given.As(boss), None);
        outcome.Value!.Where(o => o.Refusal is not null).Select(o => o.Refusal!.Code).ShouldBe(["succession.not-theirs"]);
        (await test.InboxAsync(bob)).ShouldBe(["owner.asked"]);
        // The manager who takes something on has accepted with it.
        (await test.ReadAsync(identities[3].Id)).OwnerId.ShouldBe(boss.Id);
        (await test.Get<OwnershipService>().AcceptAsync([identities[0].Id, identities[1].Id], Given.As(bob), None)).ShouldBeDone();
        (await test.Get<OwnershipService>().AcceptAsync([identities[2].Id], Given.As(cyd), None)).ShouldBeDone();
        (await service.LeaversAsync(Given.Engineer, None)).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task A_silent_question_is_reminded_then_goes_to_the_manager_then_to_the_security_team(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (boss, eve) = (await given.PersonAsync("Boss"), await given.PersonAsync("Eve"));
        await given.SaveAsync(db =>
        {
            var account = new Accounts.Account { Id = Ids.New(test.Now), UserName = "eve", NormalizedUserName = "EVE", DisplayName = "Eve", PersonId = eve.Id };
            db.AddRange(account, new Accounts.AccountRole { AccountId = account.Id, Role = Roles.SecurityEngineer });
        });
        var ada = await given.PersonAsync("Ada", p => p.ManagerId = boss.Id);
        var (open, owned) = (await given.IdentityAsync(), await given.IdentityAsync());
        await test.OwnsAsync(eve, owned);
        await test.Get<OwnershipService>().AssignAsync([open.Id, owned.Id], ada.Id, null, Given.Engineer, None);
        var escalation = test.Get<EscalationService>();

        test.Clock.Advance(TimeSpan.FromDays(6.9));
        (await escalation.RunAsync(None)).ShouldBe(new EscalationRun(0, 0, 0));
        test.Clock.Advance(TimeSpan.FromDays(0.2));
        (await escalation.RunAsync(None)).ShouldBe(new EscalationRun(2, 0, 0));
        (await escalation.RunAsync(None)).ShouldBe(new EscalationRun(0, 0, 0));
        test.Clock.Advance(TimeSpan.FromDays(7));
        (await escalation.RunAsync(None)).ShouldBe(new EscalationRun(0, 1, 0));
        (await test.ReadAsync(open.Id)).OwnerId.ShouldBe(boss.Id);
        (await test.Get<OwnershipService>().AcceptAsync([open.Id], Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("proposal.not-yours");
        test.Clock.Advance(TimeSpan.FromDays(7));
        (await escalation.RunAsync(None)).ToSecurity.ShouldBe(2);
        (await test.ReadAsync(open.Id)).OwnerState.ShouldBe(OwnerState.None);
        (await test.ReadAsync(owned.Id)).OwnerId.ShouldBe(eve.Id);
        (await test.InboxAsync(ada)).ShouldBe(["owner.asked", "owner.reminded"]);
        (await test.InboxAsync(boss)).ShouldBe(["owner.escalated"]);
        (await test.InboxAsync(eve)).ShouldBe(["owner.escalated"]);
        (await escalation.RunAsync(None)).ShouldBe(new EscalationRun(0, 0, 0));
        (await test.Get<OwnershipQueries>().WorkAsync(null, 0, 10, None)).Rows.Single().Unanswered.ShouldBeTrue();
    }

    [Theory, EachDatabase]
    public async Task A_claim_on_what_another_owns_counts_once_they_confirm_it_and_never_by_ones_own_word(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var (owned, free) = (await given.IdentityAsync(), await given.IdentityAsync());
        await test.OwnsAsync(ada, owned);
        var claims = test.Get<ClaimService>();
        (await claims.ClaimAsync([owned.Id, free.Id], "I run it", Given.As(bob), None)).ShouldBeDone();
        (await test.ReadAsync(free.Id)).OwnerId.ShouldBe(bob.Id);
        (await test.ReadAsync(owned.Id)).OwnerId.ShouldBe(ada.Id);
        (await test.InboxAsync(ada)).ShouldBe(["owner.claimed"]);
        (await claims.ConfirmAsync([owned.Id], bob.Id, Given.As(bob, Roles.SecurityEngineer), None)).Single().Refusal!.Code.ShouldBe("claim.own");
        (await claims.ConfirmAsync([owned.Id], bob.Id, Given.Visitor, None)).Single().Refusal!.Code.ShouldBe("not.allowed");
        (await claims.RefuseAsync([owned.Id], bob.Id, " ", Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("reason.needed");
        (await test.Get<OwnershipQueries>().ClaimsAsync(Given.As(ada), None)).Single().Person.ShouldBe("Bob");
        (await claims.ConfirmAsync([owned.Id], bob.Id, Given.As(ada), None)).ShouldBeDone();
        (await test.ReadAsync(owned.Id)).OwnerId.ShouldBe(bob.Id);
        (await claims.ConfirmAsync([owned.Id], bob.Id, Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("claim.none");
        await using var db = test.Open();
        (await db.OwnerAssignments.CountAsync(a => a.IdentityId == owned.Id && a.State == AssignmentState.Accepted)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task Whoever_runs_it_is_named_and_told_and_may_step_out(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob, cyd) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var identity = await given.IdentityAsync();
        await test.OwnsAsync(ada, identity);
        var roles = test.Get<RoleService>();
        (await roles.NameAsync([identity.Id], OwnerRole.Technical, new Nomination(bob.Id, null, "Platform team"), Given.As(bob), None)).Single().Refusal!.Code.ShouldBe("not.allowed");
        (await roles.NameAsync([identity.Id], OwnerRole.Backup, new Nomination(ada.Id, null), Given.As(ada), None)).Single().Refusal!.Code.ShouldBe("owner.own-backup");
        (await roles.NameAsync([identity.Id], OwnerRole.Technical, new Nomination(bob.Id, null, "Platform team"), Given.As(ada), None)).ShouldBeDone();
        var technical = (await test.Get<OwnershipQueries>().RolesAsync(identity.Id, None)).Single(r => r.Role == OwnerRole.Technical);
        (technical.Person, technical.Team, technical.State).ShouldBe(("Bob", "Platform team", AssignmentState.Accepted));
        (await test.InboxAsync(bob)).ShouldBe(["owner.named"]);
        (await roles.NameAsync([identity.Id], OwnerRole.Technical, new Nomination(cyd.Id, null), Given.Engineer, None)).ShouldBeDone();
        (await roles.RemoveAsync([identity.Id], OwnerRole.Technical, null, Given.As(bob), None)).Single().Refusal!.Code.ShouldBe("not.allowed");
        (await roles.RemoveAsync([identity.Id], OwnerRole.Technical, null, Given.As(cyd), None)).ShouldBeDone();
        (await test.Get<OwnershipQueries>().RolesAsync(identity.Id, None)).Single().Role.ShouldBe(OwnerRole.Accountable);
        (await test.ReadAsync(identity.Id)).OwnerId.ShouldBe(ada.Id);
    }
}
