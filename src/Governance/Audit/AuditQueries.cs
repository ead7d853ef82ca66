using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

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
        var query = filter.On(db.AuditEntries.AsNoTracking());
        var total = await query.Take(Page<AuditEntry>.CountCap).CountAsync(ct);
        if (before is { } cursor)
            query = query.Where(e => e.Sequence < cursor);
        var rows = await query.OrderByDescending(e => e.Sequence).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? rows[take - 1].Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        return new Page<AuditEntry>(rows.Take(take).ToList(), next, total);
    }

    /// <summary>Who acted, for the filter: most recent first, at most so many.</summary>
    public async Task<IReadOnlyList<AuditActor>> ActorsAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AuditEntries.AsNoTracking().GroupBy(e => new { e.ActorId, e.ActorName }).Select(g => new { g.Key, Last = g.Max(e => e.Sequence) })
            .OrderByDescending(g => g.Last).Take(take).Select(g => new AuditActor(g.Key.ActorId, g.Key.ActorName)).ToListAsync(ct);
    }
}

/// <summary>Somebody or something that acted.</summary>
public sealed record AuditActor(string Id, string Name);
