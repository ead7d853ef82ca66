using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>An order as lists show it.</summary>
public sealed record OrderListRow(
    Guid Id, Guid IdentityId, string Identity, string Source, RevocationCause Cause, string Reason, OrderState State, RemediationState Remediation, string? HeldBy,
    string OrderedBy, DateTimeOffset OrderedAt, DateTimeOffset? NoticeUntil, DateTimeOffset? QuarantineUntil, DateTimeOffset? DeletionAskedAt, int Generation, string? Signal = null);

/// <summary>A step with its tries.</summary>
public sealed record StepDetail(RevocationStep Step, IReadOnlyList<StepAttempt> Attempts);

/// <summary>An order with all that is known of it.</summary>
public sealed record OrderDetail(OrderListRow Row, RevocationOrder Order, IReadOnlyList<StepDetail> Steps);

/// <summary>What pages show of revocations.</summary>
public sealed class RevocationQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>How many orders stand in each state; a state with none is there with 0.</summary>
    public async Task<IReadOnlyDictionary<OrderState, int>> CountsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var counted = await db.RevocationOrders.GroupBy(o => o.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return Enum.GetValues<OrderState>().ToDictionary(s => s, s => counted.GetValueOrDefault(s));
    }

    /// <summary>Orders that wait for a person: held, stuck or by hand; counted up to 100.</summary>
    public async Task<int> WaitingAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.RevocationOrders.Where(o => o.State == OrderState.Held || o.State == OrderState.Stuck || o.Remediation == RemediationState.ManualPending).Take(100).CountAsync(ct);
    }

    /// <summary>An identity's open orders by what they are about (<see cref="RevocationTarget.Key"/>).</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> OpenAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.RevocationOrders.AsNoTracking().Where(o => o.IdentityId == identityId && o.EndedAt == null).Select(o => new { o.TargetKey, o.Id }).ToDictionaryAsync(o => o.TargetKey, o => o.Id, StringComparer.Ordinal, ct);
    }

    /// <summary>Orders of a state (null: of any), newest first.</summary>
    public async Task<Page<OrderListRow>> ListAsync(OrderState? state, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var orders = db.RevocationOrders.AsNoTracking().Where(o => state == null || o.State == state);
        var total = await orders.Take(Page<OrderListRow>.CountCap).CountAsync(ct);
        if (Cursor(cursor) is var (at, id))
            orders = orders.Where(o => o.OrderedAt < at || (o.OrderedAt == at && o.Id.CompareTo(id) < 0));
        var rows = await Rows(db, orders.OrderByDescending(o => o.OrderedAt).ThenByDescending(o => o.Id).Take(take + 1)).ToListAsync(ct);
        var next = rows.Count > take ? $"{rows[take - 1].OrderedAt.UtcTicks}_{rows[take - 1].Id:D}" : null;
        return new Page<OrderListRow>([.. rows.Take(take)], next, total);
    }

    /// <summary>One order with steps and attempts; null when it is not there.</summary>
    public async Task<OrderDetail?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var orders = db.RevocationOrders.AsNoTracking().Where(o => o.Id == id);
        if (await orders.SingleOrDefaultAsync(ct) is not { } order)
            return null;
        var row = await Rows(db, orders).SingleAsync(ct);
        var steps = await db.RevocationSteps.AsNoTracking().Where(s => s.OrderId == id).OrderBy(s => s.Generation).ThenBy(s => s.DueAt).ToListAsync(ct);
        var ids = steps.ConvertAll(s => s.Id);
        var attempts = (await db.StepAttempts.AsNoTracking().Where(a => ids.Contains(a.StepId)).OrderBy(a => a.IntentAt).ThenBy(a => a.Number).Take(200).ToListAsync(ct)).ToLookup(a => a.StepId);
        return new OrderDetail(row, order, steps.ConvertAll(s => new StepDetail(s, [.. attempts[s.Id]])));
    }

    /// <summary>The orders of an identity, newest first, at most 50.</summary>
    public async Task<IReadOnlyList<OrderListRow>> OfIdentityAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Rows(db, db.RevocationOrders.AsNoTracking().Where(o => o.IdentityId == identityId).OrderByDescending(o => o.OrderedAt).Take(50)).ToListAsync(ct);
    }

    /// <summary>The sweeps, newest first.</summary>
    public async Task<IReadOnlyList<SweepRun>> SweepsAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.SweepRuns.AsNoTracking().OrderByDescending(s => s.StartedAt).Take(take).ToListAsync(ct);
    }

    private static IQueryable<OrderListRow> Rows(GovernanceDb db, IQueryable<RevocationOrder> orders) =>
        from o in orders
        join i in db.Identities on o.IdentityId equals i.Id
        join s in db.Sources on o.SourceId equals s.Id
        orderby o.OrderedAt descending, o.Id descending
        select new OrderListRow(o.Id, o.IdentityId, o.TargetName == null ? i.DisplayName : i.DisplayName + ": " + o.TargetName, s.Name, o.Cause, o.Reason, o.State, o.Remediation, o.HeldBy, o.OrderedBy, o.OrderedAt, o.NoticeUntil, o.QuarantineUntil, o.DeletionAskedAt, o.Generation, o.Signal);

    private static (DateTimeOffset At, Guid Id)? Cursor(string? cursor)
    {
        var parts = cursor?.Split('_');
        return parts is [var ticks, var id] && long.TryParse(ticks, System.Globalization.CultureInfo.InvariantCulture, out var at) && Guid.TryParse(id, out var guid)
            ? (new DateTimeOffset(at, TimeSpan.Zero), guid)
            : null;
    }
}
