using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Gives the items of a stage their reviewers: one statement for each way to find one, however many the items.</summary>
internal static class StageTasks
{
    /// <summary>Asks those whom the stage names, else its fallbacks. Items that have somebody in this stage keep whom they have.</summary>
    public static async Task AssignAsync(GovernanceDb db, Campaign campaign, int number, StageSettings stage, DateTimeOffset now, CancellationToken ct)
    {
        var identities = db.Identities.Where(i => db.ReviewItems.Any(x => x.CampaignId == campaign.Id && x.StageNumber == number && x.IdentityId == i.Id));
        await InsertAsync(db, campaign, number, Reviewers.Of(db, identities, stage, campaign.BlockSelfReview), now, ct);
        foreach (var fallback in Reviewers.Fallbacks(db, identities, stage, campaign.FallbackReviewerId, campaign.BlockSelfReview))
            await InsertAsync(db, campaign, number, fallback, now, ct);
        await NameFirstAsync(db, campaign.Id, number, ct);
        await StandInService.GiveAsync(db, campaign.Id, number, now, ct);
    }

    /// <summary>Makes the task of each item whose reviewer the launch has found already.</summary>
    public static async Task FromItemsAsync(GovernanceDb db, Guid campaignId, DateTimeOffset now, CancellationToken ct)
    {
        var rows = db.ReviewItems.Where(i => i.CampaignId == campaignId && i.ReviewerId != null).Select(i => new { ItemId = i.Id, i.ReviewerId, Reason = i.ReviewerReason });
        await db.InsertSelectAsync(db.ReviewTasks, rows, new { CampaignId = campaignId, StageNumber = 1, AskedAt = now, State = TaskState.Asked }, now, ct);
        await StandInService.GiveAsync(db, campaignId, 1, now, ct);
    }

    /// <summary>Asks the candidates about the items of the stage that nobody is asked about any more. Nobody who had it before gets it back.</summary>
    public static Task<int> ReplaceAsync(GovernanceDb db, Campaign campaign, int number, IQueryable<Candidate> candidates, DateTimeOffset now, CancellationToken ct)
    {
        var rows =
            from item in db.ReviewItems
            where item.CampaignId == campaign.Id && item.StageNumber == number && db.ReviewTasks.Any(t => t.ItemId == item.Id && t.StageNumber == number)
                && !db.ReviewTasks.Any(t => t.ItemId == item.Id && t.StageNumber == number && t.State != TaskState.HandedOn)
            join c in candidates on item.IdentityId equals c.IdentityId
            where !db.ReviewTasks.Any(t => t.ItemId == item.Id && t.StageNumber == number && t.ReviewerId == c.PersonId)
            group c by new { ItemId = item.Id, ReviewerId = c.PersonId } into g
            select new { g.Key.ItemId, g.Key.ReviewerId, Reason = g.Min(c => c.Reason) };
        return db.InsertSelectAsync(db.ReviewTasks, rows, new { CampaignId = campaign.Id, StageNumber = number, AskedAt = now, State = TaskState.Asked }, now, ct);
    }

    private static Task<int> InsertAsync(GovernanceDb db, Campaign campaign, int number, IQueryable<Candidate> candidates, DateTimeOffset now, CancellationToken ct)
    {
        var rows =
            from item in db.ReviewItems
            where item.CampaignId == campaign.Id && item.StageNumber == number && !db.ReviewTasks.Any(t => t.ItemId == item.Id && t.StageNumber == number)
            join c in candidates on item.IdentityId equals c.IdentityId
            group c by new { ItemId = item.Id, ReviewerId = c.PersonId } into g
            select new { g.Key.ItemId, g.Key.ReviewerId, Reason = g.Min(c => c.Reason) };
        return db.InsertSelectAsync(db.ReviewTasks, rows, new { CampaignId = campaign.Id, StageNumber = number, AskedAt = now, State = TaskState.Asked }, now, ct);
    }

    /// <summary>Writes on each item who is asked first.</summary>
    /// <param name="db">With a transaction open.</param>
    /// <param name="campaignId">The campaign.</param>
    /// <param name="number">The stage.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="onlyGone">Only where the one who is named is no longer asked.</param>
    public static Task<int> NameFirstAsync(GovernanceDb db, Guid campaignId, int number, CancellationToken ct, bool onlyGone = false) =>
        db.ReviewItems.Where(i => i.CampaignId == campaignId && i.StageNumber == number
                && (!onlyGone || (i.ReviewerId != null && !db.ReviewTasks.Any(t => t.ItemId == i.Id && t.StageNumber == number && t.ReviewerId == i.ReviewerId && t.State != TaskState.HandedOn)))).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.ReviewerId, i => db.ReviewTasks.Where(t => t.ItemId == i.Id && t.StageNumber == number && t.State == TaskState.Asked).OrderBy(t => t.Id).Select(t => (Guid?)t.ReviewerId).FirstOrDefault())
                .SetProperty(i => i.ReviewerReason, i => db.ReviewTasks.Where(t => t.ItemId == i.Id && t.StageNumber == number && t.State == TaskState.Asked).OrderBy(t => t.Id).Select(t => t.Reason).FirstOrDefault() ?? ReviewerReasons.FallbackCreatedIt),
            ct);
}
