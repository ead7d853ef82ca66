using Governance.Audit;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>
/// Evaluates after what can change an answer. Ownership and lifecycle concern the identities named; an import, a tool or a campaign can concern any.
/// What it appends itself is not among its actions, so it never wakes itself.
/// </summary>
public sealed class FindingFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, FindingService findings) : AuditFollower(contexts, clock)
{
    private static readonly HashSet<string> Local = new(StringComparer.Ordinal)
    {
        AuditActions.OwnerAssigned, AuditActions.OwnerAccepted, AuditActions.OwnerDeclined, AuditActions.OwnerRemoved, AuditActions.OwnerOrphaned, AuditActions.LifecycleChanged,
    };

    protected override string Name => "findings";

    protected override IReadOnlyCollection<string> Actions { get; } = [.. Local, AuditActions.ImportCompleted, AuditActions.ToolAssigned, AuditActions.CatalogueChanged, AuditActions.TriageDecided, AuditActions.TriageUndone, AuditActions.LinkDecided, AuditActions.FindingPolicyChanged, AuditActions.ToolNeedsChanged, AuditActions.CampaignApplied];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        List<Guid>? only = entries.All(e => Local.Contains(e.Action) && e.SubjectType == Subjects.Identity)
            ? entries.Select(e => Guid.Parse(e.SubjectId)).Distinct().ToList()
            : null;
        await findings.EvaluateAsync(db, only, now, ct);
    }
}
