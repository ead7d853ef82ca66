using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M01: the inventory is as fresh as its oldest source.</summary>
public sealed class FreshSources : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(7);

    public override string Id => "M01";

    public override string Title => "Sources imported within the freshness limit";

    public override string Criterion => "A completed import of the source ended within 7 days before the as-of time.";

    public override string Population => "All sources registered before the as-of time.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await db.Sources.AsNoTracking().Where(s => s.CreatedAt < period.AsOf).OrderBy(s => s.Name)
            .Select(s => new
            {
                s.Id,
                s.Name,
                s.System,
                Last = db.ImportRuns.Where(r => r.SourceId == s.Id && r.State == ImportRunState.Completed && r.EndedAt <= period.AsOf).OrderByDescending(r => r.EndedAt).Select(r => new { r.EndedAt, r.StartedBy }).FirstOrDefault(),
            }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.Name, r.System.ToString(),
            r.Last?.EndedAt >= period.AsOf - Limit ? Verdicts.Met : Verdicts.Exception,
            r.Last is null ? "never imported" : $"last import {Day(r.Last.EndedAt)}", r.Last?.StartedBy, r.Last?.EndedAt));
    }
}

/// <summary>M02: what was read is what was taken or refused with a reason.</summary>
public sealed class ReconciledImports : Metric
{
    public override string Id => "M02";

    public override string Title => "Import runs that reconcile";

    public override string Criterion => "Records read = created + changed + unchanged + rejected, and none was rejected.";

    public override string Population => "All import runs that ended in the period, failed ones included.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await db.ImportRuns.AsNoTracking().Where(r => r.EndedAt >= period.From && r.EndedAt < period.To).OrderBy(r => r.EndedAt).ThenBy(r => r.Id)
            .Select(r => new { Run = r, Source = db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault() }).ToListAsync(ct);
        return rows.ConvertAll(x =>
        {
            var r = x.Run;
            var adds = r.State == ImportRunState.Completed && r.Read == r.Created + r.Changed + r.Unchanged + r.Rejected;
            return new PopulationRow(r.Id.ToString("D"), r.FileName, x.Source ?? "People directory", adds && r.Rejected == 0 ? Verdicts.Met : Verdicts.Exception,
                r.State == ImportRunState.Completed ? $"read {r.Read} = created {r.Created} + changed {r.Changed} + unchanged {r.Unchanged} + rejected {r.Rejected}" : $"{r.State}: {r.Message}", r.StartedBy, r.EndedAt);
        });
    }
}

/// <summary>M03: an identity behind an AI tool is understood: tool, purpose, autonomy.</summary>
public sealed class ClassifiedIdentities : Metric
{
    public override string Id => "M03";

    public override string Title => "AI-tool identities classified with purpose and autonomy";

    public override string Criterion => "The identity has a stated purpose, and its tool's autonomy is known.";

    public override string Population => "Live identities that act for an AI tool.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from i in Live(db).AsNoTracking()
                          join t in db.Tools on i.ToolId equals t.Id
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id
                          select new { i.Id, i.DisplayName, i.Purpose, t.Autonomy, Tool = t.Name, Source = s.Name }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source,
            !string.IsNullOrWhiteSpace(r.Purpose) && r.Autonomy != Autonomy.Unknown ? Verdicts.Met : Verdicts.Exception,
            $"{r.Tool}; autonomy {(r.Autonomy == Autonomy.Unknown ? "not known" : r.Autonomy.ToString())}; purpose {(string.IsNullOrWhiteSpace(r.Purpose) ? "not stated" : "stated")}"));
    }
}

/// <summary>M27: without telemetry nobody can say that an identity is unused.</summary>
public sealed class UsageReported : Metric
{
    public override string Id => "M27";

    public override string Title => "Identities whose use is reported by their source";

    public override string Criterion => "The source says when the identity was last used, or that it never was.";

    public override string Population => "Live identities.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from i in Live(db).AsNoTracking()
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id
                          select new { i.Id, i.DisplayName, i.Usage, i.LastUsedAt, Source = s.Name }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, r.Usage == UsageState.NotReported ? Verdicts.CannotTell : Verdicts.Met,
            r.Usage switch { UsageState.Used => $"last used {Day(r.LastUsedAt)}", UsageState.NeverUsed => "never used", UsageState.OutsideWindow => "not used in the source's window", _ => "the source does not report use" }));
    }
}
