using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Makes the revocation orders of a campaign, in set-based statements. The brakes judge them there and then. An identity that already has an open order gets no second one.</summary>
internal static class CampaignRevocations
{
    /// <summary>Orders what reviewers revoked, and what nobody answered where the campaign says so and somebody was asked.</summary>
    public static async Task OrderAsync(GovernanceDb db, AuditLog audit, Campaign campaign, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = $"Revoked in {Cut(campaign.Name, 150)} by ";
#pragma warning disable CA1845 // Translated to SQL, where there are no spans.
        var denied =
            from item in Without(db, campaign.Id).Where(i => i.Outcome == ItemOutcomeKind.Revoked)
            join identity in db.Identities on item.IdentityId equals identity.Id
            join decision in db.Decisions on item.DecisionId equals decision.Id
            join reviewer in db.People on decision.ReviewerId equals reviewer.Id
            select new { item.IdentityId, identity.SourceId, item.DecisionId, Reason = prefix + reviewer.Name + ": " + decision.Justification!.Substring(0, 1200) };
#pragma warning restore CA1845
        await RevocationOrders.InsertAsync(db, denied, RevocationCause.Denied, by, now, ct);
        if (campaign.NoAnswer == NoAnswerPolicy.Revoke)
        {
            var reason = $"Nobody answered in {Cut(campaign.Name, 150)}; its policy for no answer is to revoke. Asked: ";
            var silent =
                from item in Without(db, campaign.Id).Where(i => i.Outcome == ItemOutcomeKind.NoResponse)
                join identity in db.Identities on item.IdentityId equals identity.Id
                join reviewer in db.People on item.ReviewerId equals reviewer.Id
                select new { item.IdentityId, identity.SourceId, Reason = reason + reviewer.Name };
            await RevocationOrders.InsertAsync(db, silent, RevocationCause.Denied, by, now, ct);
        }

        var made = await OrdersOf(db, campaign.Id).CountAsync(ct);
        if (made > 0)
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.RevocationOrdered, Subjects.Campaign, campaign.Id, campaign.Name, new { orders = made, cause = RevocationCause.Denied }), ct);
    }

    /// <summary>The orders that the campaign made when it was applied.</summary>
    public static IQueryable<RevocationOrder> OrdersOf(GovernanceDb db, Guid campaignId) =>
        from order in db.RevocationOrders.AsNoTracking()
        where order.Cause == RevocationCause.Denied
            && db.Campaigns.Any(c => c.Id == campaignId && c.AppliedAt == order.OrderedAt)
            && db.ReviewItems.Any(i => i.CampaignId == campaignId && i.IdentityId == order.IdentityId)
        select order;

    private static IQueryable<ReviewItem> Without(GovernanceDb db, Guid campaignId) => db.ReviewItems.AsNoTracking()
        .Where(i => i.CampaignId == campaignId && !db.RevocationOrders.Any(o => o.IdentityId == i.IdentityId && o.EndedAt == null));

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
