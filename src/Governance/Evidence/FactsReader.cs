using System.Globalization;
using Governance.Audit;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>The facts of a period with the whole populations beside them, by metric.</summary>
internal sealed record Reading(Facts Facts, IReadOnlyDictionary<string, IReadOnlyList<PopulationRow>> Populations);

/// <summary>Asks every metric and freezes what it answers.</summary>
public sealed class FactsReader(IDbContextFactory<GovernanceDb> contexts, ChainVerifier chain)
{
    internal async Task<Reading> ReadAsync(Guid id, Framework framework, MetricPeriod period, string preparedBy, IProgress<string>? progress, CancellationToken ct)
    {
        progress?.Report("Verifying the audit chain");
        var report = await chain.VerifyAsync(ct);
        var audit = new AuditFact(report.Entries, report.HeadHash, report.Intact, report.Problem);
        await using var db = await contexts.CreateDbContextAsync(ct);
        var metrics = new List<MetricFact>();
        var populations = new SortedDictionary<string, IReadOnlyList<PopulationRow>>(StringComparer.Ordinal);
        foreach (var metric in Metrics.All)
        {
            progress?.Report($"{metric.Id} {metric.Title}");
            var rows = metric.Id == "M35" ? [Chain(audit)] : metric.Rows is null ? null : await metric.Rows(db, period, ct);
            rows?.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
            metrics.Add(metric.Judge(rows, audit.Hash, metric.Id == "M18" && rows is not null ? Days(rows) : null));
            if (rows is not null)
                populations[metric.Id] = rows;
        }

        var version = typeof(FactsReader).Assembly.GetName().Version?.ToString(3) ?? "0";
        var facts = new Facts(id, framework, period.From, period.To, period.AsOf, $"Governance console {version}", preparedBy, audit.Hash, metrics,
            await SourcesAsync(db, ct), await ImportsAsync(db, period, ct), await CampaignsAsync(db, period, ct), await DecisionsAsync(db, period, ct), audit);
        return new Reading(facts, populations);
    }

    private static PopulationRow Chain(AuditFact audit) => new("chain", "Audit chain", "this console", audit.Intact ? Answer.Met : Answer.Exception,
        audit.Problem ?? string.Create(CultureInfo.InvariantCulture, $"{audit.Sequence} entries recomputed to head {audit.Hash[..16]}"));

    private static string? Days(IReadOnlyList<PopulationRow> rows)
    {
        var days = rows.Where(r => r.Answer == Answer.Met).Select(r => double.Parse(r.Note.Split(' ')[0], CultureInfo.InvariantCulture)).Order().ToList();
        return days.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"median {At(0.5):0.0} d, 90th percentile {At(0.9):0.0} d, maximum {days[^1]:0.0} d");

        double At(double part) => days[(int)Math.Ceiling(part * days.Count) - 1];
    }

    private static async Task<List<SourceFact>> SourcesAsync(GovernanceDb db, CancellationToken ct) =>
        [.. (await db.Sources.AsNoTracking().OrderBy(s => s.Name).Select(s => new { s.Name, s.System, Count = db.Identities.Count(i => i.SourceId == s.Id), s.LastImportedAt, s.LastFullImportAt }).ToListAsync(ct))
            .Select(s => new SourceFact(s.Name, s.System.ToString(), s.Count, s.LastImportedAt, s.LastFullImportAt))];

    private static async Task<List<ImportFact>> ImportsAsync(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from r in db.ImportRuns.AsNoTracking()
            where r.StartedAt >= p.From && r.StartedAt < p.To
            orderby r.StartedAt, r.Id
            select new { Run = r, Source = db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault() }).ToListAsync(ct)).Select(x => new ImportFact(
                x.Run.StartedAt, x.Source ?? "People", x.Run.FileName, x.Run.FileSha256, x.Run.State.ToString(), x.Run.StartedBy, x.Run.Read, x.Run.Created, x.Run.Changed, x.Run.Unchanged, x.Run.Rejected))];

    private static async Task<List<CampaignFact>> CampaignsAsync(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await db.Campaigns.AsNoTracking().Where(c => c.LaunchedAt < p.To && c.DueAt >= p.From).OrderBy(c => c.LaunchedAt).ThenBy(c => c.Id)
            .Select(c => new { c.Name, c.LaunchedAt, c.LaunchedBy, c.DueAt, c.State, Items = db.ReviewItems.Count(i => i.CampaignId == c.Id), Decided = db.ReviewItems.Count(i => i.CampaignId == c.Id && i.Verdict != null) })
            .ToListAsync(ct)).Select(c => new CampaignFact(c.Name, c.LaunchedAt, c.LaunchedBy, c.DueAt, c.State.ToString(), c.Items, c.Decided))];

    private static async Task<List<DecisionFact>> DecisionsAsync(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from d in db.Decisions.AsNoTracking()
            where d.At >= p.From && d.At < p.To
            join i in db.Identities on d.IdentityId equals i.Id
            join r in db.People on d.ReviewerId equals r.Id into people
            from r in people.DefaultIfEmpty()
            orderby d.At, d.Id
            select new { d.At, Reviewer = r == null ? null : r.Name, d.Verdict, d.Withdrawn, i.DisplayName, d.Justification }).ToListAsync(ct)).Select(d => new DecisionFact(
                d.At, d.Reviewer ?? "not in the directory", d.Withdrawn ? "Withdrawn" : d.Verdict.ToString(), d.DisplayName, d.Justification))];
}
