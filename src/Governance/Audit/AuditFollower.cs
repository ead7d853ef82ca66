using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>
/// A feature that reacts to entries of features below it. Works set-based on what it missed and moves its cursor in the same
/// transaction, so a kill between the two can't be; two nodes can't both do it, since the cursor's row is locked first.
/// </summary>
public abstract class AuditFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>The cursor's key; never changes.</summary>
    protected abstract string Name { get; }

    /// <summary>The actions that it acts on; others only move the cursor.</summary>
    protected abstract IReadOnlyCollection<string> Actions { get; }

    /// <summary>
    /// Work that is too long for one transaction, before it: in transactions of its own, and so that doing it again does no harm, since a kill before the cursor moves repeats it.
    /// </summary>
    protected virtual Task PrepareAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct) => Task.CompletedTask;

    /// <summary>Does the work for entries after the cursor, in the given open transaction.</summary>
    protected abstract Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct);

    /// <summary>Catches up. Returns how many entries were read; 0 when idle, for the price of one indexed read.</summary>
    public async Task<int> CatchUpAsync(CancellationToken ct)
    {
        const int batch = 500;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var end = await db.AuditEntries.MaxAsync(e => (long?)e.Sequence, ct) ?? 0;
        var last = await db.FollowerCursors.Where(c => c.Follower == Name).Select(c => (long?)c.LastSequence).SingleOrDefaultAsync(ct);
        if (last == end)
            return 0;
        if (last is null)
            await BeginAsync(ct);
        var ahead = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence > (last ?? 0)).OrderBy(e => e.Sequence).Take(batch).ToListAsync(ct);
        var until = ahead.Count == 0 ? end : ahead[^1].Sequence;
        if (ahead.Where(e => Actions.Contains(e.Action, StringComparer.Ordinal)).ToList() is { Count: > 0 } wanted)
            await PrepareAsync(wanted, ct);
        return await db.InTransactionAsync(async () =>
        {
            await db.FollowerCursors.Where(c => c.Follower == Name).ExecuteUpdateAsync(s => s.SetProperty(c => c.LastSequence, c => c.LastSequence), ct);
            var from = await db.FollowerCursors.Where(c => c.Follower == Name).Select(c => c.LastSequence).SingleAsync(ct);
            var entries = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence > from && e.Sequence <= until).OrderBy(e => e.Sequence).Take(batch).ToListAsync(ct);
            if (entries.Count == 0)
                return 0;
            var mine = entries.Where(e => Actions.Contains(e.Action, StringComparer.Ordinal)).ToList();
            if (mine.Count > 0)
                await FollowAsync(db, mine, clock.Now(), ct);
            await db.FollowerCursors.Where(c => c.Follower == Name).ExecuteUpdateAsync(s => s.SetProperty(c => c.LastSequence, entries[^1].Sequence), ct);
            return entries.Count;
        }, ct);
    }

    /// <summary>Makes the cursor's row, in a transaction of its own: of two nodes that start at once, one makes it and the other finds it.</summary>
    private async Task BeginAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        db.FollowerCursors.Add(new FollowerCursor { Follower = Name });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            if (!await db.FollowerCursors.AnyAsync(c => c.Follower == Name, ct))
                throw;
        }
    }
}
