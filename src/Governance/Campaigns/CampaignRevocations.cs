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
        var denied = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaign.Id && i.Outcome == ItemOutcomeKind.Revoked);
        var whole = Denials(db, campaign, Free(db, denied)).Select(d => new { d.IdentityId, d.SourceId, d.DecisionId, d.Reason });
        await RevocationOrders.InsertAsync(db, whole, RevocationCause.Denied, by, now, ct);
        await OrderPartsAsync(db, campaign, denied, by, now, ct);
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

    private sealed record Denial
    {
        public required Guid IdentityId { get; init; }

        public required Guid SourceId { get; init; }

        public required Guid TargetId { get; init; }

        public required Guid? DecisionId { get; init; }

        public required string Reason { get; init; }
    }

    /// <summary>What an order for each of the items says, whatever it is about.</summary>
    private static IQueryable<Denial> Denials(GovernanceDb db, Campaign campaign, IQueryable<ReviewItem> items)
    {
        var prefix = $"Revoked in {Cut(campaign.Name, 150)} by ";
#pragma warning disable CA1845 // Translated to SQL, where there are no spans.
        return
            from item in items
            join identity in db.Identities on item.IdentityId equals identity.Id
            join decision in db.Decisions on item.DecisionId equals decision.Id
            join reviewer in db.People on decision.ReviewerId equals reviewer.Id
            select new Denial { IdentityId = item.IdentityId, SourceId = identity.SourceId, TargetId = item.TargetId, DecisionId = item.DecisionId, Reason = prefix + reviewer.Name + ": " + decision.Justification!.Substring(0, 1200) };
#pragma warning restore CA1845
    }

    /// <summary>Items denied about one credential, or about one permission that the identity holds itself: what it inherits is taken away where it comes from.</summary>
    private static async Task OrderPartsAsync(GovernanceDb db, Campaign campaign, IQueryable<ReviewItem> denied, Actor by, DateTimeOffset now, CancellationToken ct)
    {
#pragma warning disable CA1304, CA1311, MA0011 // Translated to SQL, where there are no cultures.
        var credentials =
            from denial in Denials(db, campaign, denied.Where(i => i.Target == ItemTarget.Credential))
            join credential in db.Credentials on denial.TargetId equals credential.Id
            where credential.MissingSince == null
            let key = "c:" + credential.Id.ToString().ToLower()
            where !db.RevocationOrders.Any(o => o.IdentityId == denial.IdentityId && o.EndedAt == null && o.TargetKey == key)
            select new { denial.IdentityId, denial.SourceId, denial.DecisionId, CredentialId = (Guid?)credential.Id, TargetKey = key, TargetName = credential.DisplayName ?? credential.ExternalId, denial.Reason };
        var grants =
            from denial in Denials(db, campaign, denied.Where(i => i.Target == ItemTarget.Grant))
            join grant in db.Grants on denial.TargetId equals grant.Id
            where grant.MissingSince == null && grant.InheritedFromId == null
            let key = "g:" + grant.Id.ToString().ToLower()
            where !db.RevocationOrders.Any(o => o.IdentityId == denial.IdentityId && o.EndedAt == null && o.TargetKey == key)
            join entitlement in db.Entitlements on grant.EntitlementId equals entitlement.Id
            let name = entitlement.Resource == null ? entitlement.Name : entitlement.Name + " on " + entitlement.Resource
            select new { denial.IdentityId, denial.SourceId, denial.DecisionId, GrantId = (Guid?)grant.Id, TargetKey = key, TargetName = name, denial.Reason };
#pragma warning restore CA1304, CA1311, MA0011
        await RevocationOrders.InsertAsync(db, credentials, RevocationCause.Denied, by, now, ct, on: TargetKind.Credential);
        await RevocationOrders.InsertAsync(db, grants, RevocationCause.Denied, by, now, ct, on: TargetKind.Grant);
    }

    // Whole identities; an open order for one of its permissions does not stand in the way.
    private static IQueryable<ReviewItem> Free(GovernanceDb db, IQueryable<ReviewItem> items) =>
        items.Where(i => i.Target == ItemTarget.Identity && !db.RevocationOrders.Any(o => o.IdentityId == i.IdentityId && o.EndedAt == null && o.TargetKey == string.Empty));

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
