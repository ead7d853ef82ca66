using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Applies the rules by filter after each import, and when somebody said no: the next rule may know better.</summary>
public sealed class OwnerRuleFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, OwnerRuleService rules) : AuditFollower(contexts, clock)
{
    protected override string Name => "ownership.rules";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted, AuditActions.PeopleImported, AuditActions.OwnerDeclined, AuditActions.ToolAssigned, AuditActions.TriageDecided];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.OwnerRules.AnyAsync(r => r.EndedAt == null, ct))
            await rules.ApplyInAsync(db, Actor.Job("owner rules"), now, ct);
    }
}
