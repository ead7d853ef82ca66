using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>An identity whose owner has accepted is no longer merely discovered: it becomes Active.</summary>
public sealed class ActivationFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, LifecycleService lifecycle) : AuditFollower(contexts, clock)
{
    protected override string Name => "lifecycle.activation";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.OwnerAccepted];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        // Looks at what is so now and not at what the entries said: an owner may have been taken away again since.
        var ids = entries.Where(e => e.SubjectType == Subjects.Identity).Select(e => Guid.Parse(e.SubjectId)).Distinct().ToList();
        var ready = await db.Identities
            .Where(i => ids.Contains(i.Id) && i.State == LifecycleState.Discovered && i.OwnerState == OwnerState.Accepted)
            .Select(i => i.Id).ToListAsync(ct);
        if (ready.Count > 0)
            await lifecycle.MoveAsync(db, ready, LifecycleState.Active, "Its owner accepted.", Actor.Job("lifecycle"), now, ct);
    }
}
