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
        var reopened = await db.ReviewItems
            .Where(i => i.Verdict == Verdict.Certify || i.Verdict == Verdict.Reduce)
            .Where(i => db.Campaigns.Any(c => c.Id == i.CampaignId && c.State == CampaignState.Running))
            .Where(i => db.IdentityChanges.Any(c => c.IdentityId == i.IdentityId && c.At > i.DecidedAt && c.After != null && (c.Field == "grant" || c.Field == "credential")))
            .ExecuteUpdateAsync(
                s => s.SetProperty(i => i.Verdict, (Verdict?)null).SetProperty(i => i.DecisionId, (Guid?)null).SetProperty(i => i.DecidedAt, (DateTimeOffset?)null).SetProperty(i => i.Version, version),
                ct);
        if (reopened > 0)
        {
            await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.ReviewReopened, Subjects.Campaign, "all-running", "Access grew after the decision", new { reopened, imports = entries.Select(e => e.SubjectId) }), ct);
        }
    }
}
