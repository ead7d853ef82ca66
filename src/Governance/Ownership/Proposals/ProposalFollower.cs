using System.Linq.Expressions;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>
/// Proposes anew after what can change the evidence: an import changes those that it changed, people change everybody's, an answer its own identity.
/// </summary>
public sealed class ProposalFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, AskService asks) : AuditFollower(contexts, clock)
{
    private static readonly HashSet<string> Everything = new(StringComparer.Ordinal) { AuditActions.PeopleImported, AuditActions.CodeOwnersImported, AuditActions.CatalogueChanged, AuditActions.TriageDecided, AuditActions.LinkDecided };

    protected override string Name => "ownership.proposals";

    protected override IReadOnlyCollection<string> Actions { get; } =
    [
        .. Everything, AuditActions.ImportCompleted, AuditActions.OwnerAssigned, AuditActions.OwnerAccepted, AuditActions.OwnerDeclined, AuditActions.OwnerRemoved, AuditActions.OwnerOrphaned, AuditActions.OwnerClaimed,
        AuditActions.OwnerClaimRefused, AuditActions.OwnerRoleChanged, AuditActions.OwnerEscalated, AuditActions.ToolAssigned,
    ];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        if (entries.Any(e => Everything.Contains(e.Action)))
        {
            await ProposeAsync(db, i => i.Id != Guid.Empty, now, ct);
            return;
        }

        var runs = entries.Where(e => e.SubjectType == Subjects.ImportRun && Guid.TryParse(e.SubjectId, out _)).Select(e => Guid.Parse(e.SubjectId)).Distinct().ToList();
        var ids = entries.Where(e => e.SubjectType == Subjects.Identity && Guid.TryParse(e.SubjectId, out _)).Select(e => Guid.Parse(e.SubjectId)).Distinct().ToList();
        await ProposeAsync(db, i => ids.Contains(i.Id) || runs.Contains(i.LastChangedRunId), now, ct);
    }

    private async Task ProposeAsync(GovernanceDb db, Expression<Func<Identity, bool>> which, DateTimeOffset now, CancellationToken ct)
    {
        await ProposalService.ComputeAsync(db, which, now, ct);
        var policy = await db.OwnershipPolicies.AsNoTracking().SingleAsync(p => p.Id == OwnershipPolicy.TheId, ct);
        if (policy.AskByItself)
            await asks.AskInAsync(db, which, policy.MinimumConfidence, Actor.Job("owner proposals"), now, ct);
    }
}
