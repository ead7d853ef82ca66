using System.Linq.Expressions;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Pages of a search on SQLite, whose full-text index numbers its rows in the order of names (see <see cref="SearchIndex"/>): by name, what the index offers is read from the cursor's
/// place on until a page is full. In other orders some thousands of the order are looked through first. What is offered is always compared.
/// </summary>
/// <param name="db">SQLite.</param>
/// <param name="match">The search in the index's own words.</param>
/// <param name="matching">Narrows to what the filter means, text included.</param>
/// <param name="walked">All, with the index of the order.</param>
/// <param name="order">The order.</param>
internal sealed class WordPages(GovernanceDb db, string match, Func<IQueryable<Identity>, IQueryable<Identity>> matching, Func<IQueryable<Identity>> walked, IdentityOrder order)
{
    /// <summary>How many of another order are looked through at once; after the last all that the index offers is sorted.</summary>
    private static readonly int[] Steps = [2000, 8000, 20_000];

    /// <summary>What the index offers, in its order.</summary>
    public IQueryable<Guid> Offered => db.Database.SqlQuery<Guid>(
        $"""SELECT r."IdentityId" AS "Value" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {match}""");

    /// <summary>How many the index offers, up to a number.</summary>
    public Task<int> CountOfferedAsync(int most, CancellationToken ct) => db.Database.SqlQuery<int>(
        $"""SELECT COUNT(*) AS "Value" FROM (SELECT rowid FROM "IdentitySearch" WHERE "IdentitySearch" MATCH {match} LIMIT {most}) s""").SingleAsync(ct);

    /// <summary>How many of these match, up to a number; looked at in portions, so that no more are than it takes.</summary>
    public async Task<int> CountAsync(int most, CancellationToken ct)
    {
        var (count, last) = (0, 0L);
        for (var portion = most * 2; ; portion *= 2)
        {
            var ids = db.Database.SqlQuery<Guid>(
                $"""SELECT r."IdentityId" AS "Value" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {match} AND s.rowid>{last} ORDER BY s.rowid LIMIT {portion}""");
            count += await matching(db.Identities.Where(i => ids.Contains(i.Id))).Take(most - count).CountAsync(ct);
            if (count >= most)
                return count;
            var end = await db.Database.SqlQuery<long?>(
                $"""SELECT s.rowid AS "Value" FROM "IdentitySearch" s WHERE s."IdentitySearch" MATCH {match} AND s.rowid>{last} ORDER BY s.rowid LIMIT 1 OFFSET {portion - 1}""").SingleOrDefaultAsync(ct);
            if (end is null)
                return count;
            last = end.Value;
        }
    }

    /// <summary>A page of those that are few.</summary>
    public async Task<List<IdentityRow>> SortedAsync(IReadOnlyCollection<Guid>? ids, string? cursor, int take, CancellationToken ct)
    {
        var page = new List<IdentityRow>(take);
        foreach (var stretch in await order.StretchesAsync(cursor, ct))
        {
            if (page.Count < take)
                page.AddRange(await SortedAsync(ids, stretch, take - page.Count, ct));
        }

        return page;
    }

    /// <summary>A page of those that are many.</summary>
    public async Task<List<IdentityRow>> WalkedAsync(string? cursor, int take, CancellationToken ct)
    {
        if (order.Sort == IdentitySort.Name)
            return await ByNameAsync(cursor, take, ct);
        var page = new List<IdentityRow>(take);
        foreach (var stretch in await order.StretchesAsync(cursor, ct))
        {
            if (page.Count < take)
                page.AddRange(await LookedThroughAsync(stretch, take - page.Count, ct) ?? await SortedAsync(null, stretch, take - page.Count, ct));
        }

        return page;
    }

    private Task<List<IdentityRow>> SortedAsync(IReadOnlyCollection<Guid>? ids, Expression<Func<Identity, bool>> stretch, int take, CancellationToken ct)
    {
        var rows = ids is null ? db.Identities.Where(i => Offered.Contains(i.Id)) : db.Identities.Where(i => EF.Parameter(ids).Contains(i.Id));
        return order.Rows(order.Of(matching(rows.AsNoTracking()).Where(stretch), few: true).Take(take)).ToListAsync(ct);
    }

