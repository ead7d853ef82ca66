using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Sets the day on which an identity's life ends, where a reviewer kept it until then. Never later than a day that is set already.</summary>
internal static class EndOfLife
{
    public static async Task SetAsync(GovernanceDb db, AuditLog audit, Campaign campaign, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var ends =
            from item in db.ReviewItems
            where item.CampaignId == campaign.Id && item.Outcome == ItemOutcomeKind.Reduced && item.Target == ItemTarget.Identity
            join d in db.Decisions on item.DecisionId equals d.Id
            where d.ExpiresAt != null
            select new { item.IdentityId, d.ExpiresAt };
        var version = Ids.New(now);
        var set = await db.Identities.Where(i => ends.Any(e => e.IdentityId == i.Id && (i.ExpiresAt == null || i.ExpiresAt > e.ExpiresAt))).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.ExpiresAt, i => ends.Where(e => e.IdentityId == i.Id).Min(e => e.ExpiresAt)).SetProperty(i => i.Version, version), ct);
        if (set > 0)
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignEndsSet, Subjects.Campaign, campaign.Id, campaign.Name, new { identities = set }), ct);
    }
}
