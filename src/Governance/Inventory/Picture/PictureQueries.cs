using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A tool's picture: bounded reads, however many identities it has.</summary>
public sealed class PictureQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>Beyond this many, identities are shown by their groups only.</summary>
    public const int MostIdentities = 400;

    private const int MostLinks = 600;

    public async Task<ToolPicture?> FindAsync(Guid toolId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Tools.AsNoTracking().SingleOrDefaultAsync(t => t.Id == toolId, ct) is not { } tool)
            return null;
        var mine = db.Identities.AsNoTracking().Where(i => i.ToolId == toolId);
        var groups = await mine.GroupBy(i => new { i.SourceId, i.Kind })
            .Select(g => new { g.Key.SourceId, g.Key.Kind, Count = g.Count(), Privileged = g.Count(i => i.Privileged == Reported.Yes), Untold = g.Count(i => i.Privileged == Reported.Unknown), Owned = g.Count(i => i.OwnerState == OwnerState.Accepted), Missing = g.Count(i => i.MissingSince != null), Risk = g.Max(i => i.Risk) })
            .ToListAsync(ct);
        var sources = await db.Sources.AsNoTracking().Where(s => db.Identities.Any(i => i.SourceId == s.Id && i.ToolId == toolId)).ToDictionaryAsync(s => s.Id, ct);
        var inheriting = await mine.CountAsync(i => db.Grants.Any(g => g.IdentityId == i.Id && g.InheritedFromId != null && g.MissingSince == null), ct);
        var totals = new PictureTotals(groups.Sum(g => g.Count), sources.Count, groups.Sum(g => g.Privileged), groups.Sum(g => g.Untold), groups.Sum(g => g.Owned), groups.Sum(g => g.Missing), inheriting, groups.Select(g => g.Risk).DefaultIfEmpty().Max());
        var identities = await mine.OrderBy(i => i.Privileged == Reported.Yes ? 0 : i.Privileged == Reported.Unknown ? 1 : 2).ThenByDescending(i => i.Risk).ThenBy(i => i.Id).Take(MostIdentities)
            .Select(i => new PictureIdentity(i.Id, i.SourceId, i.DisplayName, i.Kind, i.Privileged, i.Risk, db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault(),
                db.IdentityEvidence.Where(e => e.IdentityId == i.Id).Select(e => (EvidenceStrength?)e.Strength).FirstOrDefault(), i.ToolEvidence)).ToListAsync(ct);
        return new ToolPicture(
            tool, totals,
            groups.OrderBy(g => sources[g.SourceId].Name, StringComparer.OrdinalIgnoreCase).ThenByDescending(g => g.Privileged).ThenByDescending(g => g.Count)
                .Select(g => new PictureGroup(g.SourceId, sources[g.SourceId].Name, sources[g.SourceId].System, g.Kind, g.Count, g.Privileged, g.Risk)).ToList(),
            identities, await LinksAsync(db, toolId, ct), await OutsideAsync(db, toolId, ct), await OwnersAsync(db, toolId, ct), await AccessAsync(db, toolId, ct));
    }

    private static async Task<IReadOnlyList<PictureLink>> LinksAsync(GovernanceDb db, Guid toolId, CancellationToken ct) =>
        await db.IdentityLinks.AsNoTracking().Where(l => l.State != LinkState.Split && l.MissingSince == null)
            .Where(l => db.Identities.Any(i => i.Id == l.FromId && i.ToolId == toolId) && db.Identities.Any(i => i.Id == l.ToId && i.ToolId == toolId))
            .OrderBy(l => l.Id).Take(MostLinks).Select(l => new PictureLink(l.FromId, l.ToId, l.Kind, l.State, l.Evidence)).ToListAsync(ct);

    private static async Task<IReadOnlyList<OutsideLink>> OutsideAsync(GovernanceDb db, Guid toolId, CancellationToken ct)
    {
        var links = db.IdentityLinks.AsNoTracking().Where(l => l.State != LinkState.Split && l.MissingSince == null);
        var leaving = links.Join(db.Identities.Where(i => i.ToolId == toolId), l => l.FromId, i => i.Id, (l, i) => new { l, i }).Join(db.Identities.Where(o => o.ToolId != toolId || o.ToolId == null), x => x.l.ToId, o => o.Id, (x, o) => new { x.l, x.i, o })
            .OrderBy(x => x.l.Id).Take(30).Select(x => new OutsideLink(x.i.Id, x.i.DisplayName, x.o.Id, x.o.DisplayName, db.Sources.Where(s => s.Id == x.o.SourceId).Select(s => s.Name).First(), x.l.Kind, true, x.l.Evidence));
        var coming = links.Join(db.Identities.Where(i => i.ToolId == toolId), l => l.ToId, i => i.Id, (l, i) => new { l, i }).Join(db.Identities.Where(o => o.ToolId != toolId || o.ToolId == null), x => x.l.FromId, o => o.Id, (x, o) => new { x.l, x.i, o })
            .OrderBy(x => x.l.Id).Take(30).Select(x => new OutsideLink(x.i.Id, x.i.DisplayName, x.o.Id, x.o.DisplayName, db.Sources.Where(s => s.Id == x.o.SourceId).Select(s => s.Name).First(), x.l.Kind, false, x.l.Evidence));
        return [.. await leaving.ToListAsync(ct), .. await coming.ToListAsync(ct)];
    }

    private static async Task<IReadOnlyList<PictureOwner>> OwnersAsync(GovernanceDb db, Guid toolId, CancellationToken ct) =>
        await db.Identities.AsNoTracking().Where(i => i.ToolId == toolId && i.OwnerState == OwnerState.Accepted && i.OwnerId != null).GroupBy(i => i.OwnerId!.Value).Select(g => new { Id = g.Key, Count = g.Count() })
            .Join(db.People, g => g.Id, p => p.Id, (g, p) => new { p.Id, p.Name, g.Count }).OrderByDescending(o => o.Count).ThenBy(o => o.Name).Take(12).Select(o => new PictureOwner(o.Id, o.Name, o.Count)).ToListAsync(ct);

    private static async Task<IReadOnlyList<PictureAccess>> AccessAsync(GovernanceDb db, Guid toolId, CancellationToken ct)
    {
        var held = db.Grants.AsNoTracking().Where(g => g.MissingSince == null && db.Identities.Any(i => i.Id == g.IdentityId && i.ToolId == toolId) && db.Entitlements.Any(e => e.Id == g.EntitlementId && e.Privileged == Reported.Yes));
        var rows = await held.Select(g => new { g.EntitlementId, g.IdentityId, Inherited = g.Path == GrantPath.Inherited ? 1 : 0 }).Distinct()
            .GroupBy(g => g.EntitlementId).Select(g => new { Id = g.Key, Identities = g.Select(x => x.IdentityId).Distinct().Count(), Inherited = g.Sum(x => x.Inherited) })
            .OrderByDescending(g => g.Identities).ThenBy(g => g.Id).Take(25).ToListAsync(ct);
        var ids = rows.ConvertAll(r => r.Id);
        var words = await db.Entitlements.AsNoTracking().Where(e => ids.Contains(e.Id)).Join(db.Sources, e => e.SourceId, s => s.Id, (e, s) => new
        {
            e.Id,
            e.Name,
            e.Resource,
            Source = s.Name,
            s.System,
            Path = db.Grants.Where(g => g.EntitlementId == e.Id && g.Path != GrantPath.Inherited).Select(g => g.Path).FirstOrDefault()
        }).ToDictionaryAsync(e => e.Id, ct);
        return rows.ConvertAll(r => new PictureAccess(r.Id, words[r.Id].Name, words[r.Id].Resource, words[r.Id].Source,
            Privilege.Explain(words[r.Id].System, words[r.Id].Name, words[r.Id].Resource, words[r.Id].Path, Reported.Yes), r.Identities, r.Inherited));
    }
}
