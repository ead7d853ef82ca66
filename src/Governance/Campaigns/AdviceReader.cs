using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Reads what <see cref="Recommendation"/> judges by, for one identity and one reviewer.</summary>
internal static class AdviceReader
{
    private const int MostGrants = 20;

    public static async Task<Recommendation> ForAsync(GovernanceDb db, Identity identity, Guid? reviewer, Guid itemId, DateTimeOffset now, CancellationToken ct)
    {
        var held = await (
            from g in db.Grants.AsNoTracking()
            where g.IdentityId == identity.Id && g.MissingSince == null
            join e in db.Entitlements on g.EntitlementId equals e.Id
            select new { e.Id, e.Name, e.Privileged }).Take(500).ToListAsync(ct);
        var privileged = held.Where(h => h.Privileged == Reported.Yes).DistinctBy(h => h.Id).Take(MostGrants).ToList();
        var unused = await db.AccessUses.AsNoTracking().Where(u => u.IdentityId == identity.Id && !u.Used).Select(u => u.Access).Take(200).ToListAsync(ct);
        var peers = identity.ToolId is null
            ? db.Identities.Where(_ => false)
            : db.Identities.AsNoTracking().Where(i => i.ToolId == identity.ToolId && i.Kind == identity.Kind && i.Id != identity.Id && i.MissingSince == null && i.State != LifecycleState.Decommissioned);
        var count = await peers.CountAsync(ct);
        List<(string, int)> unlike = [];
        if (count >= Recommendation.FewestPeers && privileged.Count > 0)
        {
            var names = privileged.ConvertAll(p => p.Name);
            var holders = await (
                from i in peers
                join g in db.Grants.Where(g => g.MissingSince == null) on i.Id equals g.IdentityId
                join e in db.Entitlements on g.EntitlementId equals e.Id
                where names.Contains(e.Name)
                group i.Id by e.Name into h
                select new { h.Key, Count = h.Distinct().Count() }).ToDictionaryAsync(h => h.Key, h => h.Count, StringComparer.Ordinal, ct);
            unlike = names.Distinct(StringComparer.Ordinal).Select(n => (n, holders.GetValueOrDefault(n))).Where(n => n.Item2 * Recommendation.OneIn <= count).OrderBy(n => n.Item2).ThenBy(n => n.n, StringComparer.Ordinal).ToList();
        }

        var findings = await db.Findings.AsNoTracking().Where(f => f.IdentityId == identity.Id && f.State == FindingState.Open).Select(f => f.Severity).ToListAsync(ct);
        var before = reviewer is null ? null : await db.Decisions.AsNoTracking().Where(d => d.IdentityId == identity.Id && d.ReviewerId == reviewer && d.ItemId != itemId && !d.Withdrawn)
            .OrderByDescending(d => d.At).Select(d => new { d.Verdict, d.At }).FirstOrDefaultAsync(ct);
        var ofTool = reviewer is null || identity.ToolId is null ? [] : await (
            from t in db.ReviewTasks.AsNoTracking()
            where t.ReviewerId == reviewer && t.Verdict != null && t.ItemId != itemId
            join i in db.ReviewItems on t.ItemId equals i.Id
            join x in db.Identities on i.IdentityId equals x.Id
            where x.ToolId == identity.ToolId
            group t by t.Verdict == Verdict.Revoke into g
            select new { Revoked = g.Key, Count = g.Count() }).ToListAsync(ct);
        return Recommendation.For(
            new AdviceFacts
            {
                Usage = identity.Usage,
                LastUsedAt = identity.LastUsedAt,
                KnownSince = identity.CreatedInSourceAt ?? identity.FirstSeenAt,
                Enabled = identity.Enabled,
                PrivilegedGrants = privileged.Count,
                // Only what it holds by that very name: what a source says of a whole service says nothing of one permission.
                UnusedPermissions = held.Select(h => h.Name).Distinct(StringComparer.Ordinal).Intersect(unused, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList(),
                Peers = count,
                Unlike = unlike,
                WorstFinding = findings.Count == 0 ? null : findings.Max(),
                OpenFindings = findings.Count,
                Before = before?.Verdict,
                BeforeAt = before?.At,
                RevokedOfTool = ofTool.Where(o => o.Revoked).Sum(o => o.Count),
                DecidedOfTool = ofTool.Sum(o => o.Count),
            },
            now);
    }
}
