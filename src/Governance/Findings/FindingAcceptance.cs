using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Takes risks until a date: with a reason, and for high and critical ones with a second person.</summary>
public sealed class FindingAcceptance(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>
    /// Accepts open findings until a date; high and critical ones are only asked for. Accepted ones count for nothing until then and reopen by themselves.
    /// </summary>
    public Task<IReadOnlyList<ItemOutcome>> AcceptAsync(IReadOnlyCollection<Guid> findingIds, string reason, DateTimeOffset until, Actor by, CancellationToken ct) => ForAsync(
        findingIds, (standing, now) => AcceptanceRules.Check(standing, reason, until, by, now),
        async (db, found, now) =>
        {
            var stored = StorableText.Clean(reason.Trim());
            var asked = found.Where(f => AcceptanceRules.NeedsSecond(f.Standing.Severity)).ToList();
            var taken = found.Except(asked).ToList();
            var (askedIds, takenIds) = (asked.ConvertAll(f => f.Id), taken.ConvertAll(f => f.Id));
            await db.Findings.Where(f => askedIds.Contains(f.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(f => f.AskedBy, by.Name).SetProperty(f => f.AskedById, by.Id).SetProperty(f => f.AskedByPersonId, by.PersonId).SetProperty(f => f.AskedUntil, until).SetProperty(f => f.AskedReason, stored), ct);
            await db.Findings.Where(f => takenIds.Contains(f.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(f => f.State, FindingState.Accepted).SetProperty(f => f.AcceptedUntil, until).SetProperty(f => f.AcceptedBy, by.Name).SetProperty(f => f.AcceptedReason, stored), ct);
            await audit.AppendAsync(db, by, now,
            [
                .. asked.Select(f => new AuditDraft(AuditActions.FindingAcceptanceAsked, Subjects.Identity, f.IdentityId, reason, new { FindingId = f.Id, f.RuleId, Until = until })),
                .. taken.Select(f => new AuditDraft(AuditActions.FindingAccepted, Subjects.Identity, f.IdentityId, reason, new { FindingId = f.Id, f.RuleId, Until = until })),
            ], ct);
        }, ct);

    /// <summary>The second person's yes; never that of who asked.</summary>
    public Task<IReadOnlyList<ItemOutcome>> ConfirmAsync(IReadOnlyCollection<Guid> findingIds, Actor by, CancellationToken ct) => ForAsync(
        findingIds, (standing, now) => AcceptanceRules.Confirm(standing, by, now),
        async (db, found, now) =>
        {
            var ids = found.Select(f => f.Id).ToList();
            await db.Findings.Where(f => ids.Contains(f.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(f => f.State, FindingState.Accepted).SetProperty(f => f.AcceptedUntil, f => f.AskedUntil).SetProperty(f => f.AcceptedBy, f => f.AskedBy).SetProperty(f => f.AcceptedReason, f => f.AskedReason)
                    .SetProperty(f => f.ConfirmedBy, by.Name).SetProperty(f => f.AskedBy, (string?)null).SetProperty(f => f.AskedById, (string?)null).SetProperty(f => f.AskedByPersonId, (Guid?)null)
                    .SetProperty(f => f.AskedUntil, (DateTimeOffset?)null).SetProperty(f => f.AskedReason, (string?)null), ct);
            await audit.AppendAsync(db, by, now,
                [.. found.Select(f => new AuditDraft(AuditActions.FindingAccepted, Subjects.Identity, f.IdentityId, null, new { FindingId = f.Id, f.RuleId, Until = f.Standing.AskedUntil, Confirms = f.Standing.AskedById }))], ct);
        }, ct);

    /// <summary>No to what was asked for; who asked may take it back so.</summary>
    public Task<IReadOnlyList<ItemOutcome>> DeclineAsync(IReadOnlyCollection<Guid> findingIds, string reason, Actor by, CancellationToken ct) => ForAsync(
        findingIds, (standing, _) => AcceptanceRules.Decline(standing, reason, by),
        async (db, found, now) =>
        {
            var ids = found.Select(f => f.Id).ToList();
            await db.Findings.Where(f => ids.Contains(f.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(f => f.AskedBy, (string?)null).SetProperty(f => f.AskedById, (string?)null).SetProperty(f => f.AskedByPersonId, (Guid?)null)
                    .SetProperty(f => f.AskedUntil, (DateTimeOffset?)null).SetProperty(f => f.AskedReason, (string?)null), ct);
            await audit.AppendAsync(db, by, now, [.. found.Select(f => new AuditDraft(AuditActions.FindingAcceptanceDeclined, Subjects.Identity, f.IdentityId, reason, new { FindingId = f.Id, f.RuleId }))], ct);
        }, ct);

    private async Task<IReadOnlyList<ItemOutcome>> ForAsync(
        IReadOnlyCollection<Guid> findingIds, Func<FindingStanding?, DateTimeOffset, Refusal?> rule, Func<GovernanceDb, IReadOnlyList<Found>, DateTimeOffset, Task> change, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var asked = findingIds.Distinct().ToList();
            await db.Findings.Where(f => asked.Contains(f.Id)).ExecuteUpdateAsync(s => s.SetProperty(f => f.State, f => f.State), ct);
            var found = await db.Findings.AsNoTracking().Where(f => asked.Contains(f.Id))
                .Select(f => new Found(f.Id, f.IdentityId, f.RuleId, new FindingStanding(f.State, f.Severity, f.AskedById, f.AskedByPersonId, f.AskedUntil))).ToDictionaryAsync(f => f.Id, ct);
            IReadOnlyList<ItemOutcome> outcomes = [.. asked.Select(id => new ItemOutcome(id, rule(found.GetValueOrDefault(id)?.Standing, now)))];
            var allowed = outcomes.Where(o => o.Refusal is null).Select(o => found[o.Id]).ToList();
            if (allowed.Count == 0)
                return outcomes;
            await change(db, allowed, now);
            await Risk.UpdateAsync(db, EvaluationPart.Of(allowed.Select(f => f.IdentityId).Distinct().ToList()), (await PolicyService.ReadAsync(db, ct)).Weights, ct);
            return outcomes;
        }, ct);
    }

    private sealed record Found(Guid Id, Guid IdentityId, string RuleId, FindingStanding Standing);
}
