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

    private readonly IdentityOrder order = new(db, sort, descending);

    public async Task<Page<IdentityRow>> ReadAsync(string? cursor, int take, CancellationToken ct)
    {
        if (db.Database.IsSqlite() && SearchIndex.Match(IdentityMatching.Words(filter)) is { } match)
            return await SearchedAsync(new WordPages(db, match, Matching, Walked, order), cursor, take, ct);
        var total = await Matching(db.Identities).Take(Page<IdentityRow>.CountCap).CountAsync(ct);
        var page = new List<IdentityRow>(take + 1);
        foreach (var stretch in await order.StretchesAsync(cursor, ct))
        {
            if (page.Count <= take)
            {
                var rows = order.Of(Matching(total <= few ? db.Identities : Walked()).AsNoTracking().Where(stretch), total <= few);
                page.AddRange(await order.Rows(rows.Take(take + 1 - page.Count)).ToListAsync(ct));
            }
        }

        return PageOf(page, take, total);
    }

    /// <summary>What the search's index offers, where that is little; where it is much, what the rest of the filter leaves if that is little; else a walk.</summary>
    private async Task<Page<IdentityRow>> SearchedAsync(WordPages words, string? cursor, int take, CancellationToken ct)
    {
        var offered = await words.CountOfferedAsync(Page<IdentityRow>.CountCap, ct);
        List<Guid> ids;
        var textAlone = filter == new IdentityFilter { Text = filter.Text };
        if (offered <= few)
        {
            ids = await words.Offered.ToListAsync(ct);
            ids = await Matching(db.Identities.Where(i => EF.Parameter(ids).Contains(i.Id))).Select(i => i.Id).ToListAsync(ct);
        }
        else if (!textAlone && await db.Identities.Matching(db, filter with { Text = null }, now).Take(few + 1).CountAsync(ct) <= few)
        {
            ids = await Matching(db.Identities).Select(i => i.Id).ToListAsync(ct);
        }
        else
        {
            // Of very many that the search's index offers, the exact number is not looked for.
            var total = textAlone && offered == Page<IdentityRow>.CountCap ? offered : await words.CountAsync(Page<IdentityRow>.CountCap, ct);
            return PageOf(total <= few ? await words.SortedAsync(null, cursor, take + 1, ct) : await words.WalkedAsync(cursor, take + 1, ct), take, total);
        }

        return PageOf(await words.SortedAsync(ids, cursor, take + 1, ct), take, ids.Count);
    }

    private IQueryable<Identity> Matching(IQueryable<Identity> rows) => rows.Matching(db, filter, now);

    private static Page<IdentityRow> PageOf(List<IdentityRow> page, int take, int total) =>
        new(page.Take(take).ToList(), page.Count > take ? page[take - 1].Id.ToString() : null, total);

    /// <summary>
    /// SQLite keeps no statistics of values, and would sort half a million rows for a page of fifty: it is told which index has the order. The others weigh it
    /// themselves.
    /// </summary>
    private IQueryable<Identity> Walked()
    {
        IQueryable<Identity> all = db.Identities.AsNoTracking();
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
}
