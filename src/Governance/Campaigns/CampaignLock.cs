using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// One writer of a campaign at a time: answers, and the close that counts them. Taken first in the transaction, before anything is read, so that what
/// the rules see is what is written to, and that two writers never hold each other's rows.
/// </summary>
internal static class CampaignLock
{
    /// <summary>Takes the lock of one campaign, until the transaction ends.</summary>
    public static Task TakeCampaignAsync(GovernanceDb db, Guid campaignId, CancellationToken ct) =>
        db.Campaigns.Where(c => c.Id == campaignId).ExecuteUpdateAsync(s => s.SetProperty(c => c.State, c => c.State), ct);

    /// <summary>Takes the lock of the campaigns that the items are of, until the transaction ends.</summary>
    public static Task TakeAsync(GovernanceDb db, IReadOnlyCollection<Guid> itemIds, CancellationToken ct) =>
        db.Campaigns.Where(c => db.ReviewItems.Any(i => i.CampaignId == c.Id && itemIds.Contains(i.Id)))
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.State, c => c.State), ct);
}
