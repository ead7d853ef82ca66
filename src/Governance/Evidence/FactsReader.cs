using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Campaigns;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>The facts of a package with the whole populations behind them, which go to files of their own.</summary>
public sealed record Measured(Facts Facts, IReadOnlyDictionary<string, IReadOnlyList<PopulationRow>> Populations);

/// <summary>Reads every figure of a package, once.</summary>
public sealed class FactsReader(IDbContextFactory<GovernanceDb> contexts, ChainVerifier verifier)
{
    /// <summary>So many exceptions are printed; all of them are in the file.</summary>
    public const int Printed = 25;

    /// <summary>So many records are drawn as a sample.</summary>
    public const int SampleSize = 5;

    public async Task<Measured> ReadAsync(Framework framework, Period period, string preparedBy, IProgress<string>? progress, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var seed = $"{framework.Id}|{period.From:yyyy-MM-dd}|{period.To:yyyy-MM-dd}";
        var wanted = framework.Subcategories.SelectMany(s => s.Metrics).ToHashSet(StringComparer.Ordinal);
        var metrics = new List<MetricFact>();
        var populations = new Dictionary<string, IReadOnlyList<PopulationRow>>(StringComparer.Ordinal);
        foreach (var metric in MetricCatalogue.All.Where(m => wanted.Contains(m.Id)))
        {
            progress?.Report($"{metric.Id} {metric.Title}");
            var rows = await metric.ReadAsync(db, period, ct);
            populations.Add(metric.Id, rows);
            metrics.Add(Fact(metric, rows, seed));
        }

        progress?.Report("Verifying the audit chain");
        var chain = await verifier.VerifyAsync(ct);
        var audit = new AuditFact(chain.Intact, chain.Entries, chain.HeadHash, chain.Problem);
        if (wanted.Contains("M35"))
            metrics.Add(ChainFact(audit));

        var facts = new Facts(framework.Id, framework.Title, framework.Source, period.From, period.To, period.AsOf, preparedBy,
            "All sources registered in this console. Identities of sources that were never imported are outside it.",
            Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0", seed, framework.Subcategories, metrics,
            await SourcesAsync(db, ct), await ImportsAsync(db, period, ct), await CampaignsAsync(db, period, ct), audit);
        return new Measured(facts, populations);
    }

    /// <summary>The documented draw: order by SHA-256 of seed and id, take the first n. Anybody can redraw it.</summary>
    public static IReadOnlyList<PopulationRow> Draw(IEnumerable<PopulationRow> rows, string seed, int n) =>
        rows.OrderBy(r => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}|{r.Id}"))), StringComparer.Ordinal).Take(n).ToList();

    private static MetricFact Fact(Metric metric, IReadOnlyList<PopulationRow> rows, string seed)
    {
        var met = rows.Count(r => r.Verdict == Verdicts.Met);
        return new MetricFact(metric.Id, metric.Title, metric.Criterion, metric.Population,
            rows.Count == 0 ? MetricStatus.NoPopulation : met == rows.Count ? MetricStatus.Met : MetricStatus.Exceptions,
            met, rows.Count, rows.Count(r => r.Verdict == Verdicts.CannotTell), metric.Note(rows),
            $"populations/{metric.Id}.csv", $"exceptions/{metric.Id}.csv",
            rows.Where(r => r.Verdict != Verdicts.Met).OrderBy(r => r.Verdict).Take(Printed).ToList(), Draw(rows, $"{seed}|{metric.Id}", SampleSize));
    }

    private static MetricFact ChainFact(AuditFact audit) => new("M35", "Entries of the audit log verified in the chain",
        "Recomputing SHA-256 over each entry's canonical form gives the stored hash, and each entry names the hash of the one before.", "All entries of the audit log.",
        audit.Entries == 0 ? MetricStatus.NoPopulation : audit.Intact ? MetricStatus.Met : MetricStatus.Exceptions,
        (int)(audit.Intact ? audit.Entries : Math.Max(0, audit.Entries - 1)), (int)audit.Entries, 0, audit.Problem, "audit-head.json", "audit-head.json", [], []);

    private static async Task<List<SourceFact>> SourcesAsync(GovernanceDb db, CancellationToken ct) =>
        await db.Sources.AsNoTracking().OrderBy(s => s.Name)
            .Select(s => new SourceFact(s.Name, s.System.ToString(), db.Identities.Count(i => i.SourceId == s.Id), s.LastImportedAt, s.LastFullImportAt)).ToListAsync(ct);

    private static async Task<List<ImportFact>> ImportsAsync(GovernanceDb db, Period period, CancellationToken ct) =>
        await db.ImportRuns.AsNoTracking().Where(r => r.State == ImportRunState.Completed && r.EndedAt >= period.From && r.EndedAt < period.To).OrderBy(r => r.EndedAt).ThenBy(r => r.Id)
            .Select(r => new ImportFact(db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault() ?? "People directory", r.FileName, r.FileSha256 ?? string.Empty, r.EndedAt!.Value, r.StartedBy,
                r.Read, r.Created, r.Changed, r.Unchanged, r.Rejected, r.Missing)).ToListAsync(ct);

    private static async Task<List<CampaignFact>> CampaignsAsync(GovernanceDb db, Period period, CancellationToken ct) =>
        await db.Campaigns.AsNoTracking().Where(c => c.LaunchedAt < period.To && c.DueAt >= period.From).OrderBy(c => c.LaunchedAt).ThenBy(c => c.Id)
            .Select(c => new CampaignFact(c.Name, c.LaunchedAt, c.DueAt, c.State.ToString(), c.Population,
                db.ReviewItems.Count(i => i.CampaignId == c.Id && i.Verdict == Verdict.Certify), db.ReviewItems.Count(i => i.CampaignId == c.Id && i.Verdict == Verdict.Reduce),
                db.ReviewItems.Count(i => i.CampaignId == c.Id && i.Verdict == Verdict.Revoke), db.ReviewItems.Count(i => i.CampaignId == c.Id && (i.Verdict == null || i.Verdict == Verdict.DontKnow)))).ToListAsync(ct);
}
