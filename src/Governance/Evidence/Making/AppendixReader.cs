using Governance.Campaigns;
using Governance.Inventory;
using Governance.People;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What the appendices list: sources, import runs, campaigns, reviewers and exemptions of the period, as they stood at its end.</summary>
internal sealed class AppendixReader(MetricContext context)
{
    public async Task<IReadOnlyList<SourceFact>> SourcesAsync(CancellationToken ct)
    {
        var (db, until, only, live) = (context.Db, context.Until, context.SourceId, context.Live());
        var counts = await live.GroupBy(i => i.SourceId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var sources = await db.Sources.AsNoTracking().Where(s => s.CreatedAt < until && (only == null || s.Id == only)).OrderBy(s => s.Id).Select(s => new { s.Id, s.Name, s.System }).ToListAsync(ct);
        var runs = await db.ImportRuns.AsNoTracking().Where(r => r.SourceId != null && r.State == ImportRunState.Completed && r.EndedAt < until)
            .GroupBy(r => r.SourceId!.Value).Select(g => new { g.Key, Last = g.Max(r => r.EndedAt), Full = g.Max(r => r.Full ? r.EndedAt : null) }).ToDictionaryAsync(g => g.Key, ct);
        return [.. sources.Select(s => new SourceFact(s.Name, s.System.ToString(), counts.GetValueOrDefault(s.Id), runs.GetValueOrDefault(s.Id)?.Last, runs.GetValueOrDefault(s.Id)?.Full)).OrderBy(s => s.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<ImportFact>> ImportsAsync(CancellationToken ct)
    {
        var (db, begin, until, only) = (context.Db, context.Period.From, context.Until, context.SourceId);
        return await db.ImportRuns.AsNoTracking().Where(r => r.State == ImportRunState.Completed && r.EndedAt >= begin && r.EndedAt < until && (only == null || r.SourceId == only)).OrderBy(r => r.EndedAt).ThenBy(r => r.Id)
            .Select(r => new ImportFact(db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault() ?? "People directory", r.FileName, r.FileSha256 ?? string.Empty, r.EndedAt!.Value, r.StartedBy, r.Full,
                r.Read, r.Created, r.Changed, r.Unchanged, r.Rejected, r.Missing)).ToListAsync(ct);
    }

    public async Task<IReadOnlyList<CampaignFact>> CampaignsAsync(CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var campaigns = await db.Campaigns.AsNoTracking().Where(c => c.LaunchedAt < until && c.DueAt >= begin && c.State != CampaignState.Prepared).OrderBy(c => c.LaunchedAt).ThenBy(c => c.Id)
            .Select(c => new { c.Id, c.Name, c.LaunchedAt, c.LaunchedBy, c.DueAt, c.Population }).ToListAsync(ct);
        var ids = campaigns.ConvertAll(c => c.Id);
        var answers = await db.ReviewItems.AsNoTracking().Where(x => ids.Contains(x.CampaignId) && x.Verdict != null && x.DecidedAt < until).GroupBy(x => new { x.CampaignId, x.Verdict })
            .Select(g => new { g.Key.CampaignId, g.Key.Verdict, Count = g.Count() }).ToListAsync(ct);
        return campaigns.ConvertAll(c =>
        {
            int Of(Verdict verdict) => answers.Where(a => a.CampaignId == c.Id && a.Verdict == verdict).Sum(a => a.Count);
            var (certified, reduced, revoked) = (Of(Verdict.Certify), Of(Verdict.Reduce), Of(Verdict.Revoke));
            return new CampaignFact(c.Name, c.LaunchedAt, c.LaunchedBy, c.DueAt, c.Population, certified, reduced, revoked, Math.Max(0, c.Population - certified - reduced - revoked));
        });
    }

    public async Task<IReadOnlyList<ReviewerFact>> ReviewersAsync(CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var people = await db.Decisions.AsNoTracking().Where(d => d.At >= begin && d.At < until && !d.Withdrawn).GroupBy(d => d.ReviewerId)
            .Select(g => new { g.Key, Count = g.Count(), Certified = g.Sum(d => d.Verdict == Verdict.Certify ? 1 : 0) }).ToListAsync(ct);
        var names = await db.People.AsNoTracking().Where(p => db.Decisions.Any(d => d.ReviewerId == p.Id && d.At >= begin && d.At < until)).Select(p => new { p.Id, p.Name, Here = p.Status == PersonStatus.Active || p.LeftOn >= until }).ToDictionaryAsync(p => p.Id, ct);
        return [.. people.Select(p => new ReviewerFact(names[p.Key].Name, names[p.Key].Here, p.Count, p.Certified)).OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Decisions)];
    }

    public async Task<IReadOnlyList<ExemptionFact>> ExemptionsAsync(CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        return await (from e in db.Exemptions.AsNoTracking().Where(e => e.GrantedAt < until && e.Until >= begin && (e.EndedAt == null || e.EndedAt >= begin))
                      join i in context.Scoped on e.IdentityId equals i.Id
                      orderby e.Id
                      select new ExemptionFact(i.DisplayName, e.Reason, e.GrantedBy, e.GrantedAt, e.Until)).ToListAsync(ct);
    }
}
