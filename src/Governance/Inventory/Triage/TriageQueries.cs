using System.Globalization;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>An identity that may act for an AI tool, and why it looks so.</summary>
public sealed record TriageRow(
    Guid Id, string Name, IdentityKind Kind, string SourceName, string? Publisher, string? AppId, string? SuggestedTool, EvidenceRule Rule, string Matched, string Text, Reported Privileged, int Risk, int Alike);

/// <summary>An answer that can be taken back.</summary>
public sealed record TriageAnswerRow(Guid BatchId, string? ToolName, string DecidedBy, DateTimeOffset DecidedAt, int Decisions, string Example, int Identities);

/// <summary>What waits for a person to say whether it acts for an AI tool.</summary>
public sealed class TriageQueries(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<int> CountAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Open(db).Take(1000).CountAsync(ct);
    }

    public async Task<Page<TriageRow>> ListAsync(string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var open = Open(db);
        var total = await open.Take(Page<TriageRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, CultureInfo.InvariantCulture, out var last))
            open = open.Where(e => e.IdentityId.CompareTo(last) > 0);
        var rows = await open.OrderBy(e => e.IdentityId).Take(take + 1).Join(db.Identities, e => e.IdentityId, i => i.Id, (e, i) => new { e, i }).OrderBy(x => x.i.Id).Select(x => new TriageRow(
            x.i.Id, x.i.DisplayName, x.i.Kind, db.Sources.Where(s => s.Id == x.i.SourceId).Select(s => s.Name).First(), x.i.Publisher,
            db.IdentityKeys.Where(k => k.IdentityId == x.i.Id && k.Kind == IdentityKeyKind.AppId && !k.Refers).Select(k => k.Value).Min(),
            x.e.ToolName, x.e.Rule, x.e.Matched, x.e.Text, x.i.Privileged, x.i.Risk, db.Identities.Count(o => o.DisplayName == x.i.DisplayName && o.Id != x.i.Id))).ToListAsync(ct);
        return new Page<TriageRow>(rows.Take(take).ToList(), rows.Count > take ? rows[take - 1].Id.ToString() : null, total);
    }

    /// <summary>The latest answers, newest first.</summary>
    public async Task<IReadOnlyList<TriageAnswerRow>> AnswersAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var batches = await db.ToolDecisions.AsNoTracking().Where(d => d.UndoneAt == null).GroupBy(d => d.BatchId)
            .Select(g => new { g.Key, At = g.Max(d => d.DecidedAt), By = g.Max(d => d.DecidedBy)!, Count = g.Count(), Example = g.Max(d => d.Value)! }).OrderByDescending(g => g.At).Take(take).ToListAsync(ct);
        var ids = batches.ConvertAll(b => b.Key);
        var more = await db.ToolDecisions.AsNoTracking().Where(d => ids.Contains(d.BatchId))
            .Select(d => new { d.BatchId, Tool = db.Tools.Where(t => t.Id == d.ToolId).Select(t => t.Name).FirstOrDefault(), Identities = db.Identities.Count(i => i.ToolDecisionId == d.Id) }).ToListAsync(ct);
        var byBatch = more.ToLookup(m => m.BatchId);
        return batches.ConvertAll(b => new TriageAnswerRow(b.Key, byBatch[b.Key].First().Tool, b.By, b.At, b.Count, b.Example, byBatch[b.Key].Sum(m => m.Identities)));
    }

    private static IQueryable<IdentityEvidence> Open(GovernanceDb db) => db.IdentityEvidence.AsNoTracking()
        .Where(e => e.Strength == EvidenceStrength.Suggestion && db.Identities.Any(i => i.Id == e.IdentityId && i.ToolId == null && i.ToolDecidedBy == null));
}
