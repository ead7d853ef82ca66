using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// What follows where there is no answer. Two policies: one for reviewers who were asked and stayed silent, one for items that nobody could be asked about.
/// What waits for a later stage in a campaign closed early falls under neither: nothing follows.
/// </summary>
internal static class Unanswered
{
    /// <summary>Items whose reviewers were asked and said nothing, or not all that had to.</summary>
    public static IQueryable<ReviewItem> Silent(GovernanceDb db, Guid campaignId) =>
        db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaignId && i.Outcome == ItemOutcomeKind.NoResponse && i.ReviewerId != null);

    /// <summary>Items that nobody was ever asked about.</summary>
    public static IQueryable<ReviewItem> Unasked(GovernanceDb db, Guid campaignId) =>
        db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaignId && i.Outcome == ItemOutcomeKind.NoResponse && i.ReviewerId == null && !db.ReviewTasks.Any(t => t.ItemId == i.Id));

    /// <summary>What is kept: certified or reduced by reviewers, or certified by a policy.</summary>
    public static IQueryable<ReviewItem> Kept(GovernanceDb db, Campaign campaign)
    {
        var kept = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaign.Id && (i.Outcome == ItemOutcomeKind.Certified || i.Outcome == ItemOutcomeKind.Reduced));
        if (campaign.NoAnswer == NoAnswerPolicy.Certify)
            kept = kept.Concat(Silent(db, campaign.Id));
        return CampaignJson.Settings(campaign.Review).NoReviewer == NoReviewerPolicy.Certify ? kept.Concat(Unasked(db, campaign.Id)) : kept;
    }

    /// <summary>What the policies for no answer take away; the brakes have the last word.</summary>
    public static IQueryable<ReviewItem>? SilentToRevoke(GovernanceDb db, Campaign campaign) => campaign.NoAnswer switch
    {
        NoAnswerPolicy.Revoke => Silent(db, campaign.Id),
        NoAnswerPolicy.Recommendation => Silent(db, campaign.Id).Where(i => i.Recommended == Verdict.Revoke),
        _ => null,
    };

    /// <inheritdoc cref="SilentToRevoke"/>
    public static IQueryable<ReviewItem>? UnaskedToRevoke(GovernanceDb db, Campaign campaign) => CampaignJson.Settings(campaign.Review).NoReviewer switch
    {
        NoReviewerPolicy.Revoke => Unasked(db, campaign.Id),
        NoReviewerPolicy.Recommendation => Unasked(db, campaign.Id).Where(i => i.Recommended == Verdict.Revoke),
        _ => null,
    };
}
