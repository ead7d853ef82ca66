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

    /// <summary>Everything that can concern many, in transactions of its own: nobody else's change waits for it.</summary>
    protected override async Task PrepareAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        await findings.BeginAsync(ct);
        var wide = entries.Where(e => !IsLocal(e)).ToList();
        if (wide.Count == 0)
            return;
        var imports = wide.Where(e => e.Action == AuditActions.ImportCompleted).Select(e => Guid.TryParse(e.SubjectId, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct().ToList();
        await findings.EvaluateInPartsAsync(imports.Count == wide.Count ? imports : null, ct);
    }

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        // What a wide evaluation has covered is covered; imports look at what they changed only.
        if (entries.Any(e => !IsLocal(e) && e.Action != AuditActions.ImportCompleted))
            return;
        var only = entries.Where(IsLocal).Select(e => Guid.Parse(e.SubjectId)).Distinct().ToList();
        if (only.Count > 0)
            await findings.EvaluateAsync(db, only, entries.Any(e => e.Action == AuditActions.LifecycleChanged), now, ct);
    }

    private static bool IsLocal(AuditEntry entry) => Local.Contains(entry.Action) && entry.SubjectType == Subjects.Identity;
}
