using System.Globalization;
using System.Linq.Expressions;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Reads one page of the identity grid without reading all identities. Where few match, they are found by the filter's index and sorted then; where many do, the
/// index of the order is walked, and a page is full soon. A page is put together from stretches of that order, each of which an index can begin in the middle.
/// </summary>
internal sealed class IdentityPages(GovernanceDb db, IdentityFilter filter, IdentitySort sort, bool descending, DateTimeOffset now, int few = IdentityPages.Few)
{
    /// <summary>Up to here what matches is sorted: all of it is looked at to be counted anyway.</summary>
    public const int Few = Page<IdentityRow>.CountCap - 1;

    /// <summary>How far an order is walked in search of a word, before all that the search's index offers is sorted instead: the word may stand at the order's end only.</summary>
    private const int Furthest = 20_000;

    private readonly string? match = db.Database.IsSqlite() ? SearchIndex.Match(IdentityMatching.Words(filter)) : null;

    private bool TextAlone => filter == new IdentityFilter { Text = filter.Text };

    public async Task<Page<IdentityRow>> ReadAsync(string? cursor, int take, CancellationToken ct)
    {
        // Of very many that the search's index offers, the exact number is not looked for.
        var total = match is not null && TextAlone && await Candidates(match).Take(Page<IdentityRow>.CountCap).CountAsync(ct) == Page<IdentityRow>.CountCap
            ? Page<IdentityRow>.CountCap : await Found().Take(Page<IdentityRow>.CountCap).CountAsync(ct);
        var page = new List<IdentityRow>(take + 1);
        foreach (var stretch in await StretchesAsync(cursor, ct))
        {
            if (page.Count <= take)
                page.AddRange(total <= few ? await SortedAsync(stretch, take + 1 - page.Count, ct) : await WalkedAsync(stretch, take + 1 - page.Count, ct));
        }

        return new Page<IdentityRow>(page.Take(take).ToList(), page.Count > take ? page[take - 1].Id.ToString() : null, total);
    }

    private Task<List<IdentityRow>> SortedAsync(Expression<Func<Identity, bool>> stretch, int take, CancellationToken ct) =>
        Rows(Ordered(Found().Where(stretch), few: true).Take(take)).ToListAsync(ct);

    private async Task<List<IdentityRow>> WalkedAsync(Expression<Func<Identity, bool>> stretch, int take, CancellationToken ct)
    {
        if (match is null)
            return await Rows(Ordered(Walked().Matching(db, filter, now).Where(stretch), few: false).Take(take)).ToListAsync(ct);
        var near = Ordered(Walked().Matching(db, filter with { Text = null }, now).Where(stretch), few: false).Take(Furthest).Matching(db, new IdentityFilter { Text = filter.Text }, now);
        var rows = await Rows(Ordered(near, few: false).Take(take)).ToListAsync(ct);
        return rows.Count == take ? rows : await SortedAsync(stretch, take, ct);
    }

    /// <summary>What matches, by the search's index where there is a word for it.</summary>
    private IQueryable<Identity> Found()
    {
        var exact = db.Identities.AsNoTracking().Matching(db, filter, now);
        return match is null ? exact : exact.Where(i => Candidates(match).Contains(i.Id));
    }

    private IQueryable<Guid> Candidates(string sequences) => db.Database.SqlQuery<Guid>(
        $"""SELECT r."IdentityId" AS "Value" FROM "IdentitySearch" s JOIN "IdentitySearchRows" r ON r."Row"=s.rowid WHERE s."IdentitySearch" MATCH {sequences}""");

    /// <summary>
    /// SQLite keeps no statistics of values, and would sort half a million rows for a page of fifty: it is told which index has the order. The others weigh it
    /// themselves.
    /// </summary>
    private IQueryable<Identity> Walked()
    {
        var all = db.Identities.AsNoTracking();
        if (!db.Database.IsSqlite())
            return all;
        var index = sort switch
        {
            IdentitySort.Risk => IndexOf(nameof(Identity.Risk), nameof(Identity.Id)),
            IdentitySort.LastUsed => IndexOf(nameof(Identity.LastUsedAt), nameof(Identity.Id)),
            _ when filter.ForAiTool is true => IdentityConfiguration.ForAiTools,
            _ when filter.Missing is true => IdentityConfiguration.Missing,
            // These have indexes of their own in the order of names.
            _ when (filter.Kind, filter.State, filter.OwnerState, filter.OwnerId, filter.ToolId, filter.Environment) is not (null, null, null, null, null, null) => null,
            _ => IndexOf(nameof(Identity.DisplayName), nameof(Identity.Id)),
        };
#pragma warning disable EF1002 // The name comes from the model, not from input.
        return index is null ? all : db.Identities.FromSqlRaw($"SELECT * FROM \"Identities\" INDEXED BY \"{index}\"").AsNoTracking();
#pragma warning restore EF1002
    }

