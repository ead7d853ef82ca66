using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// After an import: an identity that gained a grant or a credential since it was certified, in a campaign that still runs, is open again. The decision
/// stays in the record; it was about less (I-15).
/// </summary>
public sealed class GrownAccessFollower(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock) : AuditFollower(contexts, clock)
{
    private static readonly Actor Job = Actor.Job("grown access");

    protected override string Name => "campaigns.grown-access";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var version = Ids.New(now);
        // Items first, marked by their new version; then the parts of those who had answered for less.
        var reopened = await db.ReviewItems
            .Where(i => i.Target == ItemTarget.Identity && i.Verdict != Verdict.Revoke)
            .Where(i => db.Campaigns.Any(c => c.Id == i.CampaignId && c.State == CampaignState.Running && c.StageNumber == i.StageNumber))
            .Where(i => db.ReviewTasks.Any(t => t.ItemId == i.Id && t.StageNumber == i.StageNumber && t.State == TaskState.Asked && (t.Verdict == Verdict.Certify || t.Verdict == Verdict.Reduce)
                && db.IdentityChanges.Any(c => c.IdentityId == i.IdentityId && c.At > t.DecidedAt && c.After != null && (c.Field == "grant" || c.Field == "credential"))))
            .ExecuteUpdateAsync(
                s => s.SetProperty(i => i.Verdict, (Verdict?)null).SetProperty(i => i.DecisionId, (Guid?)null).SetProperty(i => i.DecidedAt, (DateTimeOffset?)null).SetProperty(i => i.Version, version),
                ct);
        await db.ReviewTasks.Where(t => t.State != TaskState.HandedOn && db.ReviewItems.Any(i => i.Id == t.ItemId && i.StageNumber == t.StageNumber && i.Version == version))
            .ExecuteUpdateAsync(
                s => s.SetProperty(t => t.Verdict, (Verdict?)null).SetProperty(t => t.DecisionId, (Guid?)null).SetProperty(t => t.DecidedAt, (DateTimeOffset?)null).SetProperty(t => t.State, TaskState.Asked),
                ct);
        reopened += await ThroughAsync(db, version, now, ct);
        if (reopened > 0)
        {
            await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.ReviewReopened, Subjects.Campaign, "all-running", "Access grew after the decision", new { reopened, imports = entries.Select(e => e.SubjectId) }), ct);
        }
    }

    /// <summary>What had passed its stage while the campaign goes on comes back in the running stage, to those who answered for it.</summary>
    private static async Task<int> ThroughAsync(GovernanceDb db, Guid version, DateTimeOffset now, CancellationToken ct)
    {
        var back = await db.ReviewItems
            .Where(i => i.Target == ItemTarget.Identity && (i.Verdict == Verdict.Certify || i.Verdict == Verdict.Reduce))
            .Where(i => db.Campaigns.Any(c => c.Id == i.CampaignId && c.State == CampaignState.Running && c.StageNumber > i.StageNumber))
            .Where(i => db.IdentityChanges.Any(c => c.IdentityId == i.IdentityId && c.At > i.DecidedAt && c.After != null && (c.Field == "grant" || c.Field == "credential")))
            .ExecuteUpdateAsync(
                s => s.SetProperty(i => i.StageNumber, i => db.Campaigns.Where(c => c.Id == i.CampaignId).Select(c => c.StageNumber).First())
                    .SetProperty(i => i.EarlierVerdict, (Verdict?)null).SetProperty(i => i.EarlierDecisionId, (Guid?)null)
                    .SetProperty(i => i.Verdict, (Verdict?)null).SetProperty(i => i.DecisionId, (Guid?)null).SetProperty(i => i.DecidedAt, (DateTimeOffset?)null).SetProperty(i => i.Version, version),
                ct);
        if (back == 0)
            return 0;
        var again =
            from item in db.ReviewItems
            where item.Version == version && item.ReviewerId != null && !db.ReviewTasks.Any(t => t.ItemId == item.Id && t.StageNumber == item.StageNumber)
            select new { ItemId = item.Id, item.CampaignId, item.StageNumber, item.ReviewerId };
        await db.InsertSelectAsync(db.ReviewTasks, again, new { Reason = ReviewerReasons.AccessGrew, AskedAt = now, State = TaskState.Asked }, now, ct);
        return back;
    }
}
