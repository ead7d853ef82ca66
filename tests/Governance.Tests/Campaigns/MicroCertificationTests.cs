using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class MicroCertificationTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_new_privilege_opens_one_item_with_a_deadline_of_its_own_and_no_second_one(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (gained, other, young) = (await Known(review, ada), await Known(review, ada), await review.OwnedAsync(ada));
        await SwitchOnAsync(review, MicroEvent.PrivilegeGained);
        await review.FollowAsync<MicroCertificationFollower>();
        await review.Given.SaveAsync(db => db.IdentityChanges.AddRange(Change(gained, "privileged", "Yes"), Change(young, "privileged", "Yes"), Change(other, "grant", "Files.Read")));
        await review.AuditAsync(AuditActions.ImportCompleted, Subjects.ImportRun, "run");
        await review.FollowAsync<MicroCertificationFollower>();

        await using (var db = test.Open())
        {
            var campaign = await db.Campaigns.SingleAsync();
            campaign.ShouldSatisfyAllConditions(c => c.Population.ShouldBe(1), c => c.Name.ShouldStartWith("Gained a privilege"), c => c.DueAt.ShouldBe(test.Now.AddDays(7)));
            (await db.ReviewItems.SingleAsync()).ShouldSatisfyAllConditions(i => i.IdentityId.ShouldBe(gained.Id), i => i.ReviewerId.ShouldBe(ada.Id), i => i.Trigger.ShouldBe(nameof(MicroEvent.PrivilegeGained)));
            (await test.Get<CampaignQueries>().ListDefinitionsAsync(Ct)).ShouldBeEmpty("nobody launches it by hand");
        }

        await review.Given.SaveAsync(db => db.IdentityChanges.Add(Change(gained, "privileged", "Yes")));
        await review.AuditAsync(AuditActions.ImportCompleted, Subjects.ImportRun, "again");
        await review.FollowAsync<MicroCertificationFollower>();
        await using var after = test.Open();
        (await after.Campaigns.CountAsync()).ShouldBe(1);

        // Past its day it closes like any other, and changes nothing.
        test.Clock.Advance(TimeSpan.FromDays(8));
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(1);
        (await after.ReviewItems.AsNoTracking().SingleAsync()).Outcome.ShouldBe(ItemOutcomeKind.NoResponse);

        IdentityChange Change(Identity identity, string field, string value) =>
            new() { Id = Ids.New(test.Now), IdentityId = identity.Id, RunId = Guid.Empty, At = test.Now, Field = field, After = value };
    }

    [Theory, EachDatabase]
    public async Task A_severe_finding_a_new_owner_an_autonomous_tool_and_a_waking_identity_each_open_theirs(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, before) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Olga Before"));
        var tool = await review.Given.ToolAsync("Night agent", Autonomy.Autonomous);
        var (severe, mild, passed, first, freer, woke) = (await Known(review, ada), await Known(review, ada), await Known(review, ada), await Known(review, ada), await Known(review, ada, i => i.ToolId = tool.Id),
            await Known(review, ada, i => (i.Usage, i.LastUsedAt) = (UsageState.Used, test.Now.AddHours(-1))));
        await SwitchOnAsync(review, Enum.GetValues<MicroEvent>());
        await review.FollowAsync<MicroCertificationFollower>();
        await review.Given.SaveAsync(db =>
        {
            db.Findings.AddRange(Found(severe, "F02", Severity.High), Found(mild, "F03", Severity.Medium), Found(woke, "F10", Severity.Medium, FindingState.Fixed));
            db.OwnerAssignments.Add(new OwnerAssignment
            {
                Id = Ids.New(test.Now),
                IdentityId = passed.Id,
                PersonId = before.Id,
                State = AssignmentState.Ended,
                Since = test.Now.AddDays(-90),
                AnsweredAt = test.Now.AddDays(-90),
                EndedAt = test.Now,
                AssignedBy = "test",
            });
        });
        await review.AuditAsync(AuditActions.FindingsEvaluated, Subjects.Finding, "all");
        await review.AuditAsync(AuditActions.OwnerAccepted, Subjects.Identity, passed.Id);
        await review.AuditAsync(AuditActions.OwnerAccepted, Subjects.Identity, first.Id);
        await review.AuditAsync(AuditActions.ToolAssigned, Subjects.Identity, freer.Id);
        await review.FollowAsync<MicroCertificationFollower>();
        await using var db = test.Open();
        (await db.ReviewItems.Select(i => new { i.IdentityId, i.Trigger }).ToListAsync()).Select(i => (i.IdentityId, i.Trigger)).ShouldBe(
            [(severe.Id, "SevereFinding"), (passed.Id, "OwnerChanged"), (freer.Id, "AutonomyRaised"), (woke.Id, "DormantWoke")], ignoreOrder: true);

        Finding Found(Identity identity, string rule, Severity severity, FindingState state = FindingState.Open) => new()
        {
            Id = Ids.New(test.Now),
            RuleId = rule,
            IdentityId = identity.Id,
            Severity = severity,
            Evidence = "e",
            FirstSeenAt = state == FindingState.Open ? test.Now : test.Now.AddDays(-30),
            State = state,
            FixedAt = state == FindingState.Fixed ? test.Now : null,
        };
    }

    [Theory, EachDatabase]
    public async Task An_event_that_is_switched_off_opens_nothing_and_only_managers_switch(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await Known(review, ada);
        await SwitchOnAsync(review, MicroEvent.OwnerChanged);
        var policies = test.Get<MicroPolicyService>();
        (await policies.SetAsync(new MicroInput { FallbackReviewerId = ada.Id }, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("not.allowed");
        (await policies.SetAsync(new MicroInput { FallbackReviewerId = ada.Id, DurationDays = 0 }, review.Manager, Ct)).Refusal!.Code.ShouldBe("micro.duration");
        (await policies.FindAsync(Ct)).ShouldNotBeNull().Input.On.ShouldBe([MicroEvent.OwnerChanged]);
        await review.Given.SaveAsync(db => db.Findings.Add(new Finding { Id = Ids.New(test.Now), RuleId = "F02", IdentityId = identity.Id, Severity = Severity.Critical, Evidence = "e", FirstSeenAt = test.Now }));
        await review.AuditAsync(AuditActions.FindingsEvaluated, Subjects.Finding, "all");
        await review.FollowAsync<MicroCertificationFollower>();
        await using var db = test.Open();
        (await db.Campaigns.AnyAsync()).ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task Signals_count_what_is_in_force_and_flag_what_looks_like_a_stamp(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Stamp"), await review.PersonAsync("Bob Careful"));
        var stamped = new List<Identity>();
        for (var n = 0; n < 20; n++)
            stamped.Add(await review.OwnedAsync(ada, i => (i.Usage, i.LastUsedAt) = (UsageState.Used, n < 6 ? test.Now.AddDays(-200) : test.Now)));
        var careful = await review.OwnedAsync(bob);
        var campaign = await review.LaunchAsync();
        foreach (var identity in stamped)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(2));
            (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.Certify) with { OpenFor = TimeSpan.FromSeconds(2) }, Ct)).OrThrow();
        }

        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, careful, bob, Verdict.DontKnow) with { OpenFor = TimeSpan.FromSeconds(90) }, Ct)).OrThrow();
        await review.DecideAsync(campaign, careful, bob, Verdict.Revoke, "nobody knows it");
        var signals = await test.Get<SignalQueries>().ForCampaignAsync(campaign, Ct);
        signals[0].ShouldSatisfyAllConditions(
            s => s.Name.ShouldBe("Ada Stamp"), s => s.Decided.ShouldBe(20), s => s.InARow.ShouldBe(20), s => s.Advised.ShouldBe(6), s => s.AgainstAdvice.ShouldBe(6), s => s.Seconds.ShouldBe(2),
            s => s.Flags.ShouldBe(["2 seconds for an item on average", "20 certified in a row", "certified 6 of 6 against the recommendation"]));
        signals[1].ShouldSatisfyAllConditions(s => s.Decided.ShouldBe(1), s => s.InARow.ShouldBe(0), s => s.Seconds.ShouldBeNull(), s => s.Flags.ShouldBeEmpty());
    }

    [Theory, EachDatabase]
    public async Task A_share_of_what_was_certified_is_drawn_at_the_close_and_looked_at_by_somebody_else(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, eve) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Eve Engineer"));
        var campaign = Guid.Empty;
        var identities = new List<Identity>();
        for (var n = 0; n < 7; n++)
            identities.Add(await review.OwnedAsync(ada));
        campaign = await review.LaunchAsync(i => i with { Review = new ReviewSettings { SamplePercent = 20 } });
        foreach (var identity in identities.Take(6))
            await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).OrThrow();
        var looks = test.Get<SecondLookService>();
        var drawn = await looks.ListAsync(campaign, Ct);
        drawn.Count.ShouldBe(2);
        await using var db = test.Open();
        var certified = await db.ReviewItems.Where(i => i.Outcome == ItemOutcomeKind.Certified).Select(i => i.Id).ToListAsync();
        var seed = await db.SecondLooks.Select(s => s.Seed).Distinct().SingleAsync();
        drawn.Select(d => d.ItemId).ShouldBe(SecondLookService.Draw(certified, 20, seed), ignoreOrder: true);

        var engineer = Given.As(eve, Roles.SecurityEngineer);
        (await looks.AnswerAsync(drawn[0].Id, true, null, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("not.allowed");
        (await looks.AnswerAsync(drawn[0].Id, true, null, Given.As(ada, Roles.SecurityEngineer), Ct)).Refusal!.Code.ShouldBe("second-look.own");
        (await looks.AnswerAsync(drawn[0].Id, false, " ", engineer, Ct)).Refusal!.Code.ShouldBe("second-look.note");
        (await looks.AnswerAsync(drawn[0].Id, false, "unused since May", engineer, Ct)).IsRefused.ShouldBeFalse();
        (await looks.ListAsync(campaign, Ct))[^1].ShouldSatisfyAllConditions(l => l.Agrees.ShouldBe(false), l => l.LookedBy.ShouldBe("Eve Engineer"), l => l.Reviewer.ShouldBe("Ada Owner"));
    }

    private static Task<Identity> Known(Review review, Person owner, Action<Identity>? change = null) => review.KnownAsync(owner, change);

    private static async Task SwitchOnAsync(Review review, params MicroEvent[] on)
    {
        await review.InputAsync();
        (await review.Micro.SetAsync(new MicroInput { On = on, FallbackReviewerId = review.Fallback.Id }, review.Manager, Ct)).OrThrow();
    }
}
