using System.Text.Json;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A live source in the list of sources.</summary>
public sealed record FeedRow(Guid Id, Guid SourceId, string SourceName, string Kind, bool Enabled, FeedSchedule Schedule, DateTimeOffset? NextRunAt, FeedRun? LastRun, DateTimeOffset? LastCompletedAt);

/// <summary>A live source for its page: no secret, only what is kept and how.</summary>
public sealed record FeedView(FeedRow Row, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string> Secrets);

/// <summary>A run with what the importer counted.</summary>
public sealed record FeedRunRow(FeedRun Run, ImportRun? Import);

/// <summary>What the pages on live sources show.</summary>
public sealed class FeedQueries(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<IReadOnlyList<FeedRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await RowsAsync(db, db.Feeds.AsNoTracking(), ct);
    }

    public async Task<FeedView?> FindAsync(Guid feedId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Feeds.AsNoTracking().SingleOrDefaultAsync(f => f.Id == feedId, ct) is not { } feed)
            return null;
        var row = (await RowsAsync(db, db.Feeds.AsNoTracking().Where(f => f.Id == feedId), ct))[0];
        return new FeedView(row, JsonSerializer.Deserialize<Dictionary<string, string>>(feed.Settings) ?? [], FeedSecrets.Describe(feed.Secrets));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<FeedRunRow>> RunsAsync(Guid sourceId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.FeedRuns.AsNoTracking().Where(r => r.SourceId == sourceId).OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(take)
            .Select(r => new FeedRunRow(r, db.ImportRuns.FirstOrDefault(i => i.Id == r.ImportRunId))).ToListAsync(ct);
    }

    // Two set-based reads; there are as many feeds as systems, and each has its newest run by an index.
    private static async Task<List<FeedRow>> RowsAsync(GovernanceDb db, IQueryable<Feed> feeds, CancellationToken ct)
    {
        var rows = await (from f in feeds
                          join s in db.Sources on f.SourceId equals s.Id
                          orderby s.Name
                          select new
                          {
                              f.Id,
                              f.SourceId,
                              s.Name,
                              f.Kind,
                              f.Enabled,
                              f.EveryHours,
                              f.DailyAtMinute,
                              f.NextRunAt,
                              Completed = db.FeedRuns.Where(r => r.SourceId == f.SourceId && r.State == FeedRunState.Completed).Max(r => r.EndedAt),
                              Last = db.FeedRuns.Where(r => r.SourceId == f.SourceId).OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).FirstOrDefault(),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r => new FeedRow(r.Id, r.SourceId, r.Name, r.Kind, r.Enabled, new FeedSchedule(r.EveryHours, r.DailyAtMinute), r.NextRunAt, r.Last, r.Completed));
    }
}
