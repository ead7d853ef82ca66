using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>
/// The transitive closure over "can edit grants, credentials or secrets, or act as": from those who can give themselves any right, and from
/// administrators, back to whoever can become one of them, a step at a time. Each step is a few statements over all identities; the shortest way wins, and of
/// equally short ones the same each time. Only access that is there counts, inherited access too.
/// </summary>
internal static class EscalationPaths
{
    /// <summary>Longer ways exist on paper; a person follows none of them.</summary>
    public const int MostSteps = 6;

    public static async Task BuildAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        await db.EscalationPaths.ExecuteDeleteAsync(ct);
        var held = Held(db);
        var administrators = held.Where(h => h.Power == EscalationPower.Administers).Select(h => h.IdentityId);
        var found = await db.InsertSelectAsync(
            db.EscalationPaths,
            held.Where(h => h.Power == EscalationPower.EditsGrants && !administrators.Contains(h.IdentityId)).GroupBy(h => h.IdentityId)
                .Select(g => new Step { IdentityId = g.Key, Words = "With " + g.Min(h => h.Name) + " it can give itself any right" }),
            new { Steps = 1 }, now, ct);
        for (var steps = 1; steps <= MostSteps; steps++)
        {
            // What is reached by one step more: administrators at first, then whoever reaches them.
            var last = steps;
            var targets = last == 1
                ? db.Identities.Living().Where(i => administrators.Contains(i.Id)).Select(i => new Target { Id = i.Id, SourceId = i.SourceId, Name = i.DisplayName, ExternalId = i.ExternalId, Words = "is an administrator" })
                : db.EscalationPaths.Where(p => p.Steps == last - 1).Join(db.Identities.Living(), p => p.IdentityId, i => i.Id, (p, i) => new Target { Id = i.Id, SourceId = i.SourceId, Name = i.DisplayName, ExternalId = i.ExternalId, Words = p.Words });
            var more = 0;
            foreach (var edges in new[] { OverOne(db, held, targets), OverAll(held, targets), ByLink(db, targets) })
            {
                var fresh = edges.Where(e => !db.EscalationPaths.Any(p => p.IdentityId == e.IdentityId) && !administrators.Contains(e.IdentityId));
                more += await db.InsertSelectAsync(
                    db.EscalationPaths, fresh.GroupBy(e => e.IdentityId).Select(g => new Step { IdentityId = g.Key, Words = g.Min(e => e.Words)! }), new { Steps = last }, now, ct);
            }

            found = last == 1 ? found + more : more;
            if (found == 0)
                return;
        }
    }

    /// <summary>Powers that living identities hold.</summary>
    private static IQueryable<HeldPower> Held(GovernanceDb db) =>
        from e in db.Entitlements
        where e.Power != null && e.Power != EscalationPower.None
        join g in db.Grants on e.Id equals g.EntitlementId
        where g.MissingSince == null
        join i in db.Identities.Living() on g.IdentityId equals i.Id
        select new HeldPower { IdentityId = g.IdentityId, SourceId = i.SourceId, Name = e.Name, Power = e.Power!.Value, Over = e.PowerOver };

    private static IQueryable<Edge> OverOne(GovernanceDb db, IQueryable<HeldPower> held, IQueryable<Target> targets) =>
        (from h in held
         where h.Power != EscalationPower.Administers && h.Power != EscalationPower.EditsGrants && h.Over != PowerRating.Everyone
         join k in db.IdentityKeys on h.Over equals k.Value
         where !k.Refers
         join t in targets on k.IdentityId equals t.Id
         where t.Id != h.IdentityId
         select new Edge { IdentityId = h.IdentityId, Words = h.Name + " lets it act as " + SqlText.Cut(t.Name, 100) + ", which: " + SqlText.Cut(t.Words, 1500) })
        .Concat(
            from h in held
            where h.Power != EscalationPower.Administers && h.Power != EscalationPower.EditsGrants && h.Over != PowerRating.Everyone
            join t in targets on new { h.SourceId, Key = SqlText.Upper(h.Over) } equals new { t.SourceId, Key = SqlText.Upper(t.ExternalId) }
            where t.Id != h.IdentityId
            select new Edge { IdentityId = h.IdentityId, Words = h.Name + " lets it act as " + SqlText.Cut(t.Name, 100) + ", which: " + SqlText.Cut(t.Words, 1500) });

    /// <summary>Of many, the first by name: one way is enough.</summary>
    private static IQueryable<Edge> OverAll(IQueryable<HeldPower> held, IQueryable<Target> targets)
    {
        var first = targets.GroupBy(t => t.SourceId).Select(g => new { SourceId = g.Key, Words = g.Min(t => SqlText.Cut(t.Name, 100) + ", which: " + SqlText.Cut(t.Words, 1500)), Count = g.Count() });
        return
            from h in held
            where h.Power != EscalationPower.Administers && h.Power != EscalationPower.EditsGrants && h.Over == PowerRating.Everyone
            join f in first on h.SourceId equals f.SourceId
            select new Edge
            {
                IdentityId = h.IdentityId,
                Words = h.Name + (h.Power == EscalationPower.EditsCredentials ? " lets it make credentials of " : h.Power == EscalationPower.ReadsSecrets ? " lets it read the secrets of " : " lets it act as ")
                    + "any identity of its source, also " + f.Words,
            };
    }

    private static IQueryable<Edge> ByLink(GovernanceDb db, IQueryable<Target> targets) =>
        from l in db.IdentityLinks
        where l.Kind == LinkKind.ActsAs && l.State != LinkState.Split && l.MissingSince == null
        join t in targets on l.ToId equals t.Id
        join i in db.Identities.Living() on l.FromId equals i.Id
        where l.FromId != l.ToId
        select new Edge { IdentityId = l.FromId, Words = "It is let in as " + SqlText.Cut(t.Name, 100) + ", which: " + SqlText.Cut(t.Words, 1500) };

    private sealed class HeldPower
    {
        public required Guid IdentityId { get; init; }

        public required Guid SourceId { get; init; }

        public required string Name { get; init; }

        public required EscalationPower Power { get; init; }

        public required string? Over { get; init; }
    }

    private sealed class Target
    {
        public required Guid Id { get; init; }

        public required Guid SourceId { get; init; }

        public required string Name { get; init; }

        public required string ExternalId { get; init; }

        public required string Words { get; init; }
    }

    private sealed class Edge
    {
        public required Guid IdentityId { get; init; }

        public required string Words { get; init; }
    }

    private sealed class Step
    {
        public required Guid IdentityId { get; init; }

        public required string Words { get; init; }
    }
}
