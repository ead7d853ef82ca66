using System.Linq.Expressions;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// Lets the brakes judge orders, in the transaction that made them: B2 and B4 a source at a time, all of it or none; then B8 and B5 one by one; what is left
/// gets its notice (B9). A handful of statements, however many orders.
/// </summary>
internal static class BrakeJudge
{
    private sealed record Batch(Guid SourceId, bool ByPerson, int Count, string Source, DateTimeOffset? LastFull, int Population, int Recent);

    /// <summary>Judges what no brake has judged, and again what only waited for the world to change: a fresh import, the end of use, somebody to tell.</summary>
    public static async Task JudgeAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var batches = await BatchesAsync(db, settings, now, ct);
        if (batches.Count == 0)
            return;
        var directory = batches.TrueForAll(b => b.ByPerson) ? null : await DirectoryGuard.JudgeAsync(db, settings, now, ct);
        var shrunk = await ShrinkGuard.JudgeAsync(db, settings, batches.ConvertAll(b => b.SourceId), now, ct);
        var (allPopulation, allRecent) = await AllAsync(db, now, ct);
        var all = batches.Sum(b => b.Count);
        var verdicts = batches.ConvertAll(b => (Batch: b, Brake:
            (b.ByPerson ? null : directory ?? StaleSource.Judge(settings, b.Source, b.LastFull, now) ?? shrunk.GetValueOrDefault(b.SourceId))
            ?? Caps.Judge(settings, new CapLoad(b.Source, b.Count, b.Recent, b.Population, all, allRecent, allPopulation))));
        foreach (var same in verdicts.GroupBy(v => (v.Batch.ByPerson, v.Brake)))
        {
            var sources = same.Select(v => v.Batch.SourceId).ToList();
            var byPerson = same.Key.ByPerson;
            var orders = Waiting(db, settings, now).Where(o => sources.Contains(o.SourceId) && (o.Cause == RevocationCause.Manual) == byPerson);
            if (same.Key.Brake is { } brake)
            {
                await HoldAsync(db, orders, brake, now, ct);
                continue;
            }

            if (!byPerson)
            {
                await CrowdsAsync(db, settings, orders, now, ct);
                await OneByOneAsync(db, settings, orders, now, ct);
            }

            await ReleaseAsync(db, orders, Notice.Until(settings, byPerson, now), now, ct);
        }
    }

    /// <summary>Holds orders and counts it; what the brake holds already is not counted again.</summary>
    public static async Task<int> HoldAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, Brake brake, DateTimeOffset now, CancellationToken ct)
    {
        var held = brake.ToString();
        var (prefix, begins) = (brake.Id + ":", SqlText.Cut(held, 1000));
        var fresh = await orders.CountAsync(o => o.State != OrderState.Held || o.HeldBy == null || !o.HeldBy.StartsWith(prefix), ct);
        var count = await orders.ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Held).SetProperty(o => o.HeldBy, begins), ct);
        await BrakeCounts.AddAsync(db, brake, fresh, now, ct);
        return count;
    }

    /// <summary>Lets orders go: the notice begins, or they are due. Where a notice is due and nobody can be told, B9 holds them.</summary>
    public static async Task ReleaseAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset? noticeUntil, DateTimeOffset now, CancellationToken ct)
    {
        if (noticeUntil is { } until)
        {
            var reachable = Telling.Reachable(db, orders);
            await HoldAsync(db, orders.Where(o => o.ApprovedAt == null && !reachable.Contains(o.Id)), Notice.NobodyToTell, now, ct);
            // What B9 has just held is told apart from what it held before and what is now let go.
            var nobody = Notice.NobodyToTell.ToString();
            orders = orders.Where(o => o.ApprovedAt != null || o.HeldBy != nobody || reachable.Contains(o.Id));
            await Telling.NoticeAsync(db, orders, until, now, ct);
        }

        var state = noticeUntil is null ? OrderState.Due : OrderState.Noticed;
        DateTimeOffset? approval = (noticeUntil ?? now) + SecondPerson.ApprovalLife;
        DateTimeOffset? told = noticeUntil is null ? null : now;
        await orders.ExecuteUpdateAsync(
            s => s.SetProperty(o => o.State, state).SetProperty(o => o.NoticeUntil, noticeUntil).SetProperty(o => o.HeldBy, (string?)null).SetProperty(o => o.ReleasedAt, now)
                .SetProperty(o => o.ToldAt, o => told ?? o.ToldAt)
                .SetProperty(o => o.ApprovalUntil, o => o.ApprovedAt == null ? null : approval), ct);
    }

    private static async Task<List<Batch>> BatchesAsync(GovernanceDb db, BrakeSettings settings, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - Caps.Window;
        var rows = await Waiting(db, settings, now).GroupBy(o => new { o.SourceId, ByPerson = o.Cause == RevocationCause.Manual }).Select(g => new
        {
            g.Key.SourceId,
            g.Key.ByPerson,
            Count = g.Count(),
            Source = db.Sources.Where(s => s.Id == g.Key.SourceId).Select(s => s.Name).First(),
            LastFull = db.Sources.Where(s => s.Id == g.Key.SourceId).Select(s => s.LastFullImportAt).First(),
            Population = db.Identities.Count(i => i.SourceId == g.Key.SourceId && i.MissingSince == null && i.State != LifecycleState.Decommissioned),
            Recent = db.RevocationOrders.Count(o => o.SourceId == g.Key.SourceId && o.ReleasedAt > since && o.ApprovedAt == null && o.State != OrderState.Held && o.State != OrderState.Withdrawn),
        }).ToListAsync(ct);
        return rows.ConvertAll(r => new Batch(r.SourceId, r.ByPerson, r.Count, r.Source, r.LastFull, r.Population, r.Recent));
    }

    private static async Task<(int Population, int Recent)> AllAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - Caps.Window;
        return (await db.Identities.CountAsync(i => i.MissingSince == null && i.State != LifecycleState.Decommissioned, ct),
            await db.RevocationOrders.CountAsync(o => o.ReleasedAt > since && o.ApprovedAt == null && o.State != OrderState.Held && o.State != OrderState.Withdrawn, ct));
    }

    // B4 by tool and by owner: a few rows a verdict, since only what is over its limit comes back.
    private static async Task CrowdsAsync(GovernanceDb db, BrakeSettings settings, IQueryable<RevocationOrder> orders, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - Caps.Window;
        var counted = from o in db.RevocationOrders
                      join i in db.Identities on o.IdentityId equals i.Id
                      where o.ApprovedAt == null && ((o.ReleasedAt > since && o.State != OrderState.Held && o.State != OrderState.Withdrawn) || orders.Any(x => x.Id == o.Id))
                      select i;
        var tools = await (from i in counted where i.ToolId != null group i by i.ToolId into g where g.Count() > settings.ToolMaxOrders select new { g.Key, Count = g.Count() }).ToListAsync(ct);
        foreach (var tool in tools)
        {
            var name = await db.Tools.Where(t => t.Id == tool.Key).Select(t => t.Name).SingleAsync(ct);
            await HoldAsync(db, orders.Where(o => db.Identities.Any(i => i.Id == o.IdentityId && i.ToolId == tool.Key)), Caps.Of("the tool " + name, tool.Count, settings.ToolMaxOrders), now, ct);
        }

        var owners = await (from i in counted where i.OwnerId != null group i by i.OwnerId into g where g.Count() > settings.OwnerMaxOrders select new { g.Key, Count = g.Count() }).ToListAsync(ct);
        foreach (var owner in owners)
        {
            var name = await db.People.Where(p => p.Id == owner.Key).Select(p => p.Name).SingleAsync(ct);
            await HoldAsync(db, orders.Where(o => db.Identities.Any(i => i.Id == o.IdentityId && i.OwnerId == owner.Key)), Caps.Of(name, owner.Count, settings.OwnerMaxOrders), now, ct);
        }
    }

    private static async Task OneByOneAsync(GovernanceDb db, BrakeSettings settings, IQueryable<RevocationOrder> orders, DateTimeOffset now, CancellationToken ct)
    {
        await HoldAsync(db, Whose(db, orders, i => !db.Identities.Where(NeverTouch.Allows).Any(x => x.Id == i.Id)), NeverTouch.Held("It"), now, ct);
        await HoldAsync(db, Whose(db, orders, i => NeverTouch.Listed(db).Any(x => x.Id == i.Id)), NeverTouch.HeldByList("It"), now, ct);
        var used = Whose(db, orders, InUse.Since(InUse.From(settings, now)));
        await Telling.QuestionAsync(db, used, now, ct);
        await HoldAsync(db, used, InUse.Used(settings), now, ct);
        await HoldAsync(db, Whose(db, orders, InUse.Inherited(db)), InUse.HasHeirs, now, ct);
        await HoldAsync(db, Whose(db, orders, Weighty.Critical), Weighty.CriticalHeld, now, ct);
        if (settings.ApproveUnobservable)
            await HoldAsync(db, Whose(db, orders.Where(o => o.Cause != RevocationCause.Denied), Weighty.Unobservable), Weighty.UnobservableHeld, now, ct);
    }

    private static IQueryable<RevocationOrder> Whose(GovernanceDb db, IQueryable<RevocationOrder> orders, Expression<Func<Identity, bool>> is_)
    {
        // Asked of each order's own identity, and not of all there are.
        var those = db.Identities.Where(is_);
        return orders.Where(o => those.Any(i => i.Id == o.IdentityId));
    }

    // "B8: Used" goes when the use ends; "B8: Other" and B5 only by a person.
    private static IQueryable<RevocationOrder> Waiting(GovernanceDb db, BrakeSettings settings, DateTimeOffset now)
    {
        var from = InUse.From(settings, now);
        var reachable = Telling.Reachable(db, db.RevocationOrders.Where(o => o.State == OrderState.Held && o.HeldBy!.StartsWith("B9:")));
        return db.RevocationOrders.Where(o => o.State == OrderState.Held && (o.HeldBy!.StartsWith("B0:") || o.HeldBy.StartsWith("B2:") || reachable.Contains(o.Id)
            || (o.HeldBy.StartsWith("B8: Used") && !db.Identities.Any(i => i.Id == o.IdentityId && i.LastUsedAt > from))));
    }
}
