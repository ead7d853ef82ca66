using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Whom to ask.</summary>
/// <param name="PersonId">A named human, always.</param>
/// <param name="Reason">Why; the person reads it.</param>
/// <param name="Team">The team on whose behalf.</param>
/// <param name="DueAt">By when to answer.</param>
public sealed record Nomination(Guid PersonId, string? Reason, string? Team = null, DateTimeOffset? DueAt = null);

/// <summary>
/// Proposes owners, takes their answers, and takes ownership away. Each works on many identities at once, in a few statements and one
/// transaction, and answers for each id by itself.
/// </summary>
public sealed class OwnershipService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>
    /// Asks a person to own identities. Someone who names themselves has accepted with it. An owner that an identity already has stays
    /// accountable until the new one accepts.
    /// </summary>
    public Task<IReadOnlyList<ItemOutcome>> AssignAsync(IReadOnlyCollection<Guid> identityIds, Guid personId, string? reason, Actor by, CancellationToken ct) =>
        AssignAsync(identityIds, new Nomination(personId, reason), by, ct);

    /// <summary>The same, with the team on whose behalf or a day by which to answer.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> AssignAsync(IReadOnlyCollection<Guid> identityIds, Nomination nomination, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => AssignInAsync(db, identityIds, nomination, by, arranges: false, clock.Now(), ct), ct);
    }

    /// <summary>In the open transaction.</summary>
    internal async Task<IReadOnlyList<ItemOutcome>> AssignInAsync(GovernanceDb db, IReadOnlyCollection<Guid> identityIds, Nomination nomination, Actor by, bool arranges, DateTimeOffset now, CancellationToken ct)
    {
        var (personId, reason) = (nomination.PersonId, nomination.Reason);
        var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
        var person = await FindPersonAsync(db, personId, ct);
        var declined = await db.OwnerAssignments.Where(a => identityIds.Contains(a.IdentityId) && a.PersonId == personId && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Declined)
            .Select(a => a.IdentityId).ToHashSetAsync(ct);
        var outcomes = batch.Decide((id, standing) => OwnershipRules.CheckAssign(standing, person, by, declined.Contains(id), arranges));
        var ids = OwnershipBatch.Allowed(outcomes);
        if (ids.Count == 0)
            return outcomes;
        var claim = by.PersonId == personId;

        await EndAsync(db, ids, claim ? [AssignmentState.Proposed, AssignmentState.Accepted, AssignmentState.Claimed] : [AssignmentState.Proposed], now, ct);
        await db.InsertManyAsync(ids.ConvertAll(id => new OwnerAssignment
        {
            Id = Ids.New(now),
            IdentityId = id,
            PersonId = personId,
            Role = OwnerRole.Accountable,
            State = claim ? AssignmentState.Accepted : AssignmentState.Proposed,
            Since = now,
            AssignedBy = by.Name,
            Reason = Storable(reason),
            Team = Storable(nomination.Team),
            DueAt = nomination.DueAt,
            AnsweredAt = claim ? now : null,
        }), ct);
        if (claim)
        {
            await OwnAsync(db, ids, personId, ct);
        }
        else
        {
            await MarkAskedAsync(db, ids, personId, now, ct);
            await AskAsync(db, ids.Count, personId, by.Name, reason, now, ct);
        }

        var detail = new { PersonId = personId, Person = person!.Name, nomination.Team };
        var drafts = ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerAssigned, Subjects.Identity, id, reason, detail));
        if (claim)
            drafts.AddRange(ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerAccepted, Subjects.Identity, id, reason, detail)));
        await audit.AppendAsync(db, by, now, drafts, ct);
        return outcomes;
    }

    /// <summary>The person who was asked takes the identities on. Nobody can accept on another's behalf, whatever their role.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> AcceptAsync(IReadOnlyCollection<Guid> identityIds, Actor by, CancellationToken ct) =>
        await AnswerAsync(identityIds, by, async (db, ids, person, now) =>
        {
            await db.OwnerAssignments
                .Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Accountable && a.PersonId != person.Id && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed))
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
            await Mine(db, ids, person.Id).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Accepted).SetProperty(a => a.AnsweredAt, now), ct);
            await OwnAsync(db, ids, person.Id, ct);
            await audit.AppendAsync(db, by, now,
                ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerAccepted, Subjects.Identity, id, null, new { PersonId = person.Id, Person = person.Name })), ct);
        }, null, ct);

    /// <summary>The person who was asked says no, and why. The identity has been without an owner since before the question, not since the answer.</summary>
    public Task<IReadOnlyList<ItemOutcome>> DeclineAsync(IReadOnlyCollection<Guid> identityIds, string reason, Actor by, CancellationToken ct) => DeclineAsync(identityIds, reason, null, by, ct);

    /// <summary>The same, with the person whose it may be: the strongest of hints for the next question.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> DeclineAsync(IReadOnlyCollection<Guid> identityIds, string reason, Guid? suggested, Actor by, CancellationToken ct) =>
        await AnswerAsync(identityIds, by, async (db, ids, person, now) =>
        {
            var answer = Storable(reason);
            var other = suggested == person.Id ? null : await db.People.Where(p => p.Id == suggested).Select(p => new Candidate(p.Id, p.Name, p.Status)).SingleOrDefaultAsync(ct);
            await Mine(db, ids, person.Id).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.State, AssignmentState.Declined).SetProperty(a => a.AnsweredAt, now).SetProperty(a => a.EndedAt, now).SetProperty(a => a.AnswerReason, answer)
                    .SetProperty(a => a.SuggestedPersonId, other == null ? null : other.Id), ct);
            await UnownAsync(db, ids, [OwnerState.Proposed], now, ct);
            await audit.AppendAsync(db, by, now,
                ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerDeclined, Subjects.Identity, id, reason, new { PersonId = person.Id, Person = person.Name, Suggested = other?.Name })), ct);
        }, string.IsNullOrWhiteSpace(reason) ? OwnershipRefusals.ReasonNeeded : null, ct);

    /// <summary>Takes the owner, and an open question to one, away. The owner themself may step down.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> RemoveAsync(IReadOnlyCollection<Guid> identityIds, string reason, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var outcomes = batch.Decide(standing => OwnershipRules.CheckRemove(standing, by) ?? (string.IsNullOrWhiteSpace(reason) ? OwnershipRefusals.ReasonNeeded : null));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;
            await EndAsync(db, ids, [AssignmentState.Proposed, AssignmentState.Accepted], now, ct);
            await UnownAsync(db, ids, [OwnerState.Proposed, OwnerState.Accepted, OwnerState.Orphaned], now, ct);
            await audit.AppendAsync(db, by, now,
                ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerRemoved, Subjects.Identity, id, reason, new { PersonId = batch[id].OwnerId, Person = batch[id].OwnerName })), ct);
            return outcomes;
        }, ct);
    }

    private async Task<IReadOnlyList<ItemOutcome>> AnswerAsync(
        IReadOnlyCollection<Guid> identityIds, Actor by, Func<GovernanceDb, List<Guid>, Candidate, DateTimeOffset, Task> answer, Refusal? whole, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var person = by.PersonId is { } me ? await FindPersonAsync(db, me, ct) : null;
            var outcomes = batch.Decide(standing => whole ?? OwnershipRules.CheckAnswer(standing, person, standing?.AskedId is { } asked && asked == person?.Id));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count > 0)
                await answer(db, ids, person!, clock.Now());
            return outcomes;
        }, ct);
    }

    private static IQueryable<OwnerAssignment> Mine(GovernanceDb db, List<Guid> ids, Guid person) =>
        db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.PersonId == person && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed);

    internal static Task<int> OwnAsync(GovernanceDb db, List<Guid> ids, Guid person, CancellationToken ct) =>
        db.Identities.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.OwnerId, person).SetProperty(i => i.OwnerState, OwnerState.Accepted).SetProperty(i => i.UnownedSince, (DateTimeOffset?)null), ct);

    internal static Task<int> UnownAsync(GovernanceDb db, List<Guid> ids, OwnerState[] from, DateTimeOffset now, CancellationToken ct) =>
        db.Identities.Where(i => ids.Contains(i.Id) && from.Contains(i.OwnerState)).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.OwnerId, (Guid?)null).SetProperty(i => i.OwnerState, OwnerState.None).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

    internal static Task<int> EndAsync(GovernanceDb db, List<Guid> ids, AssignmentState[] open, DateTimeOffset now, CancellationToken ct) =>
        db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Accountable && open.Contains(a.State))
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);

    /// <summary>One who already answers for it goes on doing so until the other has said yes.</summary>
    internal static Task<int> MarkAskedAsync(GovernanceDb db, List<Guid> ids, Guid person, DateTimeOffset now, CancellationToken ct) =>
        db.Identities.Where(i => ids.Contains(i.Id) && i.OwnerState != OwnerState.Accepted).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.OwnerId, person).SetProperty(i => i.OwnerState, OwnerState.Proposed).SetProperty(i => i.UnownedSince, i => i.UnownedSince ?? now), ct);

    internal static Task<int> AskAsync(GovernanceDb db, int count, Guid personId, string by, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        var title = count == 1 ? "An identity looks like yours" : $"{count} identities look like yours";
        var body = $"{by} proposes you as owner{(string.IsNullOrWhiteSpace(reason) ? string.Empty : $": {reason}")}. Accept what is yours, decline what is not.";
        return MessageService.AddAsync(db, [new MessageDraft(personId, "owner.asked", $"owner.asked:{Ids.New(now):N}", title, body, "/owners/proposals")], now, ct);
    }

    internal static Task<Candidate?> FindPersonAsync(GovernanceDb db, Guid id, CancellationToken ct) =>
        db.People.Where(p => p.Id == id).Select(p => new Candidate(p.Id, p.Name, p.Status)).SingleOrDefaultAsync(ct);

    internal static string? Storable(string? text) => string.IsNullOrWhiteSpace(text) ? null : StorableText.Clean(text.Trim());
}
