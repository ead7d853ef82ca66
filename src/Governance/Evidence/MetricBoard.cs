using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Metrics for pages: today's figures, those of any past date, the records behind one, and the daily figure that trends are drawn from.</summary>
public sealed class MetricBoard(IDbContextFactory<GovernanceDb> contexts, FactsReader facts, DataDirectory data, AuditLog audit, TimeProvider clock)
{
    /// <summary>A figure on a page is over so long before its date.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(90);

    /// <summary>How many months are measured in hindsight when no figure was ever kept.</summary>
    private const int Hindsight = 6;

    /// <summary>The figure of a metric over the 90 days up to a date; null for today.</summary>
    public async Task<MetricFact> MeasureAsync(Metric metric, DateTimeOffset? asOf, CancellationToken ct)
    {
        var path = Temporary();
        try
        {
            return await facts.MeasureAsync(metric, PeriodTo(asOf), new IdentityFilter(), path, ct);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The figure with a page of the records behind it, and how many there are of the verdict asked for.</summary>
    public async Task<(MetricFact Fact, IReadOnlyList<PopulationRow> Rows, int Count)> ReadAsync(Metric metric, DateTimeOffset? asOf, Verdicts? verdict, int skip, int take, CancellationToken ct)
    {
        var path = Temporary();
        try
        {
            var fact = await facts.MeasureAsync(metric, PeriodTo(asOf), new IdentityFilter(), path, ct);
            var (rows, count) = (new List<PopulationRow>(), 0);
            if (!File.Exists(path))
                return (fact, rows, 0);
            await foreach (var row in PopulationSummary.RowsAsync(path, ct))
            {
                if (verdict is { } only && row.Verdict != only)
                    continue;
                if (count >= skip && rows.Count < take)
                    rows.Add(row);
                count++;
            }

            return (fact, rows, count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The population as a file that the caller reads and deletes. The export goes into the log.</summary>
    public async Task<Outcome<string>> FileAsync(Metric metric, DateTimeOffset? asOf, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, [.. Roles.All]) is { } notAllowed)
            return notAllowed;
        var path = Temporary();
        await facts.MeasureAsync(metric, PeriodTo(asOf), new IdentityFilter(), path, ct);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<string>(async () =>
        {
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.EvidenceRead, Subjects.EvidencePackage, metric.Id, null, new { File = metric.Id + ".csv", AsOf = asOf }), ct);
            return path;
        }, ct);
    }

    /// <summary>The kept figures of all metrics since a day, by metric.</summary>
    public async Task<ILookup<string, TrendPoint>> TrendsAsync(DateTimeOffset since, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.MetricFigures.AsNoTracking().Where(f => f.Day >= since).OrderBy(f => f.Day).ToListAsync(ct)).ToLookup(f => f.MetricId, f => new TrendPoint(f.Day, f.Numerator, f.Denominator), StringComparer.Ordinal);
    }

    /// <summary>Keeps the figures of this day's beginning, and at first those of the months before as far as there are records. Returns how many were kept.</summary>
    public async Task<int> KeepAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var days = new List<DateTimeOffset> { today };
        if (await db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(ct) is { } first && !await db.MetricFigures.AnyAsync(ct))
            days.AddRange(Enumerable.Range(0, Hindsight).Select(n => new DateTimeOffset(today.Year, today.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-n)).Where(d => d > first && d < today));
        var kept = 0;
        foreach (var day in days)
        {
            foreach (var metric in MetricCatalogue.All.Where(m => m.Unmeasured is null && m is not AuditChainMetric))
            {
                if (await db.MetricFigures.AnyAsync(f => f.MetricId == metric.Id && f.Day == day, ct))
                    continue;
                var fact = await MeasureAsync(metric, day, ct);
                db.MetricFigures.Add(new MetricFigure { MetricId = metric.Id, Day = day, Numerator = fact.Numerator, Denominator = fact.Denominator, CannotTell = fact.CannotTell, MeasuredAt = now });
                await db.SaveChangesAsync(ct);
                kept++;
            }
        }

        return kept;
    }

    private Period PeriodTo(DateTimeOffset? asOf)
    {
        var now = clock.Now();
        return asOf is { } day && day <= now ? new Period(day - Window, day, day) : new Period(now - Window, now.AddDays(1), now);
    }

    private string Temporary() => Path.Combine(data.Folder("temporary"), Path.GetRandomFileName() + ".csv");
}
