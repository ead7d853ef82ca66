using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What the rules ask for, in one projection.</summary>
internal static class ReviewItemStates
{
    public static IQueryable<ReviewItemState> Of(GovernanceDb db) =>
        from item in db.ReviewItems.AsNoTracking()
        join campaign in db.Campaigns on item.CampaignId equals campaign.Id
        join identity in db.Identities on item.IdentityId equals identity.Id
        select new ReviewItemState
        {
            ItemId = item.Id,
            Version = item.Version,
            CampaignId = campaign.Id,
            CampaignName = campaign.Name,
            CampaignState = campaign.State,
            ClosedAt = campaign.ClosedAt,
            DueAt = campaign.DueAt,
            JustificationOnCertify = campaign.JustificationOnCertify,
            BlockSelfReview = campaign.BlockSelfReview,
            ReviewerId = item.ReviewerId,
            CreatorId = identity.CreatorId,
            IdentityId = identity.Id,
            IdentityName = identity.DisplayName,
            ContentHash = identity.ContentHash,
            Risk = identity.Risk,
            Privileged = identity.Privileged == Reported.Yes,
            DecisionId = item.DecisionId,
            Verdict = item.Verdict,
        };

    public static Task<ReviewItemState?> FindAsync(GovernanceDb db, Guid itemId, CancellationToken ct) => Of(db).SingleOrDefaultAsync(s => s.ItemId == itemId, ct);
}
