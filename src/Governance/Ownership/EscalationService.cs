using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>How many questions a run carried on.</summary>
public sealed record EscalationRun(int Reminded, int ToManager, int ToSecurity);

/// <summary>
/// Carries questions on that nobody answers: a reminder, then the manager is asked instead, then the security team is told. The days are the policy's.
/// Where somebody still owns the identity (a hand-over), the question only ends; they go on answering for it.
/// </summary>
public sealed class EscalationService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private const int Most = 5000;
    private static readonly Actor Job = Actor.Job("owner questions");

    public async Task<EscalationRun> RunAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var policy = await db.OwnershipPolicies.AsNoTracking().SingleAsync(p => p.Id == OwnershipPolicy.TheId, ct);
        var security = await db.InTransactionAsync(() => ToSecurityAsync(db, policy, now, ct), ct);
        var manager = await db.InTransactionAsync(() => ToManagerAsync(db, policy, now, ct), ct);
        var reminded = await db.InTransactionAsync(() => RemindAsync(db, policy, now, ct), ct);
        return new EscalationRun(reminded, manager, security);
    }

    private async Task<int> RemindAsync(GovernanceDb db, OwnershipPolicy policy, DateTimeOffset now, CancellationToken ct)
    {
        var before = now.AddDays(-policy.RemindDays);
        var due = await Open(db).Where(a => a.RemindedAt == null && a.Since <= before).OrderBy(a => a.Id).Take(Most).Select(a => new { a.Id, a.PersonId }).ToListAsync(ct);
        if (due.Count == 0)
            return 0;
        var ids = due.ConvertAll(d => d.Id);
        await db.OwnerAssignments.Where(a => ids.Contains(a.Id)).ExecuteUpdateAsync(s => s.SetProperty(a => a.RemindedAt, now), ct);
        var people = due.GroupBy(d => d.PersonId).ToDictionary(g => g.Key, g => g.Count());
        await MessageService.AddAsync(db, people.Select(p => new MessageDraft(p.Key, "owner.reminded", $"owner.reminded:{Ids.New(now):N}",
            p.Value == 1 ? "An identity still waits for your answer" : $"{p.Value} identities still wait for your answer",
            $"Accept what is yours, decline what is not. Without an answer your manager is asked after {policy.ManagerDays} days.", "/owners/proposals")).ToList(), now, ct);
        await audit.AppendAsync(db, Job, now, people.Select(p => new AuditDraft(AuditActions.OwnerReminded, Subjects.Person, p.Key, null, new { Questions = p.Value })).ToList(), ct);
        return due.Count;
    }

    private async Task<int> ToManagerAsync(GovernanceDb db, OwnershipPolicy policy, DateTimeOffset now, CancellationToken ct)
    {
        var before = now.AddDays(-policy.ManagerDays);
        var due = await (
            from a in Open(db)
            where a.Step == AskStep.Person && a.Since <= before
            join i in db.Identities on a.IdentityId equals i.Id
            where i.OwnerState != OwnerState.Accepted
            join p in db.People on a.PersonId equals p.Id
            join m in db.People on p.ManagerId equals m.Id
            where m.Status == PersonStatus.Active && !db.OwnerAssignments.Any(d => d.IdentityId == i.Id && d.PersonId == m.Id && d.Role == OwnerRole.Accountable && (d.State == AssignmentState.Declined || d.State == AssignmentState.Unanswered))
            orderby a.Id
            select new { a.Id, a.IdentityId, Silent = p.Name, ManagerId = m.Id, Manager = m.Name, a.Team }).Take(Most).ToListAsync(ct);
        if (due.Count == 0)
            return 0;
        await UnansweredAsync(db, due.ConvertAll(d => d.Id), now, ct);
        await db.InsertManyAsync(due.ConvertAll(d => new OwnerAssignment
        {
            Id = Ids.New(now),
            IdentityId = d.IdentityId,
            PersonId = d.ManagerId,
            Role = OwnerRole.Accountable,
            State = AssignmentState.Proposed,
            Since = now,
            AssignedBy = "The console",
            Reason = $"{d.Silent} was asked and did not answer within {policy.ManagerDays} days. Accept it, or say whose it is.",
            Team = d.Team,
            Step = AskStep.Manager,
        }), ct);
        foreach (var group in due.GroupBy(d => d.ManagerId))
        {
            await OwnershipService.MarkAskedAsync(db, [.. group.Select(d => d.IdentityId)], group.Key, now, ct);
            var people = group.Select(d => d.Silent).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            await MessageService.AddAsync(db, [new MessageDraft(group.Key, "owner.escalated", $"owner.escalated:{Ids.New(now):N}",
                group.Count() == 1 ? "A question about an identity came to you" : $"{group.Count()} questions about identities came to you",
                $"{string.Join(", ", people.Take(3))}{(people.Count > 3 ? " and others" : string.Empty)} did not answer. Accept what is yours, or decline and say whose it is.", "/owners/proposals")], now, ct);
        }

        await audit.AppendAsync(db, Job, now, due.ConvertAll(d => new AuditDraft(AuditActions.OwnerEscalated, Subjects.Identity, d.IdentityId, $"{d.Silent} did not answer.", new { To = "manager", PersonId = d.ManagerId, Person = d.Manager })), ct);
        return due.Count;
    }

    /// <summary>Whoever had a manager's question too long, or has no manager who could be asked.</summary>
    private async Task<int> ToSecurityAsync(GovernanceDb db, OwnershipPolicy policy, DateTimeOffset now, CancellationToken ct)
    {
        var (manager, person) = (now.AddDays(policy.ManagerDays - policy.SecurityDays), now.AddDays(-policy.SecurityDays));
        var due = await (
            from a in Open(db)
            where (a.Step == AskStep.Manager && a.Since <= manager) || (a.Step == AskStep.Person && a.Since <= person)
            join p in db.People on a.PersonId equals p.Id
            join i in db.Identities on a.IdentityId equals i.Id
            orderby a.Id
            select new { a.Id, a.IdentityId, Silent = p.Name, Identity = i.DisplayName, Owned = i.OwnerState == OwnerState.Accepted }).Take(Most).ToListAsync(ct);
        if (due.Count == 0)
            return 0;
        await UnansweredAsync(db, due.ConvertAll(d => d.Id), now, ct);
        var open = due.FindAll(d => !d.Owned);
        await OwnershipService.UnownAsync(db, open.ConvertAll(d => d.IdentityId), [OwnerState.Proposed], now, ct);
        if (open.Count > 0)
        {
            var names = string.Join(", ", open.Take(5).Select(d => d.Identity));
            await MessageService.AddAsync(db, (await SecurityTeam.PeopleAsync(db, ct)).ConvertAll(p => new MessageDraft(p, "owner.escalated", $"owner.escalated:{Ids.New(now):N}",
                open.Count == 1 ? "Nobody answered for an identity" : $"Nobody answered for {open.Count} identities", $"Neither who was asked nor their manager answered: {names}{(open.Count > 5 ? " and others" : string.Empty)}. Find their owners, or take them out of use.", "/owners/work")), now, ct);
        }

        await audit.AppendAsync(db, Job, now, due.ConvertAll(d => new AuditDraft(AuditActions.OwnerEscalated, Subjects.Identity, d.IdentityId, $"{d.Silent} did not answer.", new { To = "security team" })), ct);
        return due.Count;
    }

    private static IQueryable<OwnerAssignment> Open(GovernanceDb db) => db.OwnerAssignments.Where(a => a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed);

    private static Task<int> UnansweredAsync(GovernanceDb db, List<Guid> ids, DateTimeOffset now, CancellationToken ct) =>
        db.OwnerAssignments.Where(a => ids.Contains(a.Id) && a.State == AssignmentState.Proposed).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Unanswered).SetProperty(a => a.EndedAt, now), ct);
}
