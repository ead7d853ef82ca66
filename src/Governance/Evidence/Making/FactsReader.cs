using System.Reflection;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What to read.</summary>
/// <param name="Framework">Whose statements.</param>
/// <param name="Period">Of when.</param>
/// <param name="Scope">Which identities.</param>
/// <param name="ScopeWords">The same in words.</param>
/// <param name="PreparedBy">Who prepares it.</param>
/// <param name="SampleSize">How many records are drawn of each population.</param>
/// <param name="Seed">Of the draw; null for one made of framework and period.</param>
/// <param name="Paper">What the report is set for.</param>
public sealed record FactsQuestion(Framework Framework, Period Period, IdentityFilter Scope, string ScopeWords, string PreparedBy, int SampleSize, string? Seed, PaperSize Paper);

/// <summary>Reads every figure of a package, once, and writes the populations behind them into its folder.</summary>
public sealed class FactsReader(IDbContextFactory<GovernanceDb> contexts, ChainVerifier verifier, Populations populations)
{
    /// <summary>Populations, exceptions, samples and queries go below the folder; the figures are counted from what was written there.</summary>
    public async Task<Facts> ReadAsync(FactsQuestion ask, string folder, IProgress<string>? progress, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (framework, period) = (ask.Framework, ask.Period);
        var context = await MetricContext.OpenAsync(db, period, ask.Scope, ct);
        var seed = ask.Seed ?? $"{framework.Id}|{period.From:yyyy-MM-dd}|{period.To:yyyy-MM-dd}";
        var wanted = framework.Subcategories.SelectMany(s => s.Metrics).ToHashSet(StringComparer.Ordinal);
        var metrics = new List<MetricFact>();
        var queries = new List<string>();
        progress?.Report("Verifying the audit chain");
        var audit = await AuditAsync(db, period, ct);
        foreach (var metric in MetricCatalogue.All.Where(m => wanted.Contains(m.Id)))
        {
            progress?.Report($"{metric.Id} {metric.Title}");
            if (metric is AuditChainMetric)
            {
                metrics.Add(Chain(metric, audit, context));
                continue;
            }

            if (metric.Unmeasured is not null)
            {
                metrics.Add(Fact(metric, metric.Criterion(context.Policy), null, []));
                continue;
            }

            var path = Path.Combine(folder, "populations", metric.Id + ".csv");
            var source = await populations.WriteAsync(metric, context, ask.Scope, path, keep: true, ct);
            PopulationSummary summary;
            await using (var exceptions = CsvText.Create(Path.Combine(folder, "exceptions", metric.Id + ".csv")))
                summary = await PopulationSummary.ReadAsync(path, $"{seed}|{metric.Id}", ask.SampleSize, exceptions, ct);
            await CsvText.WriteAsync(Path.Combine(folder, "samples", metric.Id + ".csv"), PopulationSummary.Header, summary.Sample.Select(PopulationSummary.Cells), ct);
            queries.Add($"-- {metric.Id} {metric.Title}\n{source.Queries}\n");
            metrics.Add(Fact(metric, source.Criterion, summary, ask.Scope == new IdentityFilter() ? await TrendAsync(db, metric.Id, period, ct) : []));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "queries.sql"), string.Join('\n', queries), ct);
        progress?.Report("Imports, campaigns, reviewers");
        var appendix = new AppendixReader(context);
        var imports = await appendix.ImportsAsync(ct);
        var sources = await appendix.SourcesAsync(ct);
        var crosswalk = FrameworkLibrary.Crosswalk;
        return new Facts(framework, period.From, period.To, period.AsOf, ask.PreparedBy, ask.ScopeWords, OutOfScope(framework), Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
            db.Database.ProviderName?.Split('.')[^1] ?? "unknown", seed, ask.SampleSize, ask.Paper, metrics, CompletenessChecks.Of(sources, imports, metrics, period), sources, imports,
            await appendix.CampaignsAsync(ct), await appendix.ReviewersAsync(ct), await appendix.ExemptionsAsync(ct), Walk(framework, crosswalk), crosswalk.Note, audit);
    }

    /// <summary>One metric's figure, its population in the file given and kept nowhere: for pages.</summary>
    internal async Task<MetricFact> MeasureAsync(Metric metric, Period period, IdentityFilter scope, string path, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var context = await MetricContext.OpenAsync(db, period, scope, ct);
        if (metric is AuditChainMetric)
            return Chain(metric, await AuditAsync(db, period, ct), context);
        if (metric.Unmeasured is not null)
            return Fact(metric, metric.Criterion(context.Policy), null, []);
        var source = await populations.WriteAsync(metric, context, scope, path, keep: false, ct);
        return Fact(metric, source.Criterion, await PopulationSummary.ReadAsync(path, metric.Id, 0, null, ct), await TrendAsync(db, metric.Id, period, ct));
    }

    private static string OutOfScope(Framework framework) =>
        "Identities of sources that were never imported; what no source reports; human users' own access; physical access."
        + (framework.Subcategories.Any(s => s.Metrics.Count == 0) ? " Statements without a metric are listed as not evidenced." : string.Empty);

    private static MetricFact Fact(Metric metric, string criterion, PopulationSummary? s, IReadOnlyList<TrendPoint> trend) => new(
        metric.Id, metric.Title, criterion, metric.Population,
        s is null ? MetricStatus.NotEvidenced : s.Count == 0 ? MetricStatus.NoPopulation : s.Met == s.Count ? MetricStatus.Met : MetricStatus.Exceptions,
        s?.Met ?? 0, s?.Count ?? 0, s?.CannotTell ?? 0, metric.Caution, metric.Unmeasured, metric.ValueUnit, Rounded(s?.Median), Rounded(s?.Percentile90), Rounded(s?.Maximum), s?.FirstExceptions ?? [], s?.Sample ?? [], trend);

    private static double? Rounded(double? value) => value is { } v ? Math.Round(v, 2) : null;

    private static MetricFact Chain(Metric metric, AuditFact audit, MetricContext context) => new(
        metric.Id, metric.Title, metric.Criterion(context.Policy), metric.Population, audit.Entries == 0 ? MetricStatus.NoPopulation : audit.Intact ? MetricStatus.Met : MetricStatus.Exceptions,
        (int)(audit.Intact ? audit.Entries : Math.Max(0, audit.Entries - 1)), (int)audit.Entries, 0, audit.Problem, null, null, null, null, null, [], [], []);

    /// <summary>The whole chain is checked; told is of the entries before the period's end, so that a later reading says the same.</summary>
    private async Task<AuditFact> AuditAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var chain = await verifier.VerifyAsync(ct);
        var until = period.Until;
        var last = await db.AuditEntries.AsNoTracking().Where(e => e.At < until).OrderByDescending(e => e.Sequence).Select(e => new { e.Sequence, e.Hash }).FirstOrDefaultAsync(ct);
        var signed = await db.AuditCheckpoints.AsNoTracking().Where(c => c.At < until).OrderByDescending(c => c.Size).FirstOrDefaultAsync(ct);
        return new AuditFact(chain.Intact, last?.Sequence ?? 0, last?.Hash ?? AuditCanonicalForm.Genesis, chain.Problem, signed is null ? null : CheckpointFile.Of(signed));
    }

    private static async Task<IReadOnlyList<TrendPoint>> TrendAsync(GovernanceDb db, string metricId, Period period, CancellationToken ct)
    {
        var (until, since) = (period.Until, period.AsOf.AddMonths(-12));
        var all = await db.MetricFigures.AsNoTracking().Where(f => f.MetricId == metricId && f.Day < until && f.Day >= since).OrderBy(f => f.Day).Select(f => new TrendPoint(f.Day, f.Numerator, f.Denominator)).ToListAsync(ct);
        // One a month is enough to read, and the last one always.
        return [.. all.GroupBy(p => (p.Day.Year, p.Day.Month)).Select(g => g.First()), .. all.TakeLast(1)];
    }

    private static List<CrosswalkFact> Walk(Framework framework, Crosswalk crosswalk) =>
    [
        .. from s in framework.Subcategories
           from control in crosswalk.Of(framework.Id, s.Id).SelectMany(t => t.Controls).Where(c => c.Key != framework.Id).GroupBy(c => c.Key, c => c.Value, StringComparer.Ordinal)
           let title = FrameworkLibrary.Shipped.FirstOrDefault(f => f.Id == control.Key)
           where title is not null
           select new CrosswalkFact(s.Id, title.Title, [.. control.SelectMany(c => c).Distinct(StringComparer.Ordinal).Select(c => title.Subcategories.Any(x => x.Id == c && x.Unchecked) ? c + " (unchecked)" : c)]),
    ];
}
