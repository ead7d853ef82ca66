using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What the rules ask for, in one projection.</summary>
internal static class ReviewItemStates
{
    /// <summary>The items as they are for one person: their own task in the stage where the item stands, if they have one.</summary>
    public static IQueryable<ReviewItemState> Of(GovernanceDb db, Guid? personId) =>
        from item in db.ReviewItems.AsNoTracking()
        join campaign in db.Campaigns on item.CampaignId equals campaign.Id
        join stage in db.Stages on new { item.CampaignId, Number = item.StageNumber } equals new { stage.CampaignId, stage.Number }
        join identity in db.Identities on item.IdentityId equals identity.Id
        from task in db.ReviewTasks.Where(t => t.ItemId == item.Id && t.StageNumber == item.StageNumber && t.ReviewerId == personId).DefaultIfEmpty()
        select new ReviewItemState
        {
            ItemId = item.Id,
            Version = item.Version,
            CampaignId = campaign.Id,
            CampaignName = campaign.Name,
            CampaignState = campaign.State,
            ClosedAt = campaign.ClosedAt,
            StageNumber = item.StageNumber,
            StageClosedAt = stage.ClosedAt,
            DueAt = stage.DueAt,
            JustificationOnCertify = campaign.JustificationOnCertify,
            BlockSelfReview = campaign.BlockSelfReview,
            Review = campaign.Review,
            Target = item.Target,
            TargetId = item.TargetId,
            ReviewerId = task == null ? null : task.ReviewerId,
            TaskState = task == null ? TaskState.Asked : task.State,
            TaskDecisionId = task == null ? null : task.DecisionId,
            SignedOff = db.ReviewSignOffs.Any(s => s.CampaignId == item.CampaignId && s.PersonId == personId && s.StageNumber == item.StageNumber && s.TakenBackAt == null),
            CreatorId = identity.CreatorId,
            SoleUserId = db.SoleUsers().Where(u => u.IdentityId == identity.Id).Select(u => (Guid?)u.PersonId).FirstOrDefault(),
            ToolId = identity.ToolId,
            Kind = identity.Kind,
            IdentityId = identity.Id,
            IdentityName = identity.DisplayName,
            ContentHash = identity.ContentHash,
            Risk = identity.Risk,
            Privileged = identity.Privileged == Reported.Yes,
            Recommended = item.Recommended,
            EarlierVerdict = item.EarlierVerdict,
            Verdict = item.Verdict,
        };

    public static Task<ReviewItemState?> FindAsync(GovernanceDb db, Guid itemId, Guid? personId, CancellationToken ct) => Of(db, personId).SingleOrDefaultAsync(s => s.ItemId == itemId, ct);
}
