using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>Moves identities from state to state. There is no other writer of <c>Identity.State</c> than this and the import that creates one.</summary>
public sealed class LifecycleService(AuditLog audit)
{
    /// <summary>
    /// Moves what may be moved, with its history row and its audit entry, in the caller's open transaction. Call it last in the
    /// transaction: the audit entries take the chain's lock.
    /// </summary>
    /// <returns>One answer per id, in the order asked; a refusal leaves that one as it was.</returns>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public async Task<IReadOnlyList<ItemOutcome>> MoveAsync(
        GovernanceDb db, IReadOnlyCollection<Guid> ids, LifecycleState to, string reason, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A state changes in the transaction of what caused it.");
        var asked = ids.Distinct().ToList();

        // The no-op update locks the rows on every database, so that what is checked is what is changed.
        await db.Identities.Where(i => asked.Contains(i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.State, i => i.State), ct);
        var found = await db.Identities.AsNoTracking().Where(i => asked.Contains(i.Id))
            .Select(i => new { i.Id, i.State, i.OwnerState }).ToDictionaryAsync(i => i.Id, ct);

        var outcomes = new List<ItemOutcome>(asked.Count);
        var moved = new List<(Guid Id, LifecycleState From)>(asked.Count);
        foreach (var id in asked)
        {
            var refusal = found.TryGetValue(id, out var identity)
                ? LifecycleRules.Check(identity.State, to, identity.OwnerState, reason, by)
                : new Refusal("identity.not-found", "This identity is not in the inventory.");
            outcomes.Add(new ItemOutcome(id, refusal));
            if (refusal is null)
                moved.Add((id, identity!.State));
        }

        var movedIds = moved.ConvertAll(m => m.Id);
        await db.Identities.Where(i => movedIds.Contains(i.Id))
            .ExecuteUpdateAsync(s => s.SetProperty(i => i.State, to).SetProperty(i => i.StateSince, now), ct);
        db.LifecycleTransitions.AddRange(moved.Select(m => new LifecycleTransition
        {
            Id = Ids.New(now),
            IdentityId = m.Id,
            From = m.From,
            To = to,
            At = now,
            By = by.Name,
            Reason = StorableText.Clean(reason),
        }));
        await audit.AppendAsync(db, by, now,
            moved.ConvertAll(m => new AuditDraft(AuditActions.LifecycleChanged, Subjects.Identity, m.Id, reason, new { m.From, To = to })), ct);
        return outcomes;
    }
}
