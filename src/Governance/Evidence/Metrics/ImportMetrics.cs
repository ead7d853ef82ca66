using System.Runtime.CompilerServices;
using Governance.Findings;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M01: the inventory is as fresh as its oldest source.</summary>
public sealed class FreshSources : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(7);

    public override string Id => "M01";

    public override string Title => "Sources imported within the freshness limit";

    public override string Population => "All sources registered before the as-of time.";

    public override string Criterion(FindingPolicy policy) => $"A completed import of the source ended within {Days(Limit)} before the as-of time.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until, only) = (context.Db, context.Until, context.SourceId);
        var rows = db.Sources.AsNoTracking().Where(s => s.CreatedAt < until && (only == null || s.Id == only)).OrderBy(s => s.Id)
            .Select(s => new
            {
                s.Id,
                s.Name,
                s.System,
                Last = db.ImportRuns.Where(r => r.SourceId == s.Id && r.State == ImportRunState.Completed && r.EndedAt < until).OrderByDescending(r => r.EndedAt).Select(r => new { r.EndedAt, r.StartedBy, r.FileName, r.Read }).FirstOrDefault(),
            });
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return new PopulationRow(Key(r.Id), r.Name, r.System.ToString(), r.Last?.EndedAt >= until - Limit ? Verdicts.Met : Verdicts.Exception,
                r.Last is null ? "never imported" : $"last import {Day(r.Last.EndedAt)}: {r.Last.FileName}, {r.Last.Read} records", r.Last?.StartedBy, r.Last?.EndedAt);
        }
    }
}

/// <summary>M02: what was read is what was taken or refused with a reason.</summary>
public sealed class ReconciledImports : Metric
{
    public override string Id => "M02";

    public override string Title => "Import runs that reconcile";

    public override string Population => "All import runs that ended in the period, failed ones included.";

    public override string Criterion(FindingPolicy policy) => "Records read = created + changed + unchanged + rejected, and none was rejected.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until, only) = (context.Db, context.Period.From, context.Until, context.SourceId);
        var rows = db.ImportRuns.AsNoTracking().Where(r => r.EndedAt >= begin && r.EndedAt < until && (only == null || r.SourceId == only)).OrderBy(r => r.Id)
            .Select(r => new { Run = r, Source = db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault() });
        await foreach (var x in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var r = x.Run;
            var adds = r.State == ImportRunState.Completed && r.Read == r.Created + r.Changed + r.Unchanged + r.Rejected;
            yield return new PopulationRow(Key(r.Id), r.FileName, x.Source ?? "People directory", adds && r.Rejected == 0 ? Verdicts.Met : Verdicts.Exception,
                r.State == ImportRunState.Completed ? $"read {r.Read} = created {r.Created} + changed {r.Changed} + unchanged {r.Unchanged} + rejected {r.Rejected}" : $"{r.State}: {r.Message}", r.StartedBy, r.EndedAt);
        }
    }
}

/// <summary>M03: an identity behind an AI tool is understood: tool, purpose, autonomy.</summary>
public sealed class ClassifiedIdentities : Metric
{
    public override string Id => "M03";

    public override string Title => "AI-tool identities classified with purpose and autonomy";

    public override string Population => "Live identities that act for an AI tool.";

    public override string Caution => "Tool and purpose are as known when this was measured: the console keeps no history of them.";

    public override string Criterion(FindingPolicy policy) => "The identity has a stated purpose, and its tool's autonomy is known.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var rows = from i in context.Live()
                   join t in context.Db.Tools on i.ToolId equals t.Id
                   join s in context.Db.Sources on i.SourceId equals s.Id
                   orderby i.Id
                   select new { i.Id, i.DisplayName, i.Purpose, i.ToolDecidedBy, t.Autonomy, Tool = t.Name, Source = s.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var stated = !string.IsNullOrWhiteSpace(r.Purpose);
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, stated && r.Autonomy != Autonomy.Unknown ? Verdicts.Met : Verdicts.Exception,
                $"{r.Tool}; autonomy {(r.Autonomy == Autonomy.Unknown ? "not known" : r.Autonomy.ToString())}; purpose {(stated ? "stated" : "not stated")}", r.ToolDecidedBy);
        }
    }
}

/// <summary>M04: whoever supplies a tool is known and was let in by somebody.</summary>
public sealed class ApprovedThirdParties : Metric
{
    public override string Id => "M04";

    public override string Title => "Third-party AI tools with vendor and approval";

    public override string Population => "AI tools that a live identity acts for; whose vendor isn't known can't be told.";

    public override string Caution => "Criticality of a supplier is not kept by the console.";

    public override string Criterion(FindingPolicy policy) => "The vendor is known, and somebody approved the tool before the as-of time.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (until, live) = (context.Until, context.Live());
        var rows = context.Db.Tools.AsNoTracking().Where(t => t.CreatedAt < until && live.Any(i => i.ToolId == t.Id)).OrderBy(t => t.Id).Select(t => new { t.Id, t.Name, t.Vendor, t.ApprovedAt, t.ApprovedBy });
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var approved = r.ApprovedAt < until;
            yield return new PopulationRow(Key(r.Id), r.Name, r.Vendor ?? "vendor not known", r.Vendor is null ? Verdicts.CannotTell : approved ? Verdicts.Met : Verdicts.Exception,
                approved ? $"approved {Day(r.ApprovedAt)}" : "not approved", approved ? r.ApprovedBy : null, approved ? r.ApprovedAt : null);
        }
    }
}

/// <summary>M27: without telemetry nobody can say that an identity is unused.</summary>
public sealed class UsageReported : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    public override string Id => "M27";

    public override string Title => "Identities with usage reported in the last 24 hours";

    public override string Population => "Live identities.";

    public override string Caution => "Whether a source reports use at all is as known when this was measured.";

    public override string Criterion(FindingPolicy policy) => "The source says when the identity was last used, or that it never was, and was imported within 24 hours before the as-of time.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until) = (context.Db, context.Until);
        var fresh = await db.ImportRuns.AsNoTracking().Where(r => r.SourceId != null && r.State == ImportRunState.Completed && r.EndedAt < until)
            .GroupBy(r => r.SourceId!.Value).Select(g => new { Source = g.Key, At = g.Max(r => r.EndedAt) }).ToDictionaryAsync(g => g.Source, g => g.At, ct);
        var rows = from i in context.Live()
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby i.Id
                   select new { i.Id, i.DisplayName, i.Usage, i.LastUsedAt, i.SourceId, Source = s.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var read = fresh.GetValueOrDefault(r.SourceId);
            var told = r.Usage switch { UsageState.NotReported => "the source does not report use", UsageState.NeverUsed => "never used", UsageState.OutsideWindow => "not used in the source's window", _ => $"last used {Day(r.LastUsedAt < until ? r.LastUsedAt : null)}" };
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, r.Usage == UsageState.NotReported ? Verdicts.CannotTell : read >= until - Limit ? Verdicts.Met : Verdicts.Exception,
                r.Usage == UsageState.NotReported ? told : $"{told}; source read {Day(read)}", null, read);
        }
    }
}
