using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>
/// Someone who has left answers for nothing any more: what they owned is orphaned from now on (NIST CSF 2.0 GV.RR-04, PR.AA-05; OWASP NHI1:2025).
/// Only the directory's own word "left" counts. Someone whom an import merely no longer names has not left: an empty or cut file orphans nobody.
/// </summary>
public sealed class LeaverFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, AuditLog audit) : AuditFollower(contexts, clock)
{
    protected override string Name => "ownership.leavers";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.PeopleImported];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var left = db.People.Where(p => p.Status == PersonStatus.Left);
        var orphans = db.Identities.Where(i => i.OwnerState == OwnerState.Accepted && left.Any(p => p.Id == i.OwnerId));

        // Locked before they are read, so that an acceptance by someone else is either before or after, and what is told is what is done.
        await orphans.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, i => i.OwnerState), ct);
        var told = await (from i in orphans join p in db.People on i.OwnerId equals p.Id select new { i.Id, PersonId = p.Id, Person = p.Name, p.LeftOn }).ToListAsync(ct);

        await db.OwnerAssignments.Where(a => a.State == AssignmentState.Accepted && left.Any(p => p.Id == a.PersonId))
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Orphaned).SetProperty(a => a.EndedAt, now), ct);
        await orphans.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, OwnerState.Orphaned).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

        // A question to someone who has left will not be answered.
        await db.OwnerAssignments.Where(a => a.State == AssignmentState.Proposed && left.Any(p => p.Id == a.PersonId))
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
        await db.Identities.Where(i => i.OwnerState == OwnerState.Proposed && left.Any(p => p.Id == i.OwnerId)).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.OwnerId, (Guid?)null).SetProperty(i => i.OwnerState, OwnerState.None).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

        await audit.AppendAsync(db, Actor.Job("leavers"), now,
            told.ConvertAll(t => new AuditDraft(AuditActions.OwnerOrphaned, Subjects.Identity, t.Id, $"{t.Person} has left.", new { t.PersonId, t.Person, t.LeftOn })), ct);
    }
}
