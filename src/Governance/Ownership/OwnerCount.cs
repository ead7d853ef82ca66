using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>How many of those who answer for something are among people who would be gone.</summary>
internal sealed class OwnerCount : IOwnerCount
{
    public async Task<Gone> CountAsync(GovernanceDb db, IQueryable<Person> gone, CancellationToken ct)
    {
        var owning = db.OwnerAssignments.Where(a => a.State == AssignmentState.Accepted);
        return new Gone(
            await gone.CountAsync(p => owning.Any(a => a.PersonId == p.Id), ct),
            await db.People.CountAsync(p => p.Status == PersonStatus.Active && p.MissingSince == null && owning.Any(a => a.PersonId == p.Id), ct));
    }
}

/// <summary>Tells administrators and the security team that a reading of a directory is held.</summary>
internal sealed class HeldDirectoryFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock) : AuditFollower(contexts, clock)
{
    protected override string Name => "ownership.held-directory";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.PeopleHeld];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var people = await db.Accounts.Where(a => a.DisabledAt == null && a.PersonId != null && db.AccountRoles.Any(r => r.AccountId == a.Id && (r.Role == Roles.Administrator || r.Role == Roles.SecurityEngineer))
            && db.People.Any(p => p.Id == a.PersonId && p.Status == PersonStatus.Active)).Select(a => a.PersonId!.Value).Distinct().Take(50).ToListAsync(ct);
        var drafts = from entry in entries
                     from person in people
                     select new MessageDraft(person, "directory.held", $"directory.held:{entry.SubjectId}:{person:N}", "A directory lost many people at once", entry.Reason ?? "Nothing was changed.", $"/imports/{entry.SubjectId}");
        await MessageService.AddAsync(db, drafts.ToList(), now, ct);
    }
}
