using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Blast radius: a handful of bounded reads for each step away, however large the inventory is.</summary>
public sealed class ReachQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>So many steps from one identity to the next are followed.</summary>
    public const int MostSteps = 3;

    /// <summary>So many identities are followed in all.</summary>
    public const int MostIdentities = 60;

    private const int MostStarts = 12;
    private const int MostShown = 12;

    /// <summary>Null when there is no such identity.</summary>
    public async Task<BlastRadius?> OfIdentityAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var name = await db.Identities.Where(i => i.Id == identityId).Select(i => i.DisplayName).SingleOrDefaultAsync(ct);
        return name is null ? null : await FindAsync(db, name, db.Identities.AsNoTracking().Where(i => i.Id == identityId), ct);
    }

    /// <summary>Of all identities that act for a tool; null when there is no such tool.</summary>
    public async Task<BlastRadius?> OfToolAsync(Guid toolId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var name = await db.Tools.Where(t => t.Id == toolId).Select(t => t.Name).SingleOrDefaultAsync(ct);
        return name is null ? null : await FindAsync(db, name, db.Identities.AsNoTracking().Living().Where(i => i.ToolId == toolId), ct);
    }

    private async Task<BlastRadius> FindAsync(GovernanceDb db, string name, IQueryable<Identity> taken, CancellationToken ct)
    {
        var count = await taken.CountAsync(ct);
        var starts = await (
            from i in taken.OrderByDescending(i => i.Exposure).ThenBy(i => i.Id).Take(MostStarts)
            join s in db.Sources on i.SourceId equals s.Id
            select new ReachedIdentity(i.Id, i.DisplayName, i.Kind, s.Name, i.Privileged, i.Risk, 0, i.Id, "", true)).ToListAsync(ct);
        var steps = new ReachSteps(db);
        var unfollowed = false;
        var reached = new List<ReachedIdentity>();
        var sources = new List<ReachedSource>();
        var known = starts.Select(s => s.Id).ToHashSet();
        var edge = starts.ConvertAll(s => s.Id);
        for (var step = 1; step <= MostSteps && edge.Count > 0; step++)
        {
            var found = (await steps.FromAsync(edge, step, ct)).Where(r => !known.Contains(r.Id)).DistinctBy(r => r.Id)
                .OrderBy(r => r.Privileged == Reported.Yes ? 0 : 1).ThenByDescending(r => r.Risk).ThenBy(r => r.Name, StringComparer.OrdinalIgnoreCase).ToList();
            var room = MostIdentities - reached.Count;
            unfollowed |= found.Count > room;
            reached.AddRange(found.Take(room));
            sources.AddRange((await steps.SourcesAsync(edge, ct)).Where(s => sources.TrueForAll(k => k.SourceId != s.SourceId)));
            known.UnionWith(found.Select(f => f.Id));
            edge = found.Take(room).Select(f => f.Id).ToList();
        }

        unfollowed |= edge.Count > 0 && (await steps.FromAsync(edge, MostSteps + 1, ct)).Any(r => !known.Contains(r.Id));
        var ids = reached.ConvertAll(r => r.Id);
        var held = db.Grants.AsNoTracking().Where(g => g.MissingSince == null && (taken.Any(i => i.Id == g.IdentityId) || ids.Contains(g.IdentityId)));
        var access = db.Entitlements.AsNoTracking().Where(e => held.Any(g => g.EntitlementId == e.Id));
        var places = await access.GroupBy(e => new { e.SourceId, e.Resource }).Select(g => new
        {
            g.Key.SourceId,
            g.Key.Resource,
            Count = g.Count(),
            Privileged = g.Count(e => e.Privileged == Reported.Yes),
            Untold = g.Count(e => e.Privileged == Reported.Unknown),
            First = g.Min(e => e.Name),
            FirstPrivileged = g.Min(e => e.Privileged == Reported.Yes ? e.Name : null),
        }).OrderByDescending(g => g.Privileged).ThenByDescending(g => g.Count).ThenBy(g => g.Resource).Take(MostShown).ToListAsync(ct);
        var names = await db.Sources.AsNoTracking().Where(s => places.Select(p => p.SourceId).Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => s.Name, ct);
        var (waysIn, waysInCount) = await steps.WaysInAsync(taken, starts, clock.GetUtcNow(), MostShown, ct);
        return new BlastRadius(
            name, starts, count - starts.Count, reached, unfollowed, sources,
            places.ConvertAll(p => new ReachedResource(p.SourceId, names[p.SourceId], p.Resource, p.Count, p.Privileged, p.Untold, p.FirstPrivileged ?? p.First!)),
            await access.Select(e => new { e.SourceId, e.Resource }).Distinct().CountAsync(ct), await access.CountAsync(ct), await access.CountAsync(e => e.Privileged == Reported.Yes, ct), waysIn, waysInCount,
            await db.EscalationPaths.Where(p => taken.Any(i => i.Id == p.IdentityId)).OrderBy(p => p.Steps).ThenBy(p => p.Words).Select(p => p.Words).FirstOrDefaultAsync(ct));
    }
}
