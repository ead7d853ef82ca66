using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>The ways from identities to others: links, parents, and powers over one or over all of a source.</summary>
internal sealed class ReachSteps(GovernanceDb db)
{
    /// <summary>More ways than this are not read in one step.</summary>
    private const int Most = 400;

    public async Task<IReadOnlyList<ReachedIdentity>> FromAsync(IReadOnlyCollection<Guid> holders, int step, CancellationToken ct)
    {
        var links = await db.IdentityLinks.AsNoTracking().Where(l => l.State != LinkState.Split && l.MissingSince == null && l.FromId != l.ToId)
            .Where(l => (holders.Contains(l.FromId) && l.Kind != LinkKind.ParentOf) || (holders.Contains(l.ToId) && l.Kind != LinkKind.ActsAs))
            .OrderBy(l => l.Id).Take(Most).ToListAsync(ct);
        var ways = new List<Way>();
        foreach (var link in links)
        {
            if (link.Kind != LinkKind.ParentOf && holders.Contains(link.FromId))
                ways.Add(new Way(link.FromId, link.ToId, Words(link), link.State == LinkState.Confirmed));
            if (link.Kind != LinkKind.ActsAs && holders.Contains(link.ToId))
                ways.Add(new Way(link.ToId, link.FromId, Words(link), link.State == LinkState.Confirmed || link.Kind == LinkKind.ParentOf));
        }

        var held = Held(holders).Where(h => h.Over != null && h.Over != PowerRating.Everyone && h.Power != EscalationPower.Administers && h.Power != EscalationPower.EditsGrants);
        var byKey = await (from h in held join k in db.IdentityKeys on h.Over equals k.Value where !k.Refers && k.IdentityId != h.IdentityId select new { h.IdentityId, To = k.IdentityId, h.Name, h.Power }).Take(Most).ToListAsync(ct);
        var byId = await (
            from h in held
            join o in db.Identities on new { h.SourceId, Key = SqlText.Upper(h.Over) } equals new { o.SourceId, Key = SqlText.Upper(o.ExternalId) }
            where o.Id != h.IdentityId
            select new { h.IdentityId, To = o.Id, h.Name, h.Power }).Take(Most).ToListAsync(ct);
        ways.AddRange(byKey.Concat(byId).Select(w => new Way(w.IdentityId, w.To, $"{Words(w.Power)} it, by {w.Name}", Confirmed: true)));

        // Sure ways before found ones, so that each is told by the surest.
        var first = ways.OrderByDescending(w => w.Confirmed).DistinctBy(w => w.To).ToDictionary(w => w.To);
        var to = first.Keys.Take(Most).ToList();
        var people = await (
            from i in db.Identities.AsNoTracking().Living()
            where to.Contains(i.Id)
            join s in db.Sources on i.SourceId equals s.Id
            select new { i.Id, i.DisplayName, i.Kind, s.Name, i.Privileged, i.Risk }).ToListAsync(ct);
        return people.ConvertAll(i => new ReachedIdentity(i.Id, i.DisplayName, i.Kind, i.Name, i.Privileged, i.Risk, step, first[i.Id].From, first[i.Id].How, first[i.Id].Confirmed));
    }

    /// <summary>Sources of which every identity is in reach.</summary>
    public async Task<IReadOnlyList<ReachedSource>> SourcesAsync(IReadOnlyCollection<Guid> holders, CancellationToken ct)
    {
        var rows = await Held(holders).Where(h => h.Over == PowerRating.Everyone || h.Power == EscalationPower.Administers || h.Power == EscalationPower.EditsGrants)
            .GroupBy(h => new { h.SourceId, h.Power }).Select(g => new { g.Key.SourceId, g.Key.Power, Name = g.Min(h => h.Name), Holder = g.Min(h => h.IdentityId.ToString()) }).Take(Most).ToListAsync(ct);
        var ids = rows.Select(r => r.SourceId).Distinct().ToList();
        var sources = await db.Sources.AsNoTracking().Where(s => ids.Contains(s.Id)).Select(s => new { s.Id, s.Name, Count = db.Identities.Count(i => i.SourceId == s.Id && i.MissingSince == null) }).ToListAsync(ct);
        return [.. from r in rows
                   group r by r.SourceId into g
                   let worst = g.OrderBy(r => r.Power).First()
                   join s in sources on g.Key equals s.Id
                   select new ReachedSource(s.Id, s.Name, s.Count, Guid.Parse(worst.Holder!), worst.Power switch
                   {
                       EscalationPower.Administers => $"administers all of it, by {worst.Name}",
                       EscalationPower.EditsGrants => $"gives itself any right in it, by {worst.Name}",
                       _ => $"{Words(worst.Power)} any identity of it, by {worst.Name}",
                   })];
    }

