using System.Globalization;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What the inventory's pages show. Pages are read by key, and counted up to <see cref="Page{T}.CountCap"/>.</summary>
public sealed class InventoryQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private const int MaximumChildren = 2000;

    public async Task<Page<IdentityRow>> ListAsync(IdentityFilter filter, IdentitySort sort, bool descending, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = db.Identities.AsNoTracking().Matching(db, filter, clock.Now());
        var total = await rows.Take(Page<IdentityRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, CultureInfo.InvariantCulture, out var last)
            && await db.Identities.Where(i => i.Id == last).Select(i => new { i.DisplayName, i.Risk, i.LastUsedAt }).SingleOrDefaultAsync(ct) is { } at)
        {
            rows = (sort, descending) switch
            {
                (IdentitySort.Risk, true) => rows.Where(i => i.Risk < at.Risk || (i.Risk == at.Risk && i.Id.CompareTo(last) < 0)),
                (IdentitySort.Risk, false) => rows.Where(i => i.Risk > at.Risk || (i.Risk == at.Risk && i.Id.CompareTo(last) > 0)),
                (IdentitySort.LastUsed, true) when at.LastUsedAt is { } used => rows.Where(i => i.LastUsedAt == null || i.LastUsedAt < used || (i.LastUsedAt == used && i.Id.CompareTo(last) < 0)),
                (IdentitySort.LastUsed, true) => rows.Where(i => i.LastUsedAt == null && i.Id.CompareTo(last) < 0),
                (IdentitySort.LastUsed, false) when at.LastUsedAt is { } used => rows.Where(i => i.LastUsedAt > used || (i.LastUsedAt == used && i.Id.CompareTo(last) > 0)),
                (IdentitySort.LastUsed, false) => rows.Where(i => i.LastUsedAt != null || i.Id.CompareTo(last) > 0),
                (_, true) => rows.Where(i => i.DisplayName.CompareTo(at.DisplayName) < 0 || (i.DisplayName == at.DisplayName && i.Id.CompareTo(last) < 0)),
                _ => rows.Where(i => i.DisplayName.CompareTo(at.DisplayName) > 0 || (i.DisplayName == at.DisplayName && i.Id.CompareTo(last) > 0)),
            };
        }

        // What the source does not report stands last when newest first, and first when oldest first: said by a leading key, since databases differ.
        var ordered = (sort, descending) switch
        {
            (IdentitySort.Risk, true) => rows.OrderByDescending(i => i.Risk).ThenByDescending(i => i.Id),
            (IdentitySort.Risk, false) => rows.OrderBy(i => i.Risk).ThenBy(i => i.Id),
            (IdentitySort.LastUsed, true) => rows.OrderBy(i => i.LastUsedAt == null ? 1 : 0).ThenByDescending(i => i.LastUsedAt).ThenByDescending(i => i.Id),
            (IdentitySort.LastUsed, false) => rows.OrderBy(i => i.LastUsedAt == null ? 0 : 1).ThenBy(i => i.LastUsedAt).ThenBy(i => i.Id),
            (_, true) => rows.OrderByDescending(i => i.DisplayName).ThenByDescending(i => i.Id),
            _ => rows.OrderBy(i => i.DisplayName).ThenBy(i => i.Id),
        };
        var page = await ordered.Take(take + 1).Select(i => new IdentityRow(
            i.Id, i.DisplayName, i.ExternalId, i.Kind, db.Sources.Where(s => s.Id == i.SourceId).Select(s => s.Name).First(), i.ToolId, db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault(),
            i.OwnerId, db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault(), i.OwnerState, i.State, i.Risk, i.Usage, i.LastUsedAt, i.MissingSince, i.Privileged)).ToListAsync(ct);
        return new Page<IdentityRow>(page.Take(take).ToList(), page.Count > take ? page[take - 1].Id.ToString() : null, total);
    }

    public async Task<IdentityDetail?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var head = await db.Identities.AsNoTracking().Where(i => i.Id == id).Select(i => new
        {
            Identity = i,
            Source = db.Sources.First(s => s.Id == i.SourceId),
            Tool = db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault(),
            Owner = db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault(),
            Creator = db.People.Where(p => p.Id == i.CreatorId).Select(p => p.Name).FirstOrDefault(),
        }).SingleOrDefaultAsync(ct);
        if (head is null)
            return null;
        var credentials = await db.Credentials.AsNoTracking().Where(c => c.IdentityId == id).OrderBy(c => c.MissingSince != null).ThenBy(c => c.ExpiresAt).ThenBy(c => c.ExternalId).Take(MaximumChildren).ToListAsync(ct);
        var grants = await db.Grants.AsNoTracking().Where(g => g.IdentityId == id).Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => new { g, e })
            .OrderBy(x => x.g.MissingSince != null).ThenByDescending(x => x.e.Privileged == Reported.Yes).ThenBy(x => x.e.Name).Take(MaximumChildren)
            .Select(x => new GrantRow(x.g.Id, x.e.Name, x.e.Resource, x.e.Description, x.e.Privileged, x.g.Path, x.g.Consent, x.g.GrantedAt, x.g.FirstSeenAt, x.g.MissingSince) { Via = x.g.Via, InheritedFromId = x.g.InheritedFromId }).ToListAsync(ct);
        var evidence = await db.IdentityEvidence.AsNoTracking().SingleOrDefaultAsync(e => e.IdentityId == id, ct);
        var changes = await db.IdentityChanges.AsNoTracking().Where(c => c.IdentityId == id).OrderByDescending(c => c.At).ThenBy(c => c.Field).Take(100).ToListAsync(ct);
        changes.Add(new IdentityChange { Id = id, IdentityId = id, RunId = head.Identity.LastChangedRunId, At = head.Identity.FirstSeenAt, Field = "created", After = head.Identity.DisplayName });
        return new IdentityDetail(head.Identity, head.Source.Name, head.Source.System, head.Tool, head.Owner, head.Creator, credentials, grants, changes) { Evidence = evidence };
    }

    public async Task<IReadOnlyList<SourceRow>> ListSourcesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Sources.AsNoTracking().OrderBy(s => s.Name).Select(s => new SourceRow(s.Id, s.Name, s.System, s.Tenant, s.LastImportedAt, s.LastFullImportAt,
            db.Identities.Count(i => i.SourceId == s.Id), db.Identities.Count(i => i.SourceId == s.Id && i.MissingSince != null))).ToListAsync(ct);
    }

    public async Task<IReadOnlyList<ToolRow>> ListToolsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Tools.AsNoTracking().OrderBy(t => t.Name).Select(t => new ToolRow(t.Id, t.Name, t.Vendor, t.Autonomy, t.FromCatalogue, t.ApprovedAt, t.ApprovedBy,
            db.Identities.Count(i => i.ToolId == t.Id), db.Identities.Count(i => i.ToolId == t.Id && i.OwnerState == OwnerState.Accepted), db.Identities.Where(i => i.ToolId == t.Id).Max(i => (int?)i.Risk) ?? 0)).ToListAsync(ct);
    }

    public async Task<InventorySummary> SummaryAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return new InventorySummary(
            await db.Identities.CountAsync(ct), await db.Identities.CountAsync(i => i.ToolId != null, ct), await db.Identities.CountAsync(i => i.OwnerState != OwnerState.Accepted, ct),
            await db.Identities.CountAsync(i => i.MissingSince != null, ct), await db.Sources.CountAsync(ct), await db.Tools.CountAsync(ct));
    }
}
