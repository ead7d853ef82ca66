using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>
/// Someone who has left answers for nothing any more: what they owned is orphaned from now on (NIST CSF 2.0 GV.RR-04, PR.AA-05; OWASP NHI1:2025). A backup who had agreed
/// answers for it at once; else the leaver's manager is asked; each by a day. Only the directory's own word "left" counts. Someone whom an import merely no
/// longer names has not left: an empty or cut file orphans nobody.
/// </summary>
public sealed class LeaverFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, AuditLog audit) : AuditFollower(contexts, clock)
{
    private static readonly Actor Job = Actor.Job("leavers");

    protected override string Name => "ownership.leavers";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.PeopleImported];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var left = db.People.Where(p => p.Status == PersonStatus.Left);
        var orphans = db.Identities.Where(i => i.OwnerState == OwnerState.Accepted && left.Any(p => p.Id == i.OwnerId));

        // Locked before they are read, so that an acceptance by someone else is either before or after, and what is told is what is done.
        await orphans.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, i => i.OwnerState), ct);
        var told = await (
            from i in orphans
            join p in db.People on i.OwnerId equals p.Id
            select new Orphan(i.Id, p.Id, p.Name, p.LeftOn, db.People.Where(m => m.Id == p.ManagerId && m.Status == PersonStatus.Active).Select(m => (Guid?)m.Id).FirstOrDefault(),
                db.OwnerAssignments.Where(a => a.IdentityId == i.Id && a.Role == OwnerRole.Backup && a.State == AssignmentState.Accepted && db.People.Any(b => b.Id == a.PersonId && b.Status == PersonStatus.Active))
                    .Select(a => (Guid?)a.PersonId).FirstOrDefault(),
                db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed && db.People.Any(b => b.Id == a.PersonId && b.Status == PersonStatus.Active)))).ToListAsync(ct);

        await db.OwnerAssignments.Where(a => a.State == AssignmentState.Accepted && a.Role == OwnerRole.Accountable && left.Any(p => p.Id == a.PersonId))
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Orphaned).SetProperty(a => a.EndedAt, now), ct);
        await orphans.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, OwnerState.Orphaned).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

        // A question to someone who has left will not be answered, and nobody who has left stands beside an owner.
        await db.OwnerAssignments.Where(a => (a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed || (a.State == AssignmentState.Accepted && a.Role != OwnerRole.Accountable)) && left.Any(p => p.Id == a.PersonId))
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
        await db.Identities.Where(i => i.OwnerState == OwnerState.Proposed && left.Any(p => p.Id == i.OwnerId)).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.OwnerId, (Guid?)null).SetProperty(i => i.OwnerState, OwnerState.None).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

        await audit.AppendAsync(db, Job, now,
            told.ConvertAll(t => new AuditDraft(AuditActions.OwnerOrphaned, Subjects.Identity, t.IdentityId, $"{t.Leaver} has left.", new { PersonId = t.LeaverId, Person = t.Leaver, t.LeftOn })), ct);
        if (told.Count > 0)
            await SucceedAsync(db, told, now, ct);
    }

    private async Task SucceedAsync(GovernanceDb db, List<Orphan> orphans, DateTimeOffset now, CancellationToken ct)
    {
        var days = await db.OwnershipPolicies.Where(p => p.Id == OwnershipPolicy.TheId).Select(p => p.SuccessionDays).SingleAsync(ct);
        var due = now.AddDays(days);

        // A hand-over that the leaver began goes on; there the new owner is asked already.
        var steps = orphans.Where(o => !o.Asked).Select(o => (Orphan: o, To: o.BackupId ?? o.ManagerId, Agreed: o.BackupId is not null)).Where(s => s.To is not null).ToList();
        await db.InsertManyAsync(steps.ConvertAll(s => new OwnerAssignment
        {
            Id = Ids.New(now),
            IdentityId = s.Orphan.IdentityId,
            PersonId = s.To!.Value,
            Role = OwnerRole.Accountable,
            State = s.Agreed ? AssignmentState.Accepted : AssignmentState.Proposed,
            Since = now,
            AssignedBy = "The console",
            Reason = s.Agreed ? $"{s.Orphan.Leaver} has left, and you are the backup." : $"{s.Orphan.Leaver} has left, and you were their manager.",
            DueAt = due,
            Step = s.Agreed ? AskStep.Person : AskStep.Manager,
        }), ct);
        foreach (var group in steps.GroupBy(s => (To: s.To!.Value, s.Agreed)))
        {
            var ids = group.Select(s => s.Orphan.IdentityId).ToList();
            if (group.Key.Agreed)
            {
                await OwnershipService.OwnAsync(db, ids, group.Key.To, ct);
                await db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Backup && a.State == AssignmentState.Accepted && a.PersonId == group.Key.To)
                    .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
            }

            var who = group.Select(s => s.Orphan.Leaver).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var leavers = string.Join(", ", who.Take(3)) + (who.Count > 3 ? " and others" : string.Empty);
            var one = group.Select(s => s.Orphan.LeaverId).Distinct().ToList();
            await MessageService.AddAsync(db, [new MessageDraft(group.Key.To, "owner.succession", $"owner.succession:{Ids.New(now):N}",
                group.Key.Agreed ? $"You now answer for {Count(ids.Count)} as backup" : $"{Count(ids.Count)} of {leavers} {(ids.Count == 1 ? "needs" : "need")} a new owner",
                group.Key.Agreed ? $"{leavers} left. Confirm or hand over by {due:yyyy-MM-dd}." : $"{leavers} left. Accept them or choose their successors by {due:yyyy-MM-dd}.",
                one.Count == 1 && !group.Key.Agreed ? $"/owners/succession?person={one[0]:D}" : "/owners/proposals", due)], now, ct);
        }

        await audit.AppendAsync(db, Job, now, steps.ConvertAll(s => new AuditDraft(s.Agreed ? AuditActions.OwnerAccepted : AuditActions.OwnerAssigned, Subjects.Identity, s.Orphan.IdentityId,
            $"{s.Orphan.Leaver} has left.", new { PersonId = s.To, As = s.Agreed ? "backup" : "manager", DueAt = due })), ct);
    }

    private static string Count(int n) => n == 1 ? "1 identity" : $"{n} identities";

    private sealed record Orphan(Guid IdentityId, Guid LeaverId, string Leaver, DateTimeOffset? LeftOn, Guid? ManagerId, Guid? BackupId, bool Asked);
}