    /// <summary>The live credentials, and the places where the same secrets were found.</summary>
    public async Task<(IReadOnlyList<WayIn> Shown, int Count)> WaysInAsync(IQueryable<Identity> taken, IReadOnlyList<ReachedIdentity> starts, DateTimeOffset now, int take, CancellationToken ct)
    {
        var names = starts.ToDictionary(s => s.Id, s => s.Name);
        var live = db.Credentials.AsNoTracking().Where(c => c.MissingSince == null && c.Enabled != Reported.No && (c.ExpiresAt == null || c.ExpiresAt > now));
        var mine = live.Where(c => taken.Any(i => i.Id == c.IdentityId));
        var others = live.Where(c => c.Fingerprint != null && !taken.Any(i => i.Id == c.IdentityId) && mine.Any(m => m.Fingerprint == c.Fingerprint));
        var signs = db.IdentitySigns.AsNoTracking().Where(s => s.Kind == SignKind.EmbeddedSecret);
        var places = await (
            from c in others
            join i in db.Identities on c.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            orderby i.DisplayName, i.Id
            select new { i.Id, i.DisplayName, Source = s.Name, Found = signs.Where(x => x.IdentityId == i.Id).Select(x => x.Detail).FirstOrDefault() }).Take(take).ToListAsync(ct);
        var plain = await (from x in signs where taken.Any(i => i.Id == x.IdentityId) orderby x.Detail select new { x.IdentityId, x.Detail }).Take(take).ToListAsync(ct);
        var keys = await mine.OrderBy(c => c.Kind == CredentialKind.FederatedTrust ? 1 : 0).ThenBy(c => c.ExpiresAt == null ? 0 : 1).ThenBy(c => c.CreatedAt).Take(take)
            .Select(c => new { c.IdentityId, c.Kind, c.DisplayName, c.ExternalId, c.Expiry, c.ExpiresAt }).ToListAsync(ct);
        var ways = plain.Select(p => new WayIn(p.IdentityId, p.Detail, "in plain text", Exposed: true))
            .Concat(places.Select(p => new WayIn(p.Id, p.Found ?? p.DisplayName, p.Found is null ? $"the same secret, in {p.Source}" : $"the same secret, found by {p.Source}", Exposed: true)))
            .Concat(keys.Select(k => new WayIn(k.IdentityId, k.DisplayName ?? k.ExternalId, (names.Count > 1 && names.TryGetValue(k.IdentityId, out var holder) ? $"{holder}: " : string.Empty) + Words(k.Kind, k.Expiry, k.ExpiresAt), Exposed: false)))
            .DistinctBy(w => (w.Of, w.Title, w.Note)).Take(take).ToList();
        return (ways, Math.Max(ways.Count, await mine.CountAsync(ct) + await others.CountAsync(ct) + await signs.CountAsync(s => taken.Any(i => i.Id == s.IdentityId), ct)));
    }

    private IQueryable<HeldPower> Held(IReadOnlyCollection<Guid> holders) =>
        from g in db.Grants
        where g.MissingSince == null && holders.Contains(g.IdentityId)
        join e in db.Entitlements on g.EntitlementId equals e.Id
        where e.Power != null && e.Power != EscalationPower.None
        select new HeldPower { IdentityId = g.IdentityId, SourceId = e.SourceId, Name = e.Name, Power = e.Power!.Value, Over = e.PowerOver };

    private static string Words(IdentityLink link) => link.Kind switch
    {
        LinkKind.ParentOf => "acts with it, its parent: what it may is inherited",
        LinkKind.SameAs => link.Rule == LinkRule.Fingerprint ? "has the same secret as it" : "is the same workload as it",
        _ => "is let in as it",
    };

    private static string Words(EscalationPower power) => power switch
    {
        EscalationPower.EditsCredentials => "makes credentials of",
        EscalationPower.ReadsSecrets => "reads the secrets of",
        _ => "acts as",
    };

    private static string Words(CredentialKind kind, ExpiryState expiry, DateTimeOffset? ends) =>
        $"{kind switch { CredentialKind.FederatedTrust => "federated trust", CredentialKind.ClientSecret => "client secret", CredentialKind.AccessKey => "access key", CredentialKind.ApiKey => "API key", _ => kind.ToString().ToLowerInvariant() }}, "
        + (ends is { } day ? $"ends {SqlText.Day(day)}" : expiry == ExpiryState.Never ? "never ends" : "end not reported");

    private sealed record Way(Guid From, Guid To, string How, bool Confirmed);

    private sealed class HeldPower
    {
        public required Guid IdentityId { get; init; }

        public required Guid SourceId { get; init; }

        public required string Name { get; init; }

        public required EscalationPower Power { get; init; }

        public required string? Over { get; init; }
    }
}
