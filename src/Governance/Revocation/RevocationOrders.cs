using Governance.Common;
using Governance.People;
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
    private static readonly Brake Unjudged = new("B0", "Not judged by the brakes yet; the next sweep does.");

    /// <summary>States in which an identity's order is still open.</summary>
    public static IReadOnlyList<OrderState> Open { get; } = [OrderState.Held, OrderState.Noticed, OrderState.Due, OrderState.Quarantined, OrderState.Stuck];

    /// <summary>
    /// Inserts an order for each row and lets the brakes judge. A row has <c>IdentityId</c>, <c>SourceId</c>, <c>Reason</c> and, if it has one,
    /// <c>DecisionId</c>. The rows leave out identities with an open order (<see cref="Without"/>). The caller appends the audit entry.
    /// </summary>
    /// <returns>How many were ordered.</returns>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public static async Task<int> InsertAsync<TRow>(
        GovernanceDb db, IQueryable<TRow> rows, RevocationCause cause, Actor by, DateTimeOffset now, CancellationToken ct, Guid? sweepId = null)
    {
        await LockAsync(db, ct);
        var count = await InsertUnjudgedAsync(db, rows, cause, by, sweepId, now, ct);
        await JudgeAsync(db, now, ct);
        return count;
    }

    /// <summary>Identities that have no open order, for <see cref="InsertAsync"/>.</summary>
    public static IQueryable<Inventory.Identity> Without(this IQueryable<Inventory.Identity> identities, GovernanceDb db) =>
        identities.Where(i => !db.RevocationOrders.Any(o => o.IdentityId == i.Id && o.EndedAt == null));

    /// <summary>Locks the making and judging of orders until commit: caps hold and no identity is ordered twice, whatever runs beside it (I-24).</summary>
    internal static Task<int> LockAsync(GovernanceDb db, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("Orders are made in the transaction of what asked for them.");
        return db.BrakeSettings.ExecuteUpdateAsync(s => s.SetProperty(b => b.Id, b => b.Id), ct);
    }

    internal static Task<int> InsertUnjudgedAsync<TRow>(
        GovernanceDb db, IQueryable<TRow> rows, RevocationCause cause, Actor by, Guid? sweepId, DateTimeOffset now, CancellationToken ct) => db.InsertSelectAsync(
        db.RevocationOrders,
        rows,
        new
        {
            Cause = cause,
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

    /// <summary>
    /// Judges what no brake has judged, and again what only waited for a fresh import. Each source is one batch: all of it goes, or all waits.
    /// Statements: one to count, then one a verdict.
    /// </summary>
    internal static async Task JudgeAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var since = now - Caps.Window;
        var waiting = await Waiting(db).GroupBy(o => new { o.SourceId, ByPerson = o.Cause == RevocationCause.Manual }).Select(g => new
        {
            g.Key.SourceId,
            g.Key.ByPerson,
            Batch = g.Count(),
            Source = db.Sources.Where(s => s.Id == g.Key.SourceId).Select(s => s.Name).First(),
            LastFull = db.Sources.Where(s => s.Id == g.Key.SourceId).Select(s => s.LastFullImportAt).First(),
            Population = db.Identities.Count(i => i.SourceId == g.Key.SourceId && i.MissingSince == null && i.State != Lifecycle.LifecycleState.Decommissioned),
            Recent = db.RevocationOrders.Count(o => o.SourceId == g.Key.SourceId && o.OrderedAt > since && o.ApprovedAt == null && o.State != OrderState.Held && o.State != OrderState.Withdrawn),
        }).ToListAsync(ct);

        var verdicts = waiting.Select(w => (w.SourceId, w.ByPerson, Brake:
            (w.ByPerson ? null : StaleSource.Judge(settings, w.Source, w.LastFull, now)) ?? Caps.Judge(settings, w.Source, w.Batch, w.Recent, w.Population)));
        foreach (var same in verdicts.GroupBy(v => (v.ByPerson, Held: v.Brake?.ToString())))
        {
            var sources = same.Select(v => v.SourceId).ToList();
            var orders = Waiting(db).Where(o => sources.Contains(o.SourceId) && (o.Cause == RevocationCause.Manual) == same.Key.ByPerson);
            if (same.Key.Held is { } held)
                await orders.ExecuteUpdateAsync(s => s.SetProperty(o => o.HeldBy, held), ct);
            else
                await ReleaseAsync(db, orders, Notice.Until(settings, same.Key.ByPerson, now), now, ct);
        }
    }

    /// <summary>Lets orders go: the notice begins, or they are due.</summary>
    internal static async Task ReleaseAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset? noticeUntil, DateTimeOffset now, CancellationToken ct)
    {
        if (noticeUntil is { } until)
            await TellAsync(db, orders, until, now, ct);
        var state = noticeUntil is null ? OrderState.Due : OrderState.Noticed;
        await orders.ExecuteUpdateAsync(s => s.SetProperty(o => o.State, state).SetProperty(o => o.NoticeUntil, noticeUntil).SetProperty(o => o.HeldBy, (string?)null), ct);
    }

    private static IQueryable<RevocationOrder> Waiting(GovernanceDb db) =>
        db.RevocationOrders.Where(o => o.State == OrderState.Held && (o.HeldBy!.StartsWith("B0:") || o.HeldBy.StartsWith("B2:")));

    // The owner is told; where none is left to tell, every administrator who is matched to a person. The order's notice date is recorded in any case.
    private static async Task TellAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset until, DateTimeOffset now, CancellationToken ct)
    {
        var day = until.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var toOwners = from o in orders
                       join i in db.Identities on o.IdentityId equals i.Id
                       join p in db.People on i.OwnerId equals p.Id
                       where p.Status == PersonStatus.Active
                       select new { PersonId = p.Id, Title = i.DisplayName + " will be disabled on " + day, Body = o.Reason, Link = "/revocations/" + o.Id.ToString(), Key = "notice:" + o.Id.ToString() + ":" + p.Id.ToString() };
        var toAdministrators = from o in orders
                               join i in db.Identities on o.IdentityId equals i.Id
                               from a in db.Accounts
                               where a.PersonId != null && a.DisabledAt == null
                                   && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == Roles.Administrator)
                                   && !db.People.Any(p => p.Id == i.OwnerId && p.Status == PersonStatus.Active)
                               select new { PersonId = a.PersonId!.Value, Title = i.DisplayName + " will be disabled on " + day, Body = o.Reason, Link = "/revocations/" + o.Id.ToString(), Key = "notice:" + o.Id.ToString() + ":" + a.Id.ToString() };
        var constants = new { Kind = "revocation.notice", CreatedAt = now, DeliveredAt = (DateTimeOffset?)now };
        await db.InsertSelectAsync(db.Messages, toOwners, constants, now, ct);
        await db.InsertSelectAsync(db.Messages, toAdministrators, constants, now, ct);
    }
}