    /// <summary>The first of the order that match; null when the page was not full after the last step.</summary>
    private async Task<List<IdentityRow>?> LookedThroughAsync(Expression<Func<Identity, bool>> stretch, int take, CancellationToken ct)
    {
        var found = new List<IdentityRow>();
        var done = 0;
        foreach (var step in Steps)
        {
            var next = await order.Of(walked().Where(stretch), few: false).Skip(done).Take(step - done).Select(i => i.Id).ToListAsync(ct);
            var (asked, size) = (done, step - done);
            found.AddRange(await order.Rows(order.Of(matching(db.Identities.AsNoTracking().Where(i => EF.Parameter(next).Contains(i.Id))), few: true).Take(take - found.Count)).ToListAsync(ct));
            if (found.Count == take || next.Count < size)
                return found;
            done = asked + size;
        }

        return null;
    }

    /// <summary>What stood when the index was made, in its order from the cursor on; beside it what came or was renamed since, which is little.</summary>
    private async Task<List<IdentityRow>> ByNameAsync(string? cursor, int take, CancellationToken ct)
    {
        var sortedTo = await SearchIndex.SortedToAsync(db, ct);
        var stretches = await order.StretchesAsync(cursor, ct);
        var ids = new List<Guid>(2 * take);
        if (await BeginAsync(stretches.Count == 1 ? null : stretches, sortedTo, ct) is { } from)
            await InOrderAsync(ids, from, sortedTo, take, ct);
        var since = await db.Database.SqlQuery<Guid>(
            $"""SELECT r."IdentityId" AS "Value" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {match} AND s.rowid>{sortedTo}""").ToListAsync(ct);
        if (since.Count > 0)
        {
            var left = take;
            foreach (var stretch in stretches)
            {
                var some = await order.Of(matching(db.Identities.Where(i => EF.Parameter(since).Contains(i.Id))).Where(stretch), few: true).Take(left).Select(i => i.Id).ToListAsync(ct);
                ids.AddRange(some);
                left -= some.Count;
            }
        }

        return await order.Rows(order.Of(db.Identities.AsNoTracking().Where(i => EF.Parameter(ids).Contains(i.Id)), few: true).Take(take)).ToListAsync(ct);
    }

    /// <summary>The row of the index that the page begins at: of the first after the cursor that has one in order. Null when there is none left.</summary>
    private async Task<long?> BeginAsync(IReadOnlyList<Expression<Func<Identity, bool>>>? stretches, long sortedTo, CancellationToken ct)
    {
        if (stretches is null)
            return order.Descending ? sortedTo : 1;
        foreach (var stretch in stretches)
        {
            for (var (skip, some) = (0, 16); ; (skip, some) = (skip + some, some * 4))
            {
                var next = await order.Of(db.Identities.AsNoTracking().Where(stretch), few: false).Skip(skip).Take(some).Select(i => i.Id).ToListAsync(ct);
                var rows = await db.Database.SqlQuery<SearchRow>($"""SELECT "Row","IdentityId" FROM "IdentitySearchRows" """).Where(r => r.Row <= sortedTo && EF.Parameter(next).Contains(r.IdentityId)).Select(r => r.Row).ToListAsync(ct);
                if (rows.Count > 0)
                    return order.Descending ? rows.Max() : rows.Min();
                if (next.Count < some)
                    break;
            }
        }

        return null;
    }

    /// <summary>Portions of what the index offers, larger ones while little of it matches, until the page is full or nothing is left.</summary>
    private async Task InOrderAsync(List<Guid> page, long from, long sortedTo, int take, CancellationToken ct)
    {
        for (var portion = take * 2; ; portion *= 4)
        {
            var sql = order.Descending
                ? (FormattableString)$"""SELECT r."Row",r."IdentityId" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {match} AND s.rowid<={from} ORDER BY s.rowid DESC LIMIT {portion}"""
                : $"""SELECT r."Row",r."IdentityId" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {match} AND s.rowid>={from} AND s.rowid<={sortedTo} ORDER BY s.rowid LIMIT {portion}""";
            var offered = await db.Database.SqlQuery<SearchRow>(sql).ToListAsync(ct);
            var some = offered.ConvertAll(o => o.IdentityId);
            page.AddRange(await order.Of(matching(db.Identities.Where(i => EF.Parameter(some).Contains(i.Id))), few: true).Take(take - page.Count).Select(i => i.Id).ToListAsync(ct));
            if (page.Count >= take || offered.Count < portion)
                return;
            from = offered[^1].Row + (order.Descending ? -1 : 1);
        }
    }

    private sealed record SearchRow(long Row, Guid IdentityId);
}