    private string IndexOf(params string[] properties) =>
        db.Model.FindEntityType(typeof(Identity))!.GetIndexes().First(i => i.GetFilter() is null && i.Properties.Select(p => p.Name).SequenceEqual(properties, StringComparer.Ordinal)).GetDatabaseName()!;

    /// <summary>
    /// The order from the cursor on, or from its beginning, in stretches: the rest of those that tie with the cursor's identity, then those after them. What the
    /// source does not report of use stands last when newest first and first when oldest first, whatever the database does with nulls.
    /// </summary>
    private async Task<IReadOnlyList<Expression<Func<Identity, bool>>>> StretchesAsync(string? cursor, CancellationToken ct)
    {
        var at = Guid.TryParse(cursor, CultureInfo.InvariantCulture, out var last)
            ? await db.Identities.Where(i => i.Id == last).Select(i => new { i.DisplayName, i.Risk, i.LastUsedAt }).SingleOrDefaultAsync(ct) : null;
        return (sort, descending, at) switch
        {
            (IdentitySort.LastUsed, true, null) => [i => i.LastUsedAt != null, i => i.LastUsedAt == null],
            (IdentitySort.LastUsed, false, null) => [i => i.LastUsedAt == null, i => i.LastUsedAt != null],
            (_, _, null) => [_ => true],
            (IdentitySort.Risk, true, _) => [i => i.Risk == at.Risk && i.Id.CompareTo(last) < 0, i => i.Risk < at.Risk],
            (IdentitySort.Risk, false, _) => [i => i.Risk == at.Risk && i.Id.CompareTo(last) > 0, i => i.Risk > at.Risk],
            (IdentitySort.LastUsed, true, { LastUsedAt: null }) => [i => i.LastUsedAt == null && i.Id.CompareTo(last) < 0],
            (IdentitySort.LastUsed, false, { LastUsedAt: null }) => [i => i.LastUsedAt == null && i.Id.CompareTo(last) > 0, i => i.LastUsedAt != null],
            (IdentitySort.LastUsed, true, _) => [i => i.LastUsedAt == at.LastUsedAt && i.Id.CompareTo(last) < 0, i => i.LastUsedAt < at.LastUsedAt, i => i.LastUsedAt == null],
            (IdentitySort.LastUsed, false, _) => [i => i.LastUsedAt == at.LastUsedAt && i.Id.CompareTo(last) > 0, i => i.LastUsedAt > at.LastUsedAt],
            (_, true, _) => [i => i.DisplayName == at.DisplayName && i.Id.CompareTo(last) < 0, i => i.DisplayName.CompareTo(at.DisplayName) < 0],
            _ => [i => i.DisplayName == at.DisplayName && i.Id.CompareTo(last) > 0, i => i.DisplayName.CompareTo(at.DisplayName) > 0],
        };
    }

    private IQueryable<Identity> Ordered(IQueryable<Identity> rows, bool few) => (sort, few) switch
    {
        (IdentitySort.Risk, true) => By(rows, i => SqlText.Unindexed(i.Risk)),
        (IdentitySort.Risk, false) => By(rows, i => i.Risk),
        (IdentitySort.LastUsed, true) => By(rows, i => SqlText.Unindexed(i.LastUsedAt)),
        (IdentitySort.LastUsed, false) => By(rows, i => i.LastUsedAt),
        (_, true) => By(rows, i => SqlText.Unindexed(i.DisplayName)),
        _ => By(rows, i => i.DisplayName),
    };

    private IQueryable<Identity> By<T>(IQueryable<Identity> rows, Expression<Func<Identity, T>> key) =>
        descending ? rows.OrderByDescending(key).ThenByDescending(i => i.Id) : rows.OrderBy(key).ThenBy(i => i.Id);

    private IQueryable<IdentityRow> Rows(IQueryable<Identity> page) => page.Select(i => new IdentityRow(
        i.Id, i.DisplayName, i.ExternalId, i.Kind, db.Sources.Where(s => s.Id == i.SourceId).Select(s => s.Name).First(), i.ToolId, db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault(),
        i.OwnerId, db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault(), i.OwnerState, i.State, i.Risk, i.Usage, i.LastUsedAt, i.MissingSince, i.Privileged));
}
