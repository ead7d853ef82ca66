using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What people do with orders. Each takes many ids, answers for each, and is one transaction with its audit entries.</summary>
public sealed partial class RevocationService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, StepResults results, ConnectorService connectors, TimeProvider clock)
{
    private static readonly string[] Engineers = [Roles.SecurityEngineer, Roles.Administrator];

    /// <summary>Takes orders back of which nothing was sent.</summary>
    public Task<IReadOnlyList<ItemOutcome>> WithdrawAsync(IReadOnlyCollection<Guid> orderIds, string reason, Actor by, CancellationToken ct) => OnOrdersAsync(orderIds, by, Engineers, (o, sent) => Reasoned(reason) ?? OrderRules.Withdraw(o, sent), AuditActions.RevocationWithdrawn, reason, (db, allowed, now) => EndUnsentAsync(db, allowed.ConvertAll(o => o.Order.Id), now, ct), ct);

    /// <summary>Brings back the state before. A late send of the disable can't win over it: its generation is shut out, and the restore waits for its lease to end (I-26).</summary>
    public Task<IReadOnlyList<ItemOutcome>> UndoAsync(IReadOnlyCollection<Guid> orderIds, string reason, Actor by, CancellationToken ct) => OnOrdersAsync(orderIds, by, Engineers, (o, sent) => Reasoned(reason) ?? OrderRules.Undo(o, sent, o.Generation > 0), AuditActions.RevocationUndone, reason, async (db, allowed, now) =>
    {
        var ids = allowed.Select(o => o.Order.Id).ToList();
        var rows = from o in db.RevocationOrders
                   join s in db.RevocationSteps on o.Id equals s.OrderId
                   where ids.Contains(o.Id) && (s.Verb == RevocationVerb.Disable || s.Verb == o.Verb) && s.Generation == o.Generation && !(s.Verb == RevocationVerb.Delete && o.Verb == RevocationVerb.Disable)
                   select new { OrderId = o.Id, o.IdentityId, Generation = o.Generation + 1, s.PreState, DueAt = s.LeaseUntil != null && s.LeaseUntil > now ? s.LeaseUntil.Value : now, IdempotencyKey = o.Id.ToString() + ":restore:" + SqlText.Number(o.Generation + 1) };
        await db.InsertSelectAsync(db.RevocationSteps, rows, new { Verb = RevocationVerb.Restore, State = StepState.Planned, Fence = 0, Attempts = 0 }, now, ct);
        await db.RevocationOrders.Where(o => ids.Contains(o.Id)).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.Generation, o => o.Generation + 1).SetProperty(o => o.Remediation, RemediationState.InProgress).SetProperty(o => o.HeldBy, (string?)null).SetProperty(o => o.DeletionAskedAt, (DateTimeOffset?)null), ct);
        await ShutOutAsync(db, ids, ct);
    }, ct);

    /// <summary>A person did it in the source and says so. Recorded as their word, never as Verified.</summary>
    public Task<IReadOnlyList<ItemOutcome>> ConfirmManualAsync(IReadOnlyCollection<Guid> orderIds, string note, Actor by, CancellationToken ct)
    {
        var words = $"Confirmed by {by.Name}: {StorableText.Clean(note)}";
        return OnOrdersAsync(orderIds, by, Engineers, null, null, note, async (db, allowed, now) =>
        {
            var ids = allowed.ConvertAll(a => a.StepId);
            await db.RevocationSteps.Where(s => ids.Contains(s.Id)).ExecuteUpdateAsync(u => u.SetProperty(s => s.State, StepState.Done).SetProperty(s => s.Observed, words), ct);
            foreach (var (order, _, verb, _) in allowed)
                await results.CompleteAsync(db, order.Id, order.IdentityId, verb, RemediationState.Succeeded, words, by, now, ct);
        }, ct, step => OrderRules.Confirm(step, note));
    }

    /// <summary>Lets stuck steps try again, after whatever stopped them was mended.</summary>
    public Task<IReadOnlyList<ItemOutcome>> RetryAsync(IReadOnlyCollection<Guid> orderIds, Actor by, CancellationToken ct) => OnOrdersAsync(orderIds, by, Engineers, (o, _) => o.State == OrderState.Stuck ? null : new Refusal("revocation.not-stuck", $"Nothing is stuck: the order is {o.State}."), AuditActions.RevocationApproved, "Try again.", async (db, allowed, now) =>
    {
        var ids = allowed.ConvertAll(a => a.Order.Id);
        await db.RevocationSteps.Where(s => ids.Contains(s.OrderId) && s.State == StepState.Stuck).ExecuteUpdateAsync(
            u => u.SetProperty(s => s.State, StepState.Retrying).SetProperty(s => s.DueAt, now).SetProperty(s => s.Attempts, 0).SetProperty(s => s.LastError, (string?)null), ct);
        var deleting = db.RevocationSteps.Where(s => s.Verb == RevocationVerb.Delete).Select(s => s.OrderId);
        await db.RevocationOrders.Where(o => ids.Contains(o.Id)).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.State, o => deleting.Contains(o.Id) ? OrderState.Quarantined : OrderState.Due).SetProperty(o => o.Remediation, RemediationState.InProgress), ct);
    }, ct);

    /// <summary>Asks for the deletion of what is quarantined long enough; another administrator approves (B11).</summary>
    public Task<IReadOnlyList<ItemOutcome>> AskDeletionAsync(IReadOnlyCollection<Guid> orderIds, string reason, Actor by, CancellationToken ct) => OnOrdersAsync(orderIds, by, Engineers, (o, _) => Reasoned(reason) ?? QuarantineFirst.Judge(o.State, o.Signal, o.QuarantineUntil, o.DeletionAskedAt, clock.Now(), by), AuditActions.RevocationOrdered, reason, async (db, allowed, now) =>
    {
        var ids = allowed.ConvertAll(a => a.Order.Id);
        var waiting = QuarantineFirst.Waiting(by.Name).ToString();
        await db.RevocationOrders.Where(o => ids.Contains(o.Id)).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.DeletionAskedBy, by.Name).SetProperty(o => o.DeletionAskedById, by.Id).SetProperty(o => o.DeletionAskedAt, now).SetProperty(o => o.HeldBy, waiting), ct);
    }, ct);

    /// <summary>A person has looked at the sign of use, or of a change, and says why it stands in nobody's way.</summary>
    public Task<IReadOnlyList<ItemOutcome>> ClearSignalAsync(IReadOnlyCollection<Guid> orderIds, string reason, Actor by, CancellationToken ct) => OnOrdersAsync(orderIds, by, Engineers, (o, _) => Reasoned(reason) ?? (o.Signal is null ? new Refusal("revocation.no-signal", "Nothing was seen that would have to be cleared up.") : null), AuditActions.UseAfterQuarantine, reason, async (db, allowed, _) =>
    {
        var ids = allowed.ConvertAll(a => a.Order.Id);
        await db.RevocationOrders.Where(o => ids.Contains(o.Id)).ExecuteUpdateAsync(u => u.SetProperty(o => o.Signal, (string?)null), ct);
    }, ct);

    /// <summary>Ends orders of which nothing was sent; the caller has looked, holds the lock and appends the audit entries.</summary>
    internal static async Task EndUnsentAsync(GovernanceDb db, List<Guid> orderIds, DateTimeOffset now, CancellationToken ct)
    {
        await ShutOutAsync(db, orderIds, ct);
        await db.RevocationOrders.Where(o => orderIds.Contains(o.Id)).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.State, OrderState.Withdrawn).SetProperty(o => o.Remediation, RemediationState.Skipped).SetProperty(o => o.EndedAt, now).SetProperty(o => o.HeldBy, (string?)null), ct);
    }

    private static Refusal? Reasoned(string reason) => string.IsNullOrWhiteSpace(reason) ? new Refusal("revocation.reason", "Say why: the reason stands in the audit log for good.", "reason") : null;

    // Steps of the generation before take no result any more; what is in flight still ends in its own attempt.
    private static Task<int> ShutOutAsync(GovernanceDb db, List<Guid> orderIds, CancellationToken ct) => db.RevocationSteps
        .Where(s => orderIds.Contains(s.OrderId) && s.State != StepState.Done && db.RevocationOrders.Any(o => o.Id == s.OrderId && (s.Generation < o.Generation || o.Generation == 0)))
        .ExecuteUpdateAsync(u => u.SetProperty(s => s.State, StepState.Withdrawn).SetProperty(s => s.Fence, s => s.Fence + 1), ct);

    private sealed record Standing(RevocationOrder Order, Guid StepId, RevocationVerb Verb, StepState? Step);

    private async Task<IReadOnlyList<ItemOutcome>> OnOrdersAsync(
        IReadOnlyCollection<Guid> orderIds, Actor by, string[] roles, Func<RevocationOrder, bool, Refusal?>? rule, string? action, string? reason,
        Func<GovernanceDb, List<Standing>, DateTimeOffset, Task> change, CancellationToken ct, Func<StepState?, Refusal?>? stepRule = null,
        Func<GovernanceDb, IReadOnlyCollection<RevocationOrder>, DateTimeOffset, Task<Func<RevocationOrder, Refusal?>>>? prepare = null)
    {
        var asked = orderIds.Distinct().ToList();
        if (Roles.Require(by, roles) is { } refusal)
            return asked.ConvertAll(id => new ItemOutcome(id, refusal));
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async Task<IReadOnlyList<ItemOutcome>> () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            var orders = await db.RevocationOrders.AsNoTracking().Where(o => asked.Contains(o.Id)).ToDictionaryAsync(o => o.Id, ct);
            var steps = (await db.RevocationSteps.AsNoTracking().Where(s => asked.Contains(s.OrderId)).Select(s => new { s.OrderId, s.Id, s.Verb, s.State, s.Attempts, s.Generation }).ToListAsync(ct)).ToLookup(s => s.OrderId);
            var further = prepare is null ? null : await prepare(db, orders.Values, now);
            var outcomes = new List<ItemOutcome>(asked.Count);
            var allowed = new List<Standing>();
            foreach (var id in asked)
            {
                if (!orders.TryGetValue(id, out var order))
                {
                    outcomes.Add(new ItemOutcome(id, new Refusal("revocation.not-found", "This order is not there.")));
                    continue;
                }

                var sent = steps[id].Any(s => s.Attempts > 0 || s.State is StepState.Intent or StepState.Done);
                var waiting = steps[id].FirstOrDefault(s => s.State is StepState.Manual or StepState.Stuck && s.Generation == order.Generation);
                var no = rule?.Invoke(order, sent) ?? stepRule?.Invoke(waiting?.State) ?? further?.Invoke(order);
                outcomes.Add(new ItemOutcome(id, no));
                if (no is null)
                    allowed.Add(new Standing(order, waiting?.Id ?? Guid.Empty, waiting?.Verb ?? RevocationVerb.Disable, waiting?.State));
            }

            await CountAsync(db, outcomes, now, ct);
            if (allowed.Count == 0)
                return outcomes;
            await change(db, allowed, now);
            if (action is not null)
                await audit.AppendAsync(db, by, now, allowed.ConvertAll(a => new AuditDraft(action, Subjects.Order, a.Order.Id, reason, new { a.Order.IdentityId, a.Order.Cause, from = a.Order.State })), ct);
            return outcomes;
        }, ct);
    }

    // A refusal of a brake begins with its id.
    private static async Task CountAsync(GovernanceDb db, List<ItemOutcome> outcomes, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var same in outcomes.Where(o => o.Refusal is not null).GroupBy(o => o.Refusal!.Message, StringComparer.Ordinal))
        {
            if (same.Key.IndexOf(": ", StringComparison.Ordinal) is > 0 and < 4 and var at && BrakeBook.All.Any(b => b.Id == same.Key[..at]))
                await BrakeCounts.AddAsync(db, new Brake(same.Key[..at], same.Key[(at + 2)..]), same.Count(), now, ct);
        }
    }
}
