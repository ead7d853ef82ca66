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
        return await new IdentityPages(db, filter, sort, descending, clock.Now()).ReadAsync(cursor, take, ct);
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
