using Governance.Audit;
using Governance.Common;
using Governance.Notifications;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>
/// Who stands beside the accountable owner: the technical owner, who runs it, and a backup for each. A technical owner is told; a backup is asked, since
/// they answer for it from the moment that the owner leaves.
/// </summary>
public sealed class RoleService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Names somebody; whoever stood in the role stands in it no longer.</summary>
    /// <param name="identityIds">Of which identities.</param>
    /// <param name="role">Any but the accountable owner, who is asked by <see cref="OwnershipService"/>.</param>
    /// <param name="nomination">Whom.</param>
    /// <param name="by">The owner, or the security team.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<ItemOutcome>> NameAsync(IReadOnlyCollection<Guid> identityIds, OwnerRole role, Nomination nomination, Actor by, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)role, (int)OwnerRole.Accountable);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var person = await OwnershipService.FindPersonAsync(db, nomination.PersonId, ct);
            var outcomes = batch.Decide(standing => OwnershipRules.CheckRole(standing, person, role, by));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;
            var asks = role == OwnerRole.Backup && by.PersonId != nomination.PersonId;
            await Standing(db, ids, role).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
            await db.InsertManyAsync(ids.ConvertAll(id => new OwnerAssignment
            {
                Id = Ids.New(now),
                IdentityId = id,
                PersonId = nomination.PersonId,
                Role = role,
                State = asks ? AssignmentState.Proposed : AssignmentState.Accepted,
                Since = now,
                AssignedBy = by.Name,
                Reason = OwnershipService.Storable(nomination.Reason),
                Team = OwnershipService.Storable(nomination.Team),
                AnsweredAt = asks ? null : now,
            }), ct);
            if (by.PersonId != nomination.PersonId)
                await TellAsync(db, ids.Count, role, nomination.PersonId, by, now, ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerRoleChanged, Subjects.Identity, id, nomination.Reason,
                new { Role = role, PersonId = nomination.PersonId, Person = person!.Name, nomination.Team, State = asks ? AssignmentState.Proposed : AssignmentState.Accepted })), ct);
            return outcomes;
        }, ct);
    }

    /// <summary>The one who was asked to be backup says yes or no.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> AnswerAsync(IReadOnlyCollection<Guid> identityIds, bool yes, string? reason, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var person = by.PersonId is { } me ? await OwnershipService.FindPersonAsync(db, me, ct) : null;
            var asked = await db.OwnerAssignments.Where(a => identityIds.Contains(a.IdentityId) && a.Role == OwnerRole.Backup && a.State == AssignmentState.Proposed && a.PersonId == by.PersonId)
                .Select(a => a.IdentityId).ToHashSetAsync(ct);
            var outcomes = batch.Decide((id, standing) => OwnershipRules.CheckAnswer(standing, person, asked.Contains(id)) ?? (yes || !string.IsNullOrWhiteSpace(reason) ? null : OwnershipRefusals.ReasonNeeded));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;
            var (state, answer) = (yes ? AssignmentState.Accepted : AssignmentState.Declined, OwnershipService.Storable(reason));
            await db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Backup && a.State == AssignmentState.Proposed && a.PersonId == person!.Id).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.State, state).SetProperty(a => a.AnsweredAt, now).SetProperty(a => a.AnswerReason, answer).SetProperty(a => a.EndedAt, yes ? (DateTimeOffset?)null : now), ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerRoleChanged, Subjects.Identity, id, reason,
                new { Role = OwnerRole.Backup, PersonId = person!.Id, Person = person.Name, State = state })), ct);
            return outcomes;
        }, ct);
    }

    /// <summary>Takes somebody out of a role; whoever stands in it may step out by themself.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> RemoveAsync(IReadOnlyCollection<Guid> identityIds, OwnerRole role, string? reason, Actor by, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)role, (int)OwnerRole.Accountable);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var held = (await Standing(db, [.. identityIds], role).Join(db.People, a => a.PersonId, p => p.Id, (a, p) => new { a.IdentityId, a.PersonId, p.Name }).ToListAsync(ct)).ToLookup(h => h.IdentityId);
            var outcomes = batch.Decide((id, standing) => standing is null ? OwnershipRefusals.IdentityNotFound
                : held[id].FirstOrDefault() is not { } one ? OwnershipRefusals.NotInRole
                : OwnershipRules.MayArrange(standing, by) || one.PersonId == by.PersonId ? null : OwnershipRefusals.MayNotName);
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;
            await Standing(db, ids, role).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerRoleChanged, Subjects.Identity, id, reason,
                new { Role = role, PersonId = held[id].First().PersonId, Person = held[id].First().Name, State = AssignmentState.Ended })), ct);
            return outcomes;
        }, ct);
    }

    private static IQueryable<OwnerAssignment> Standing(GovernanceDb db, List<Guid> ids, OwnerRole role) =>
        db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == role && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Proposed));

    private static Task<int> TellAsync(GovernanceDb db, int count, OwnerRole role, Guid person, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var what = count == 1 ? "an identity" : $"{count} identities";
        var message = role == OwnerRole.Backup
            ? new MessageDraft(person, "owner.asked", $"owner.asked:{Ids.New(now):N}", $"You were asked to be backup owner of {what}", $"{by.Name} asks you to answer for {(count == 1 ? "it" : "them")} if the owner leaves. Say yes or no.", "/owners/proposals")
            : new MessageDraft(person, "owner.named", $"owner.named:{Ids.New(now):N}", $"You are technical {(role == OwnerRole.Technical ? "owner" : "backup")} of {what}", $"{by.Name} named you as the one who runs {(count == 1 ? "it" : "them")}. If that is wrong, step out.", "/owners/proposals");
        return MessageService.AddAsync(db, [message], now, ct);
    }
}
