using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class CloseTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Closed_and_applied_twice_has_the_effect_of_once(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (certified, revoked, unknown, silent, reduced) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        await review.Given.GrantAsync(reduced, "Mail.Read", privileged: Reported.Yes);
        Guid grant;
        await using (var db = test.Open())
            grant = await db.Grants.Select(g => g.Id).SingleAsync();
        var campaign = await review.LaunchAsync();
        var decidedAt = test.Now;
        await review.DecideAsync(campaign, certified, ada, Verdict.Certify);
        await review.DecideAsync(campaign, revoked, ada, Verdict.Revoke, "not used since spring");
        await review.DecideAsync(campaign, unknown, ada, Verdict.DontKnow);
        await review.DecideAsync(campaign, reduced, ada, Verdict.Reduce, "needs no mail", [grant]);
        test.Clock.Advance(TimeSpan.FromDays(2));

        (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.not-closed");
        for (var twice = 0; twice < 2; twice++)
        {
            (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).IsRefused.ShouldBeFalse();
            (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow().ShouldBe(new AppliedCounts(Certified: 1, Reduced: 1, Ordered: 1));
            test.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var after = test.Open();
        var order = await after.RevocationOrders.SingleAsync();
        order.IdentityId.ShouldBe(revoked.Id);
        order.Cause.ShouldBe(RevocationCause.Denied);
        order.Reason.ShouldContain("not used since spring");
        order.DecisionId.ShouldBe((await review.ItemAsync(campaign, revoked)).DecisionId);
        (await CertifiedAtAsync(certified)).ShouldBe(decidedAt);
        (await CertifiedAtAsync(reduced)).ShouldBe(decidedAt);
        (await CertifiedAtAsync(revoked)).ShouldBeNull();
        (await CertifiedAtAsync(unknown)).ShouldBeNull();
        (await CertifiedAtAsync(silent)).ShouldBeNull();
        (await review.ItemAsync(campaign, silent)).Outcome.ShouldBe(ItemOutcomeKind.NoResponse);
        (await review.ItemAsync(campaign, unknown)).Outcome.ShouldBe(ItemOutcomeKind.Undecided);
        (await after.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignClosed)).ShouldBe(1);
        (await after.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignApplied)).ShouldBe(1);
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, silent, ada, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("campaign.closed");
        (await test.Get<CampaignQueries>().ListReductionsAsync(campaign, Ct)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            r => r.Permission.ShouldBe("Mail.Read"), r => r.StillThere.ShouldBeTrue());

        async Task<DateTimeOffset?> CertifiedAtAsync(Identity identity) => await after.Identities.Where(i => i.Id == identity.Id).Select(i => i.LastCertifiedAt).SingleAsync();
    }

    [Theory, EachDatabase]
    public async Task Silence_follows_the_policy_and_only_where_somebody_was_asked(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        await review.InputAsync();
        var asked = await review.OwnedAsync(ada);
        await review.Given.IdentityAsync(i => i.CreatorId = review.Fallback.Id);
        var campaign = await review.LaunchAsync(i => i with { NoAnswer = NoAnswerPolicy.Revoke, DurationDays = 10 });
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(0);
        test.Clock.Advance(TimeSpan.FromDays(10));
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(1);
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(0);
        await using var db = test.Open();
        var order = await db.RevocationOrders.SingleAsync();
        order.IdentityId.ShouldBe(asked.Id);
        order.DecisionId.ShouldBeNull();
        order.Reason.ShouldContain("Ada Owner");
        var detail = (await test.Get<CampaignQueries>().FindAsync(campaign, Ct)).ShouldNotBeNull();
        detail.Effects.ShouldBe(new CampaignEffects(0, 0, 0, 0, SilentAsked: 1, SilentUnasked: 1));
        detail.Applied.ShouldBe(new AppliedCounts(0, 0, 1));
    }

    [Theory, EachDatabase]
    public async Task No_answer_changes_nothing_by_default(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var identity = await review.Given.IdentityAsync();
        await review.LaunchAsync();
        test.Clock.Advance(TimeSpan.FromDays(15));
        (await review.Campaigns.CloseDueAsync(Ct)).ShouldBe(1);
        await using var db = test.Open();
        (await db.RevocationOrders.AnyAsync()).ShouldBeFalse();
        (await db.Identities.SingleAsync(i => i.Id == identity.Id)).LastCertifiedAt.ShouldBeNull();
    }

    [Theory, EachDatabase]
    public async Task A_decision_beside_a_close_is_counted_or_refused_and_never_lost(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identities = new List<Identity>();
        for (var n = 0; n < 8; n++)
            identities.Add(await review.OwnedAsync(ada));
        var campaign = await review.LaunchAsync();
        var answers = new List<Decide>();
        foreach (var identity in identities)
            answers.Add(await review.AnswerAsync(campaign, identity, ada, Verdict.Certify));
        var close = Task.Run(() => review.Campaigns.CloseAsync(campaign, review.Manager, Ct));
        var outcomes = await Task.WhenAll(answers.Select(a => Task.Run(() => review.Reviews.DecideAsync(a, Ct))));
        (await close).IsRefused.ShouldBeFalse();
        await using var db = test.Open();
        var accepted = outcomes.Count(o => !o.IsRefused);
        (await db.ReviewItems.CountAsync(i => i.Outcome == ItemOutcomeKind.Certified)).ShouldBe(accepted);
        (await db.ReviewItems.CountAsync(i => i.Verdict != null)).ShouldBe(accepted);
        (await db.ReviewItems.CountAsync(i => i.Outcome == ItemOutcomeKind.Open)).ShouldBe(0);
    }

    [Theory, EachDatabase]
    public async Task More_time_reopens_what_was_past_due(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        test.Clock.Advance(TimeSpan.FromDays(15));
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("campaign.past-due");
        (await review.Campaigns.ExtendAsync(campaign, test.Now.AddDays(-1), null, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.due-not-later");
        (await review.Campaigns.ExtendAsync(campaign, test.Now.AddDays(7), "holidays", review.Manager, Ct)).IsRefused.ShouldBeFalse();
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
    }
}
