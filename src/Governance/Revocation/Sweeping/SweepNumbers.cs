using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>How many of how many.</summary>
public sealed record SweepShare(string Name, int Count, int? Of = null);

/// <summary>How unusual the run is beside the last five.</summary>
/// <param name="Last">What the last five ordered, newest first.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Z">How many standard deviations from it this one is; null where there are fewer than three to compare, or they were all alike.</param>
public sealed record SweepTrend(IReadOnlyList<int> Last, double Mean, double? Z);

/// <summary>What a sweep would do, in numbers (B14).</summary>
/// <param name="BySource">By system, of its live identities.</param>
/// <param name="ByOwner">By owner, the ten with the most.</param>
/// <param name="ByCriticality">Privileged in production, privileged elsewhere, the rest.</param>
/// <param name="ByLastUse">By how long ago they were used.</param>
/// <param name="HeldBy">What the brakes hold, by brake.</param>
/// <param name="Dependants">Other identities that inherit from these.</param>
/// <param name="Irreversible">What could not be undone, where a connector can only delete or revoke for good; each waits for another person.</param>
/// <param name="Trend">Beside the last five runs.</param>
public sealed record SweepNumbers(
    IReadOnlyList<SweepShare> BySource, IReadOnlyList<SweepShare> ByOwner, IReadOnlyList<SweepShare> ByCriticality, IReadOnlyList<SweepShare> ByLastUse,
    IReadOnlyList<SweepShare> HeldBy, int Dependants, int Irreversible, SweepTrend Trend)
{
    /// <summary>Counts what the run has just ordered, within its transaction.</summary>
    internal static async Task<SweepNumbers> CountAsync(GovernanceDb db, SweepRun run, Func<string, IConnectorKind?> kinds, DateTimeOffset now, CancellationToken ct)
    {
        var orders = db.RevocationOrders.AsNoTracking().Where(o => o.SweepId == run.Id);
        var mine = from o in orders join i in db.Identities on o.IdentityId equals i.Id select i;
        var bySource = await (from i in mine group i by i.SourceId into g select new { g.Key, Count = g.Count(), Name = db.Sources.First(s => s.Id == g.Key).Name, Of = db.Identities.Count(i => i.SourceId == g.Key && i.MissingSince == null) }).ToListAsync(ct);
        var byOwner = await (from i in mine group i by i.OwnerId into g orderby g.Count() descending select new { g.Key, Count = g.Count() }).Take(10).ToListAsync(ct);
        var ownerIds = byOwner.ConvertAll(o => o.Key);
        var names = await db.People.Where(p => ownerIds.Contains(p.Id)).Select(p => new { p.Id, p.Name }).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        var (critical, privileged) = (await mine.CountAsync(Weighty.Critical, ct), await mine.CountAsync(i => i.Privileged == Reported.Yes, ct));
        var heldBy = (await orders.Where(o => o.HeldBy != null).GroupBy(o => o.HeldBy!).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
            .GroupBy(h => h.Key[..h.Key.IndexOf(':', StringComparison.Ordinal)], StringComparer.Ordinal).Select(g => new SweepShare(g.Key, g.Sum(h => h.Count))).OrderBy(s => s.Name.Length).ThenBy(s => s.Name, StringComparer.Ordinal).ToList();
        var dependants = await db.Identities.CountAsync(c => c.ParentExternalId != null && c.MissingSince == null && mine.Any(i => i.SourceId == c.SourceId && i.ExternalId == c.ParentExternalId && i.Id != c.Id), ct);
        return new SweepNumbers(
            bySource.OrderByDescending(s => s.Count).Select(s => new SweepShare(s.Name, s.Count, s.Of)).ToList(),
            byOwner.Select(o => new SweepShare(o.Key is { } id ? names.GetValueOrDefault(id, "unknown") : "nobody", o.Count)).ToList(),
            Present([new("Privileged, in production", critical), new("Privileged elsewhere", privileged - critical), new("Not privileged, or not reported", run.Ordered - privileged)]),
            await LastUseAsync(mine, now, ct),
            heldBy,
            dependants,
            await IrreversibleAsync(db, mine, kinds, ct),
            await TrendAsync(db, run, ct));
    }

    /// <summary>Mean and distance of a number beside earlier ones.</summary>
    public static SweepTrend Compare(IReadOnlyList<int> last, int ordered)
    {
        if (last.Count == 0)
            return new SweepTrend(last, 0, null);
        var mean = last.Average();
        var deviation = Math.Sqrt(last.Average(n => (n - mean) * (n - mean)));
        return new SweepTrend(last, mean, last.Count < 3 || deviation == 0 ? null : (ordered - mean) / deviation);
    }

    private static async Task<IReadOnlyList<SweepShare>> LastUseAsync(IQueryable<Identity> mine, DateTimeOffset now, CancellationToken ct)
    {
        var shares = new List<SweepShare>();
        DateTimeOffset? after = null;
        foreach (var days in new[] { 7, 30, 90 })
        {
            var (from, until) = (now.AddDays(-days), after);
            shares.Add(new(string.Create(CultureInfo.InvariantCulture, $"Within {days} days"), await mine.CountAsync(i => i.LastUsedAt > from && (until == null || i.LastUsedAt <= until), ct)));
            after = from;
        }

        shares.Add(new("Longer ago", await mine.CountAsync(i => i.LastUsedAt <= after, ct)));
        shares.Add(new("Never, as the source says", await mine.CountAsync(i => i.LastUsedAt == null && i.Usage == UsageState.NeverUsed, ct)));
        shares.Add(new("Not in the source's window", await mine.CountAsync(i => i.LastUsedAt == null && i.Usage == UsageState.OutsideWindow, ct)));
        shares.Add(new("Not reported: nobody can tell", await mine.CountAsync(i => i.LastUsedAt == null && i.Usage == UsageState.NotReported, ct)));
        return Present(shares);
    }

    private static async Task<int> IrreversibleAsync(GovernanceDb db, IQueryable<Identity> mine, Func<string, IConnectorKind?> kinds, CancellationToken ct)
    {
        var groups = await (from i in mine join b in db.ConnectorBindings on i.SourceId equals b.SourceId where b.Enabled group i by new { b.Kind, Of = i.Kind } into g select new { g.Key.Kind, g.Key.Of, Count = g.Count() }).ToListAsync(ct);
        return groups.Where(g => !FirstVerbs.Choose(kinds(g.Kind), TargetKind.Identity, g.Of).Undoable).Sum(g => g.Count);
    }

    private static async Task<SweepTrend> TrendAsync(GovernanceDb db, SweepRun run, CancellationToken ct) =>
        Compare(await db.SweepRuns.Where(s => !s.DryRun).OrderByDescending(s => s.StartedAt).Select(s => s.Ordered).Take(5).ToListAsync(ct), run.Ordered);

    private static List<SweepShare> Present(IReadOnlyList<SweepShare> shares) => [.. shares.Where(s => s.Count > 0)];
}
