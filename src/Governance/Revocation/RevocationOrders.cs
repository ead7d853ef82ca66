using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// How orders come into being: inserted in one statement a cause, then judged by the brakes in the same transaction. Whoever makes orders
/// (sweep, campaign, person) goes through here, so no order starts unjudged.
/// </summary>
public static class RevocationOrders
{
    /// <summary>Orders that no brake has looked at; seen outside a transaction only if somebody inserted them by hand.</summary>
    internal static readonly Brake Unjudged = new("B0", "Not judged by the brakes yet; the next sweep does.");

    /// <summary>States in which an identity's order is still open.</summary>
    public static IReadOnlyList<OrderState> Open { get; } = [OrderState.Held, OrderState.Noticed, OrderState.Due, OrderState.Quarantined, OrderState.Stuck];

    /// <summary>
    /// Inserts an order for each row and lets the brakes judge. A row has <c>IdentityId</c>, <c>SourceId</c>, <c>Reason</c> and, if it has one,
    /// <c>DecisionId</c>; and where it is about one credential or grant, <c>CredentialId</c> or <c>GrantId</c> (nullable) with <c>TargetKey</c>
    /// (<see cref="RevocationTarget.Key"/>) and <c>TargetName</c>, all alike: see <paramref name="on"/>. The rows leave out identities with an open order (<see cref="Without"/>). The caller appends the audit entry.
    /// </summary>
    /// <returns>How many were ordered.</returns>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public static async Task<int> InsertAsync<TRow>(
        GovernanceDb db, IQueryable<TRow> rows, RevocationCause cause, Actor by, DateTimeOffset now, CancellationToken ct, Guid? sweepId = null, TargetKind on = TargetKind.Identity)
    {
        await LockAsync(db, ct);
        var count = await InsertUnjudgedAsync(db, rows, cause, by, sweepId, now, ct, on);
        await BrakeJudge.JudgeAsync(db, now, ct);
        return count;
    }

    /// <summary>Identities that have no open order, for <see cref="InsertAsync"/>.</summary>
    public static IQueryable<Inventory.Identity> Without(this IQueryable<Inventory.Identity> identities, GovernanceDb db) =>
        identities.Where(i => !db.RevocationOrders.Any(o => o.IdentityId == i.Id && o.EndedAt == null && o.TargetKey == string.Empty));

    /// <summary>Locks the making and judging of orders until commit: caps hold and no identity is ordered twice, whatever runs beside it (I-24).</summary>
    internal static Task<int> LockAsync(GovernanceDb db, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("Orders are made in the transaction of what asked for them.");
        return db.BrakeSettings.ExecuteUpdateAsync(s => s.SetProperty(b => b.Id, b => b.Id), ct);
    }

    internal static Task<int> InsertUnjudgedAsync<TRow>(
        GovernanceDb db, IQueryable<TRow> rows, RevocationCause cause, Actor by, Guid? sweepId, DateTimeOffset now, CancellationToken ct, TargetKind on = TargetKind.Identity) => on == TargetKind.Identity ? db.InsertSelectAsync(
        db.RevocationOrders,
        rows,
        new
        {
            Cause = cause,
            On = on,
            TargetKey = string.Empty,
            Undoable = true,
            SweepId = sweepId,
            OrderedAt = now,
            OrderedBy = by.Name,
            OrderedById = by.Id,
            State = OrderState.Held,
            Remediation = RemediationState.Open,
            HeldBy = Unjudged.ToString(),
            Generation = 0,
            Version = Ids.New(now),
        },
        now,
        ct)
        : db.InsertSelectAsync(
        db.RevocationOrders,
        rows,
        new
        {
            Cause = cause,
            On = on,
            Undoable = true,
            SweepId = sweepId,
            OrderedAt = now,
            OrderedBy = by.Name,
            OrderedById = by.Id,
            State = OrderState.Held,
            Remediation = RemediationState.Open,
            HeldBy = Unjudged.ToString(),
            Generation = 0,
            Version = Ids.New(now),
        },
        now,
        ct);
}
