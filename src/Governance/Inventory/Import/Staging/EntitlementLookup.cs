using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// The entitlements that grants of a run are of: those that the source has, and those that the run brings. A bounded part of them is remembered, so
/// that memory does not grow with their number.
/// </summary>
internal sealed class EntitlementLookup(GovernanceDb db, Guid runId, Guid sourceId, TimeProvider clock)
{
    private const int Remembered = 50_000;
    private readonly Dictionary<string, Known> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Known> aliases = new(StringComparer.Ordinal);

    public async Task PrepareAsync(IEnumerable<GrantRecord> grants, CancellationToken ct)
    {
        if (known.Count > Remembered)
        {
            known.Clear();
            aliases.Clear();
        }

        var all = grants as IReadOnlyCollection<GrantRecord> ?? grants.ToList();
        await AliasesAsync(all, ct);
        var wanted = all.GroupBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        var keys = wanted.Keys.Where(k => !known.ContainsKey(k)).ToList();
        foreach (var part in keys.Chunk(1000))
        {
            foreach (var e in await db.Entitlements.Where(e => e.SourceId == sourceId && EF.Parameter(part).Contains(e.Key)).Select(e => new { e.Key, e.Id, e.Privileged }).ToListAsync(ct))
                known[e.Key] = new Known(e.Id, e.Privileged, Stored: true);
            foreach (var e in await db.StagedEntitlements.Where(e => e.RunId == runId && EF.Parameter(part).Contains(e.Key)).Select(e => new { e.Key, e.EntitlementId, e.Privileged, e.Fresh }).ToListAsync(ct))
                known[e.Key] = new Known(e.EntitlementId, e.Privileged, Stored: !e.Fresh);
        }

        var fresh = new List<StagedEntitlement>();
        foreach (var (key, list) in wanted)
        {
            var says = list.Select(g => g.Privileged).Aggregate(Stronger);
            if (!known.TryGetValue(key, out var one))
            {
                var first = list[0];
                known.Add(key, one = new Known(Ids.New(clock.Now()), says, Stored: false));
                fresh.Add(Row(key, one, first.Name, first.Resource, list.Select(g => g.Description).FirstOrDefault(d => d is not null)));
            }
            else if (Stronger(one.Privileged, says) != one.Privileged)
            {
                known[key] = one = one with { Privileged = Stronger(one.Privileged, says) };
                await db.StagedEntitlements.Where(e => e.RunId == runId && e.Key == key).ExecuteDeleteAsync(ct);
                fresh.Add(Row(key, one, list[0].Name, list[0].Resource, list[0].Description));
            }
        }

        fresh.AddRange(NewAliases(all));
        await db.InsertManyAsync(fresh, ct);
    }

    /// <summary>What is told by its id only is the entitlement that its name was known for before.</summary>
    private async Task AliasesAsync(IEnumerable<GrantRecord> grants, CancellationToken ct)
    {
        var native = grants.Where(g => g.NativeKey is not null).DistinctBy(g => (g.NativeKey, g.Key)).ToList();
        foreach (var part in native.Select(g => g.NativeKey!).Where(k => !aliases.ContainsKey(k)).Distinct(StringComparer.Ordinal).Chunk(1000))
        {
            foreach (var a in await db.EntitlementAliases.Where(a => a.SourceId == sourceId && EF.Parameter(part).Contains(a.Key)).Join(db.Entitlements, a => a.EntitlementId, e => e.Id, (a, e) => new { a.Key, e.Id, e.Privileged }).ToListAsync(ct))
                aliases[a.Key] = new Known(a.Id, a.Privileged, Stored: true);
            foreach (var a in await db.StagedEntitlements.Where(e => e.RunId == runId && EF.Parameter(part).Contains(e.NativeKey!)).Select(e => new { e.NativeKey, e.EntitlementId, e.Privileged, e.Fresh }).ToListAsync(ct))
                aliases[a.NativeKey!] = new Known(a.EntitlementId, a.Privileged, Stored: false);
        }

        foreach (var grant in native.Where(g => !g.Named && aliases.ContainsKey(g.NativeKey!)))
            known[grant.Key] = aliases[grant.NativeKey!];
    }

    private IEnumerable<StagedEntitlement> NewAliases(IEnumerable<GrantRecord> grants)
    {
        foreach (var grant in grants.Where(g => g.NativeKey is not null).DistinctBy(g => (g.NativeKey, g.Key)))
        {
            var one = known[grant.Key];
            var before = aliases.GetValueOrDefault(grant.NativeKey!);
            if (before?.Id == one.Id || (before is not null && !grant.Named))
                continue;
            aliases[grant.NativeKey!] = one;
            yield return Row("\u0001" + grant.NativeKey, one, grant.Name, grant.Resource, null, grant.NativeKey, before is { Stored: true } ? before.Id : null);
        }
    }

    public Known Of(GrantRecord grant) => known[grant.Key];

    /// <summary>Yes beats no, and either beats not known.</summary>
    private static Reported Stronger(Reported a, Reported b) => a == Reported.Yes || b == Reported.Yes ? Reported.Yes : a == Reported.No || b == Reported.No ? Reported.No : Reported.Unknown;

    private StagedEntitlement Row(string key, Known one, string name, string? resource, string? description, string? native = null, Guid? former = null) => new()
    {
        NativeKey = native,
        FormerId = former,
        RunId = runId,
        EntitlementId = one.Id,
        Fresh = !one.Stored && native is null,
        Key = key,
        Name = name,
        Resource = resource,
        Description = description,
        Privileged = one.Privileged,
    };

    internal sealed record Known(Guid Id, Reported Privileged, bool Stored);
}
