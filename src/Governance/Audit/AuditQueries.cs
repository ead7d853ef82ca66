using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>What to show of the log; null parts do not narrow.</summary>
public sealed record AuditFilter(string? SubjectType = null, string? SubjectId = null, string? Action = null, string? Text = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>Pages of the audit log, newest first.</summary>
public sealed class AuditQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <param name="filter">What to show.</param>
    /// <param name="before">Cursor: only entries with a lower number.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<Page<AuditEntry>> ListAsync(AuditFilter filter, long? before, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var query = db.AuditEntries.AsNoTracking();
        if (filter.SubjectType is { } type)
            query = query.Where(e => e.SubjectType == type);
        if (filter.SubjectId is { } id)
            query = query.Where(e => e.SubjectId == id);
        if (filter.Action is { } action)
            query = query.Where(e => e.Action == action);
        if (filter.From is { } from)
            query = query.Where(e => e.At >= from);
        if (filter.To is { } to)
            query = query.Where(e => e.At < to);
        if (!string.IsNullOrWhiteSpace(filter.Text))
            query = query.Where(e => e.ActorName.Contains(filter.Text) || e.Reason!.Contains(filter.Text) || e.Details.Contains(filter.Text));
        var total = await query.Take(Page<AuditEntry>.CountCap).CountAsync(ct);
        if (before is { } cursor)
            query = query.Where(e => e.Sequence < cursor);
        var rows = await query.OrderByDescending(e => e.Sequence).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? rows[take - 1].Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        return new Page<AuditEntry>(rows.Take(take).ToList(), next, total);
    }
}
