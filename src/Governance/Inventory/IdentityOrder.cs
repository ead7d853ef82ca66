using System.Globalization;
using System.Linq.Expressions;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>The order of the identity grid, and where in it a page begins.</summary>
internal sealed class IdentityOrder(GovernanceDb db, IdentitySort sort, bool descending)
{
    public IdentitySort Sort => sort;

    public bool Descending => descending;

    /// <summary>
    /// The order from the cursor on, or from its beginning, in stretches: the rest of those that tie with the cursor's identity, then those after them. What the
    /// source does not report of use stands last when newest first and first when oldest first, whatever the database does with nulls.
    /// </summary>
    public async Task<IReadOnlyList<Expression<Func<Identity, bool>>>> StretchesAsync(string? cursor, CancellationToken ct)
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

    /// <param name="rows">What to order.</param>
    /// <param name="few">Whether they are found first and sorted then, instead of the order's index being walked.</param>
    public IQueryable<Identity> Of(IQueryable<Identity> rows, bool few) => (sort, few) switch
    {
        (IdentitySort.Risk, true) => By(rows, i => SqlText.Unindexed(i.Risk)),
        (IdentitySort.Risk, false) => By(rows, i => i.Risk),
        (IdentitySort.LastUsed, true) => By(rows, i => SqlText.Unindexed(i.LastUsedAt)),
        (IdentitySort.LastUsed, false) => By(rows, i => i.LastUsedAt),
        (_, true) => By(rows, i => SqlText.Unindexed(i.DisplayName)),
        _ => By(rows, i => i.DisplayName),
    };

    /// <summary>Lines of the grid.</summary>
    public IQueryable<IdentityRow> Rows(IQueryable<Identity> page) => page.Select(i => new IdentityRow(
        i.Id, i.DisplayName, i.ExternalId, i.Kind, db.Sources.Where(s => s.Id == i.SourceId).Select(s => s.Name).First(), i.ToolId, db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault(),
        i.OwnerId, db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault(), i.OwnerState, i.State, i.Risk, i.Usage, i.LastUsedAt, i.MissingSince, i.Privileged));

    private IQueryable<Identity> By<T>(IQueryable<Identity> rows, Expression<Func<Identity, T>> key) =>
        descending ? rows.OrderByDescending(key).ThenByDescending(i => i.Id) : rows.OrderBy(key).ThenBy(i => i.Id);
}
