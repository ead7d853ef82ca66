using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class StageTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task What_is_privileged_or_autonomous_gets_a_second_look_by_the_owners_manager(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var tool = await review.Given.ToolAsync("Night agent", Autonomy.Autonomous);
        var plain = await review.OwnedAsync(ada);
        var privileged = await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes);
        var autonomous = await review.OwnedAsync(ada, i => i.ToolId = tool.Id);
        var denied = await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes);
        var campaign = await review.LaunchAsync();
        await review.DecideAsync(campaign, plain, ada, Verdict.Certify);
        await review.DecideAsync(campaign, privileged, ada, Verdict.Certify);
        await review.DecideAsync(campaign, denied, ada, Verdict.Revoke, "never again");

        // Not over: an item is unanswered, and its ten days run.
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(0);
        (await StageAsync()).ShouldBe(1);
        test.Clock.Advance(TimeSpan.FromDays(10));
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(0);
        (await StageAsync()).ShouldBe(2);
        (await review.ItemAsync(campaign, plain)).StageNumber.ShouldBe(1);
        (await review.ItemAsync(campaign, denied)).ShouldSatisfyAllConditions(i => i.StageNumber.ShouldBe(1), i => i.Verdict.ShouldBe(Verdict.Revoke));
        foreach (var moved in new[] { privileged, autonomous })
            (await review.ItemAsync(campaign, moved)).ShouldSatisfyAllConditions(i => i.StageNumber.ShouldBe(2), i => i.Verdict.ShouldBeNull(), i => i.ReviewerId.ShouldBe(boss.Id), i => i.ReviewerReason.ShouldBe(ReviewerReasons.OwnersManager));

        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, plain, ada, Verdict.DontKnow), Ct)).Refusal!.Code.ShouldBe("review.stage-over");
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, privileged, ada, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("review.not-yours");
        await review.DecideAsync(campaign, privileged, boss, Verdict.Certify);
        test.Clock.Advance(TimeSpan.FromDays(4));
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(1);
        (await OutcomeAsync(plain)).ShouldBe(ItemOutcomeKind.Certified);
        (await OutcomeAsync(privileged)).ShouldBe(ItemOutcomeKind.Certified);
        (await OutcomeAsync(autonomous)).ShouldBe(ItemOutcomeKind.NoResponse);
        (await OutcomeAsync(denied)).ShouldBe(ItemOutcomeKind.Revoked);
        await using var db = test.Open();
        (await db.Messages.SingleAsync(m => m.PersonId == boss.Id)).Title.ShouldContain("second look");
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignStageChanged)).ShouldBe(1);
        (await db.RevocationOrders.SingleAsync()).IdentityId.ShouldBe(denied.Id);

        async Task<int> StageAsync()
        {
            await using var now = test.Open();
            return await now.Campaigns.Where(c => c.Id == campaign).Select(c => c.StageNumber).SingleAsync();
        }

        async Task<ItemOutcomeKind> OutcomeAsync(Identity identity) => (await review.ItemAsync(campaign, identity)).Outcome;
    }

    [Theory, EachDatabase]
    public async Task Closed_before_its_second_stage_nothing_privileged_is_certified(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (plain, privileged) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes));
        var campaign = await review.LaunchAsync(i => i with { NoAnswer = NoAnswerPolicy.Revoke, Review = new ReviewSettings { NoReviewer = NoReviewerPolicy.Revoke } });
        await review.DecideAsync(campaign, plain, ada, Verdict.Certify);
        await review.DecideAsync(campaign, privileged, ada, Verdict.Certify);
        (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow().ShouldBe(new AppliedCounts(1, 0, 0));
        (await review.ItemAsync(campaign, privileged)).Outcome.ShouldBe(ItemOutcomeKind.NoResponse);
    }

    [Theory, EachDatabase]
    public async Task Each_kind_of_reviewer_is_found_and_the_fallback_only_where_there_is_none(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var (tina, bob, named) = (await review.PersonAsync("Tina Technical"), await review.PersonAsync("Bob Backup"), await review.PersonAsync("Ned Named"));
        var tool = await review.Given.ToolAsync("Notion AI", Autonomy.Assistive);
        var full = await review.OwnedAsync(ada, i => i.ToolId = tool.Id);
        var bare = await review.Given.IdentityAsync();
        await review.Given.SaveAsync(db => db.OwnerAssignments.AddRange(Holds(tina, OwnerRole.Technical), Holds(bob, OwnerRole.Backup)));

        await AskedAsync([ReviewerKind.Owner], ada);
        await AskedAsync([ReviewerKind.TechnicalOwner], tina);
        await AskedAsync([ReviewerKind.BackupOwner], bob);
        await AskedAsync([ReviewerKind.OwnersManager], boss);
        await AskedAsync([ReviewerKind.ToolOwner], ada);
        await AskedAsync([ReviewerKind.Owner, ReviewerKind.TechnicalOwner, ReviewerKind.ToolOwner], ada, tina);

        var campaign = await review.LaunchAsync(i => i with { Name = "Named", Stages = [new StageSettings { Reviewers = [ReviewerKind.People], People = [named.Id, bob.Id] }] });
        (await OfAsync(campaign, bare)).ShouldBe([named.Id, bob.Id], ignoreOrder: true);

        async Task AskedAsync(ReviewerKind[] kinds, params Person[] people)
        {
            var launched = await review.LaunchAsync(i => i with { Name = string.Join(' ', kinds), Stages = [new StageSettings { Reviewers = kinds, FallbackPeople = [named.Id] }] });
            (await OfAsync(launched, full)).ShouldBe(people.Select(p => p.Id), ignoreOrder: true);
            (await OfAsync(launched, bare)).ShouldBe([named.Id]);
        }

        async Task<List<Guid>> OfAsync(Guid launched, Identity identity)
        {
            await using var db = test.Open();
            return await db.ReviewTasks.Where(t => t.CampaignId == launched && db.ReviewItems.Any(i => i.Id == t.ItemId && i.IdentityId == identity.Id)).Select(t => t.ReviewerId).ToListAsync();
        }

        OwnerAssignment Holds(Person person, OwnerRole role) =>
            new() { Id = Ids.New(test.Now), IdentityId = full.Id, PersonId = person.Id, Role = role, State = AssignmentState.Accepted, Since = test.Now, AssignedBy = "test" };
    }

    [Theory, EachDatabase]
    public async Task One_answer_frees_the_others_and_undone_it_asks_them_again(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada One"), await review.PersonAsync("Bob Two"));
        var identity = await review.Given.IdentityAsync();
        var campaign = await review.LaunchAsync(i => i with { Stages = Named(ada, bob) });
        var both = (await review.AnswerAsync(campaign, identity, ada, Verdict.Certify), await review.AnswerAsync(campaign, identity, bob, Verdict.Revoke, "not in use"));
        (await review.Reviews.DecideAsync(both.Item1, Ct)).IsRefused.ShouldBeFalse();
        (await review.Reviews.DecideAsync(both.Item2, Ct)).Refusal!.Code.ShouldBe("review.answered");
        (await test.Get<ReviewQueries>().WaitingAsync(bob.Id, Ct)).ShouldBe(0);
        var item = await review.ItemAsync(campaign, identity);
        item.Verdict.ShouldBe(Verdict.Certify);
        (await review.Reviews.WithdrawDecisionAsync(item.Id, item.Version, Given.As(ada), Ct)).IsRefused.ShouldBeFalse();
        (await test.Get<ReviewQueries>().WaitingAsync(bob.Id, Ct)).ShouldBe(1);
        await review.DecideAsync(campaign, identity, bob, Verdict.Revoke, "not in use");
        (await review.ItemAsync(campaign, identity)).ShouldSatisfyAllConditions(i => i.Verdict.ShouldBe(Verdict.Revoke), i => i.ReviewerId.ShouldBe(bob.Id));
    }

    [Theory, EachDatabase]
    public async Task Where_all_must_answer_the_second_answer_completes_it_and_a_stale_one_is_a_conflict(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada One"), await review.PersonAsync("Bob Two"));
        var identity = await review.Given.IdentityAsync();
        var campaign = await review.LaunchAsync(i => i with { Stages = Named(ada, bob), Review = new ReviewSettings { OneAnswerFreesOthers = false } });
        var stale = await review.AnswerAsync(campaign, identity, bob, Verdict.Certify);
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        (await review.ItemAsync(campaign, identity)).Verdict.ShouldBeNull();
        (await review.Reviews.DecideAsync(stale, Ct)).Refusal!.Code.ShouldBe("review.conflict");
        await review.DecideAsync(campaign, identity, bob, Verdict.DontKnow);
        (await review.ItemAsync(campaign, identity)).Verdict.ShouldBe(Verdict.Certify);
        await review.DecideAsync(campaign, identity, bob, Verdict.Revoke, "I looked again");
        (await review.ItemAsync(campaign, identity)).Verdict.ShouldBe(Verdict.Revoke);
    }

    [Theory, EachDatabase]
    public async Task A_running_campaign_keeps_the_settings_that_it_began_with(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var definition = await review.DefineAsync(i => i with { Review = new ReviewSettings { JustificationAlways = true } });
        var found = (await test.Get<CampaignQueries>().FindDefinitionAsync(definition, Ct))!;
        var campaign = (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).OrThrow();
        found = (await test.Get<CampaignQueries>().FindDefinitionAsync(definition, Ct))!;
        (await review.Campaigns.ChangeAsync(definition, found.Version, found.Input with { Review = new ReviewSettings() }, review.Manager, Ct)).OrThrow();
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.DontKnow), Ct)).Refusal!.Code.ShouldBe("review.reason-missing");
        await review.DecideAsync(campaign, identity, ada, Verdict.DontKnow, "ask the vendor");
    }

    [Theory, EachDatabase]
    public async Task A_stage_ends_once_however_many_nodes_look_and_an_hour_after_the_last_answer(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var identities = new List<Identity>();
        for (var n = 0; n < 5; n++)
            identities.Add(await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes));
        var campaign = await review.LaunchAsync();
        foreach (var identity in identities)
            await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        (await test.Get<StageEngine>().AdvanceDueAsync(Ct)).ShouldBe(0);
        test.Clock.Advance(StageEngine.TimeToUndo);
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Get<StageEngine>().AdvanceDueAsync(Ct))));
        ended.Sum().ShouldBe(1);
        await using var db = test.Open();
        (await db.ReviewItems.CountAsync(i => i.CampaignId == campaign && i.StageNumber == 2)).ShouldBe(5);
        (await db.ReviewTasks.CountAsync(t => t.CampaignId == campaign && t.StageNumber == 2 && t.ReviewerId == boss.Id)).ShouldBe(5);
        (await db.Campaigns.SingleAsync()).DueAt.ShouldBe(test.Now.AddDays(4));
    }

    private static IReadOnlyList<StageSettings> Named(params Person[] people) => [new StageSettings { Reviewers = [ReviewerKind.People], People = [.. people.Select(p => p.Id)] }];
}
