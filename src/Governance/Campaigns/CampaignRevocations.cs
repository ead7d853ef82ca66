using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Makes the revocation orders of a campaign, in set-based statements. The brakes judge them there and then. An identity, a credential or a permission that already has an open order gets no second one.</summary>
internal static class CampaignRevocations
{
    /// <summary>Orders what reviewers revoked, and what the policies for no answer and for no reviewer take away.</summary>
    public static async Task OrderAsync(GovernanceDb db, AuditLog audit, Campaign campaign, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = $"Revoked in {Cut(campaign.Name, 150)} by ";
#pragma warning disable CA1845 // Translated to SQL, where there are no spans.
        var denied =
            from item in Free(db, db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaign.Id && i.Outcome == ItemOutcomeKind.Revoked))
            join identity in db.Identities on item.IdentityId equals identity.Id
            join decision in db.Decisions on item.DecisionId equals decision.Id
            join reviewer in db.People on decision.ReviewerId equals reviewer.Id
            select new { item.IdentityId, identity.SourceId, item.DecisionId, Reason = prefix + reviewer.Name + ": " + decision.Justification!.Substring(0, 1200) };
#pragma warning restore CA1845
        await RevocationOrders.InsertAsync(db, denied, RevocationCause.Denied, by, now, ct);
        await OrderPartsAsync(db, campaign, prefix, by, now, ct);
        if (Unanswered.SilentToRevoke(db, campaign) is { } unheard)
        {
            var reason = $"Nobody answered in {Cut(campaign.Name, 150)}; its policy for no answer is to {(campaign.NoAnswer == NoAnswerPolicy.Revoke ? "revoke" : "take the recommendation")}. Asked: ";
            var silent =
                from item in Free(db, unheard)
                join identity in db.Identities on item.IdentityId equals identity.Id
                join reviewer in db.People on item.ReviewerId equals reviewer.Id
                select new { item.IdentityId, identity.SourceId, Reason = reason + reviewer.Name };
            await RevocationOrders.InsertAsync(db, silent, RevocationCause.Denied, by, now, ct);
        }

        if (Unanswered.UnaskedToRevoke(db, campaign) is { } nobodys)
        {
            var reason = $"Nobody could be asked in {Cut(campaign.Name, 150)}, and its policy for that takes away: ";
            var unasked =
                from item in Free(db, nobodys)
                join identity in db.Identities on item.IdentityId equals identity.Id
                select new { item.IdentityId, identity.SourceId, Reason = reason + identity.DisplayName };
            await RevocationOrders.InsertAsync(db, unasked, RevocationCause.Denied, by, now, ct);
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

    /// <summary>Items denied about one credential, or about one permission that the identity holds itself: what it inherits is taken away where it comes from.</summary>
    private static async Task OrderPartsAsync(GovernanceDb db, Campaign campaign, string prefix, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var denied = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaign.Id && i.Outcome == ItemOutcomeKind.Revoked);
#pragma warning disable CA1845, CA1304, CA1311, MA0011 // Translated to SQL, where there are no spans and no cultures.
        var credentials =
            from item in denied
            where item.Target == ItemTarget.Credential
            join credential in db.Credentials on item.TargetId equals credential.Id
            where credential.MissingSince == null
            let key = "c:" + credential.Id.ToString().ToLower()
            where !db.RevocationOrders.Any(o => o.IdentityId == item.IdentityId && o.EndedAt == null && o.TargetKey == key)
            join identity in db.Identities on item.IdentityId equals identity.Id
            join decision in db.Decisions on item.DecisionId equals decision.Id
            join reviewer in db.People on decision.ReviewerId equals reviewer.Id
            select new
            {
                item.IdentityId,
                identity.SourceId,
                item.DecisionId,
                CredentialId = (Guid?)credential.Id,
                TargetKey = key,
                TargetName = credential.DisplayName ?? credential.ExternalId,
                Reason = prefix + reviewer.Name + ": " + decision.Justification!.Substring(0, 1200),
            };
        var grants =
            from item in denied
            where item.Target == ItemTarget.Grant
            join grant in db.Grants on item.TargetId equals grant.Id
            where grant.MissingSince == null && grant.InheritedFromId == null
            let key = "g:" + grant.Id.ToString().ToLower()
            where !db.RevocationOrders.Any(o => o.IdentityId == item.IdentityId && o.EndedAt == null && o.TargetKey == key)
            join entitlement in db.Entitlements on grant.EntitlementId equals entitlement.Id
            join identity in db.Identities on item.IdentityId equals identity.Id
            join decision in db.Decisions on item.DecisionId equals decision.Id
            join reviewer in db.People on decision.ReviewerId equals reviewer.Id
            select new
            {
                item.IdentityId,
                identity.SourceId,
                item.DecisionId,
                GrantId = (Guid?)grant.Id,
                TargetKey = key,
                TargetName = entitlement.Resource == null ? entitlement.Name : entitlement.Name + " on " + entitlement.Resource,
                Reason = prefix + reviewer.Name + ": " + decision.Justification!.Substring(0, 1200),
            };
#pragma warning restore CA1845, CA1304, CA1311, MA0011
        await RevocationOrders.InsertAsync(db, credentials, RevocationCause.Denied, by, now, ct, on: TargetKind.Credential);
        await RevocationOrders.InsertAsync(db, grants, RevocationCause.Denied, by, now, ct, on: TargetKind.Grant);
    }

    // Whole identities; an open order for one of its permissions does not stand in the way.
    private static IQueryable<ReviewItem> Free(GovernanceDb db, IQueryable<ReviewItem> items) =>
        items.Where(i => i.Target == ItemTarget.Identity && !db.RevocationOrders.Any(o => o.IdentityId == i.IdentityId && o.EndedAt == null && o.TargetKey == string.Empty));

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
