using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>
/// "This is mine": where nobody owns it the claim counts at once, unless the policy wants it confirmed; where somebody does, or the policy says so,
/// it counts when the owner or a security engineer confirms it. The claimant never confirms their own claim (NIST SP 800-53 AC-5).
/// </summary>
public sealed class ClaimService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, OwnershipService ownership)
{
    public async Task<IReadOnlyList<ItemOutcome>> ClaimAsync(IReadOnlyCollection<Guid> identityIds, string? reason, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var person = by.PersonId is { } me ? await OwnershipService.FindPersonAsync(db, me, ct) : null;
            var confirm = await db.OwnershipPolicies.Where(p => p.Id == OwnershipPolicy.TheId).Select(p => p.ConfirmClaims).SingleAsync(ct);
            var outcomes = batch.Decide(standing => OwnershipRules.CheckClaim(standing, person));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;

            // Whoever was asked, or decides anyway, needs nobody's confirmation.
            var atOnce = ids.FindAll(id => batch[id] is var s && (OwnershipRules.MayArrange(s, by) || (s.OwnerState != OwnerState.Accepted && (!confirm || s.AskedId == person!.Id))));
            var waits = ids.Except(atOnce).ToList();
            if (atOnce.Count > 0)
                await ownership.AssignInAsync(db, atOnce, new Nomination(person!.Id, reason), by, arranges: true, now, ct);
            if (waits.Count > 0)
                await WaitAsync(db, waits, batch, person!, reason, by, now, ct);
            return outcomes;
        }, ct);
    }

    /// <summary>Confirms what a person claims: they own it from now on.</summary>
    public Task<IReadOnlyList<ItemOutcome>> ConfirmAsync(IReadOnlyCollection<Guid> identityIds, Guid claimant, Actor by, CancellationToken ct) =>
        AnswerAsync(identityIds, claimant, by, null, async (db, ids, person, now) =>
        {
            await db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Accountable && a.PersonId != person.Id
                    && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed))
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
            await Claims(db, ids, person.Id).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Accepted).SetProperty(a => a.AnsweredAt, now).SetProperty(a => a.AnswerReason, $"Confirmed by {by.Name}"), ct);
            await OwnershipService.OwnAsync(db, ids, person.Id, ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerAccepted, Subjects.Identity, id, null, new { PersonId = person.Id, Person = person.Name, ConfirmedClaim = true })), ct);
        }, ct);

    /// <summary>Refuses a claim, and says why.</summary>
    public Task<IReadOnlyList<ItemOutcome>> RefuseAsync(IReadOnlyCollection<Guid> identityIds, Guid claimant, string reason, Actor by, CancellationToken ct) =>
        AnswerAsync(identityIds, claimant, by, string.IsNullOrWhiteSpace(reason) ? OwnershipRefusals.ReasonNeeded : null, async (db, ids, person, now) =>
        {
            var answer = OwnershipService.Storable(reason);
            await Claims(db, ids, person.Id).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.AnsweredAt, now).SetProperty(a => a.EndedAt, now).SetProperty(a => a.AnswerReason, answer), ct);
            await MessageService.AddAsync(db, [new MessageDraft(person.Id, "owner.claim-refused", $"owner.claim-refused:{Ids.New(now):N}", "Your claim was not confirmed", $"{by.Name}: {reason}", "/owners/proposals")], now, ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerClaimRefused, Subjects.Identity, id, reason, new { PersonId = person.Id, Person = person.Name })), ct);
        }, ct);

    private async Task WaitAsync(GovernanceDb db, List<Guid> ids, OwnershipBatch batch, Candidate person, string? reason, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        await Claims(db, ids, person.Id).ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, now), ct);
        await db.InsertManyAsync(ids.ConvertAll(id => new OwnerAssignment
        {
            Id = Ids.New(now),
            IdentityId = id,
            PersonId = person.Id,
            Role = OwnerRole.Accountable,
            State = AssignmentState.Claimed,
            Since = now,
            AssignedBy = by.Name,
            Reason = OwnershipService.Storable(reason),
        }), ct);
        var body = $"{person.Name} says that it is theirs{(string.IsNullOrWhiteSpace(reason) ? string.Empty : $": {reason}")}. Confirm or refuse it.";
        var drafts = ids.Where(id => batch[id].OwnerState == OwnerState.Accepted).GroupBy(id => batch[id].OwnerId!.Value)
            .Select(g => new MessageDraft(g.Key, "owner.claimed", $"owner.claimed:{Ids.New(now):N}", g.Count() == 1 ? "Someone claims an identity of yours" : $"Someone claims {g.Count()} identities of yours", body, "/owners/proposals")).ToList();
        if (ids.Exists(id => batch[id].OwnerState != OwnerState.Accepted))
            drafts.AddRange((await SecurityTeam.PeopleAsync(db, ct)).Select(p => new MessageDraft(p, "owner.claimed", $"owner.claimed:{Ids.New(now):N}", "Someone claims an identity", body, "/owners/work")));
        await MessageService.AddAsync(db, drafts, now, ct);
        await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerClaimed, Subjects.Identity, id, reason, new { PersonId = person.Id, Person = person.Name })), ct);
    }

    private async Task<IReadOnlyList<ItemOutcome>> AnswerAsync(
        IReadOnlyCollection<Guid> identityIds, Guid claimant, Actor by, Refusal? whole, Func<GovernanceDb, List<Guid>, Candidate, DateTimeOffset, Task> answer, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var claimed = await Claims(db, [.. identityIds], claimant).Select(a => a.IdentityId).ToHashSetAsync(ct);
            var person = await OwnershipService.FindPersonAsync(db, claimant, ct);
            var outcomes = batch.Decide((id, standing) => OwnershipRules.CheckConfirm(standing, claimant, claimed.Contains(id), by)
                ?? (person is { Status: People.PersonStatus.Left } ? OwnershipRefusals.Left(person.Name) : whole));
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count > 0)
                await answer(db, ids, person!, clock.Now());
            return outcomes;
        }, ct);
    }

    private static IQueryable<OwnerAssignment> Claims(GovernanceDb db, List<Guid> ids, Guid person) =>
        db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.PersonId == person && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Claimed);
}
