using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>The rows of <see cref="SourceBrake"/>: made for new sources, counted anew now and then, and moved by what a connector answers (B13).</summary>
internal static class SourceBrakes
{
    /// <summary>Faults within this time of each other count together.</summary>
    public static readonly TimeSpan FaultWindow = TimeSpan.FromSeconds(60);

    public const int MostFaults = 5;
    private static readonly TimeSpan CountedFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Steps that may go at once after a pause.</summary>
    private const int Burst = 5;

    /// <summary>Every source has its row; the shares of B4 are of a population counted in the last ten minutes.</summary>
    public static async Task EnsureAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        await db.InsertSelectAsync(db.SourceBrakes, db.Sources.Where(s => !db.SourceBrakes.Any(b => b.SourceId == s.Id)).Select(s => new { SourceId = s.Id }),
            new { Stopped = false, Population = 0, Wave = 0, WaveTotal = 0, NextTicks = 0L, Faults = 0, Trips = 0 }, now, ct);
        var before = now - CountedFor;
        var old = await db.SourceBrakes.Where(b => (b.PopulationAt == null || b.PopulationAt < before || b.PopulationAt > now) && db.RevocationOrders.Any(o => o.SourceId == b.SourceId && o.State == OrderState.Due)).Select(b => b.SourceId).ToListAsync(ct);
        foreach (var source in old)
        {
            var count = await db.Identities.CountAsync(i => i.SourceId == source && i.MissingSince == null && i.State != LifecycleState.Decommissioned, ct);
            await db.SourceBrakes.Where(b => b.SourceId == source).ExecuteUpdateAsync(u => u.SetProperty(b => b.Population, count).SetProperty(b => b.PopulationAt, now), ct);
        }
    }

    /// <summary>Takes a place in the pace, and the one probe where the breaker is half open. False when another step was faster.</summary>
    public static async Task<bool> EnterAsync(GovernanceDb db, Guid sourceId, int stepsPerMinute, DateTimeOffset now, CancellationToken ct)
    {
        var interval = stepsPerMinute == 0 ? 0 : TimeSpan.TicksPerMinute / stepsPerMinute;
        var (ticks, floor) = (now.UtcTicks, now.UtcTicks - (Burst * interval));
        var probe = now + FaultWindow;
        return await db.SourceBrakes.Where(b => b.SourceId == sourceId && !b.Stopped && b.NextTicks <= ticks && (b.OpenUntil == null || b.OpenUntil <= now)).ExecuteUpdateAsync(
            u => u.SetProperty(b => b.NextTicks, b => (b.NextTicks < floor ? floor : b.NextTicks) + interval).SetProperty(b => b.OpenUntil, b => b.Trips > 0 ? probe : null), ct) == 1;
    }

    public static Task<int> SucceededAsync(GovernanceDb db, Guid sourceId, CancellationToken ct) => db.SourceBrakes.Where(b => b.SourceId == sourceId && (b.Faults > 0 || b.Trips > 0)).ExecuteUpdateAsync(
        u => u.SetProperty(b => b.Faults, 0).SetProperty(b => b.Trips, 0).SetProperty(b => b.OpenUntil, (DateTimeOffset?)null).SetProperty(b => b.Fault, (string?)null), ct);

    /// <summary>
    /// Counts a fault; opens the breaker after five in a row, at once when the source refuses the connector's own credential, and again after a probe that failed.
    /// What the source asks for with Retry-After holds every step on it.
    /// </summary>
    public static async Task FailedAsync(GovernanceDb db, Guid sourceId, string fault, bool ownCredential, TimeSpan? retryAfter, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - FaultWindow;
        await db.SourceBrakes.Where(b => b.SourceId == sourceId).ExecuteUpdateAsync(
            u => u.SetProperty(b => b.Faults, b => b.FaultAt != null && b.FaultAt > since ? b.Faults + 1 : 1).SetProperty(b => b.FaultAt, now).SetProperty(b => b.Fault, fault), ct);
        if (retryAfter is { } wait && wait > TimeSpan.Zero)
        {
            var ticks = (now + (wait < LongestWait ? wait : LongestWait)).UtcTicks;
            await db.SourceBrakes.Where(b => b.SourceId == sourceId && b.NextTicks < ticks).ExecuteUpdateAsync(u => u.SetProperty(b => b.NextTicks, ticks), ct);
        }

        var standing = await db.SourceBrakes.AsNoTracking().Where(b => b.SourceId == sourceId).Select(b => new { b.Faults, b.Trips }).SingleOrDefaultAsync(ct);
        if (standing is null || !(ownCredential || standing.Trips > 0 || standing.Faults >= MostFaults))
            return;
        var open = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FaultWindow.Ticks << Math.Min(standing.Trips, 6)));
        var until = now + open;
        await db.SourceBrakes.Where(b => b.SourceId == sourceId).ExecuteUpdateAsync(u => u.SetProperty(b => b.OpenUntil, until).SetProperty(b => b.Trips, b => b.Trips + 1), ct);
        await BrakeCounts.AddAsync(db, new Brake("B13", ownCredential ? "The source refuses the connector's own credential: " + fault : "Faults in a row: " + fault), 1, now, ct);
    }
}
