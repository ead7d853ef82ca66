using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Stages identities batch by batch: what the inventory does not know is new, what it knows with the same record hash is surely unchanged and only
/// noted, and the rest waits for the merge to compare it.
/// </summary>
internal sealed class IdentityStaging(GovernanceDb db, Guid runId, Guid sourceId, TimeProvider clock)
{
    private readonly EntitlementLookup entitlements = new(db, runId, sourceId, clock);
    private readonly ProvisionalIds provisional = new(db, runId, sourceId);
    private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);
    private readonly List<(ReadItem Item, int Ordinal)> waiting = [];

    /// <summary>Records of this batch so far, credentials and grants weighed in.</summary>
    public int Weight { get; private set; }

    /// <summary>How many were surely unchanged.</summary>
    public int Unchanged { get; private set; }

    /// <summary>Takes a cleaned record. Returns where the same identity stands before in this batch; null when it does not.</summary>
    public string? Add(ReadItem item, int ordinal)
    {
        var identity = item.Identity!;
        if (!places.TryAdd(identity.ExternalId, item.Place))
            return places[identity.ExternalId];
        waiting.Add((item, ordinal));
        Weight += 1 + ((identity.Credentials.Count + identity.Grants.Count) / 8);
        return null;
    }

    /// <summary>Writes the batch. Returns those that stand in an earlier batch already, with the place where known.</summary>
    public async Task<IReadOnlyList<(ReadItem Item, string? Before)>> FlushAsync(CancellationToken ct)
    {
        var ids = waiting.ConvertAll(w => w.Item.Identity!.ExternalId);
        var known = new Dictionary<string, Known>(StringComparer.Ordinal);
        var staged = new Dictionary<string, string>(StringComparer.Ordinal);
        var seenBefore = new HashSet<Guid>();
        foreach (var part in ids.Chunk(1000))
        {
            foreach (var row in await db.Identities.Where(i => i.SourceId == sourceId && EF.Parameter(part).Contains(i.ExternalId)).Select(i => new { i.ExternalId, i.Id, i.RecordHash, i.MissingSince }).ToListAsync(ct))
                known.Add(row.ExternalId, new Known(row.Id, row.MissingSince is null ? row.RecordHash : null));
            foreach (var row in await db.StagedIdentities.Where(s => s.RunId == runId && EF.Parameter(part).Contains(s.ExternalId)).Select(s => new { s.ExternalId, s.Place }).ToListAsync(ct))
                staged.Add(row.ExternalId, row.Place);
        }

        foreach (var (externalId, id, hash) in await provisional.FindAsync(waiting.ConvertAll(w => w.Item.Identity!), known.ContainsKey, ct))
            known.Add(externalId, new Known(id, hash));
        foreach (var part in known.Values.Select(k => k.Id).Chunk(1000))
            seenBefore.UnionWith(await db.StagedSeen.Where(s => s.RunId == runId && EF.Parameter(part).Contains(s.IdentityId)).Select(s => s.IdentityId).ToListAsync(ct));

        var again = new List<(ReadItem Item, string? Before)>();
        var rows = new List<(ReadItem Item, int Ordinal, Known? Known, string Content, string Hash)>();
        var seen = new List<StagedSeen>();
        foreach (var (item, ordinal) in waiting)
        {
            var r = item.Identity!;
            var identity = known.GetValueOrDefault(r.ExternalId);
            if (staged.TryGetValue(r.ExternalId, out var before) || (identity is not null && seenBefore.Contains(identity.Id)))
            {
                again.Add((item, before));
                continue;
            }

            var content = r.Part == RecordPart.Detail ? string.Empty : RecordRules.Hash(r);
            var hash = RecordRules.RecordHash(r, content);
            if (identity is not null && string.Equals(identity.RecordHash, hash, StringComparison.Ordinal))
                seen.Add(new StagedSeen { RunId = runId, IdentityId = identity.Id });
            else
                rows.Add((item, ordinal, identity, content, hash));
        }

        await CompleteAsync(rows, ct);

        await entitlements.PrepareAsync(rows.SelectMany(r => r.Item.Identity!.Grants), ct);
        await WriteAsync(rows, seen, ct);
        Unchanged += seen.Count;
        waiting.Clear();
        places.Clear();
        Weight = 0;
        return again;
    }

    /// <summary>A partial export says nothing of what it has no word for.</summary>
    private async Task CompleteAsync(List<(ReadItem Item, int Ordinal, Known? Known, string Content, string Hash)> rows, CancellationToken ct)
    {
        var partial = rows.Where(r => r.Known is not null && KnownFacts.Concerns(r.Item.Identity!)).Select(r => r.Known!.Id).ToList();
        if (partial.Count == 0)
            return;
        var facts = await new KnownFacts(db).OfAsync(partial, ct);
        for (var n = 0; n < rows.Count; n++)
        {
            var (item, ordinal, known, content, hash) = rows[n];
            if (known is null || !KnownFacts.Concerns(item.Identity!) || !facts.TryGetValue(known.Id, out var fact))
                continue;
            var complete = RecordJoin.Complete(item.Identity!, fact);
            rows[n] = (item with { Identity = complete }, ordinal, known, content.Length == 0 ? content : RecordRules.Hash(RecordJoin.Whole(complete, fact)), hash);
        }
    }

    private async Task WriteAsync(List<(ReadItem Item, int Ordinal, Known? Known, string Content, string Hash)> rows, List<StagedSeen> seen, CancellationToken ct)
    {
        var (identities, credentials, grants) = (new List<StagedIdentity>(rows.Count), new List<StagedCredential>(), new List<StagedGrant>());
        var now = clock.Now();
        foreach (var (item, ordinal, known, content, hash) in rows)
        {
            var r = item.Identity!;
            var (id, fresh) = (known?.Id ?? Ids.New(now), known is null);
            var privileged = r.Grants.Select(g => entitlements.Of(g).Privileged).ToList();
            identities.Add(StagedRows.Of(r, runId, id, fresh, ordinal, item.Place, content, hash, Ids.New(now), privileged.Contains(Reported.Yes) ? Reported.Yes
                : privileged.Count > 0 && privileged.TrueForAll(p => p == Reported.No) ? Reported.No : Reported.Unknown));
            credentials.AddRange(r.Credentials.Select(c => StagedRows.Of(c, runId, id, fresh, Ids.New(now))));
            grants.AddRange(r.Grants.DistinctBy(g => (entitlements.Of(g).Id, g.Path)).Select(g => StagedRows.Of(g, runId, id, entitlements.Of(g).Id, fresh, Ids.New(now))));
        }

        await db.InsertManyAsync(identities, ct);
        await db.InsertManyAsync(credentials, ct);
        await db.InsertManyAsync(grants, ct);
        await db.InsertManyAsync(seen, ct);
    }

    private sealed record Known(Guid Id, string? RecordHash);
}

/// <summary>Records as the rows that wait for the merge.</summary>
internal static class StagedRows
{
    public static StagedIdentity Of(IdentityRecord r, Guid runId, Guid id, bool fresh, int ordinal, string place, string content, string hash, Guid version, Reported privileged) => new()
    {
        RunId = runId,
        Ordinal = ordinal,
        IdentityId = id,
        Outcome = fresh ? StagedOutcome.Created : StagedOutcome.Undecided,
        Version = version,
        Place = place,
        ExternalId = r.ExternalId,
        ContentHash = content,
        RecordHash = hash,
        GrantCoverage = r.GrantCoverage,
        CredentialsComplete = r.CredentialsComplete,
        Privileged = privileged,
        Kind = r.Kind,
        DisplayName = r.DisplayName,
        Description = r.Description,
        Enabled = r.Enabled,
        Environment = r.Environment,
        Publisher = r.Publisher,
        ParentExternalId = r.ParentExternalId,
        OwnerHint = r.OwnerHint,
        CreatorHint = r.CreatorHint,
        Purpose = r.Purpose,
        CreatedInSourceAt = r.CreatedAt,
        LastUsedAt = r.LastUsedAt,
        Usage = r.Usage,
        ExpiresAt = r.ExpiresAt,
        Attributes = r.Attributes,
        ToolName = r.Tool?.Name,
        ToolVendor = r.Tool?.Vendor,
        ToolAutonomy = r.Tool?.Autonomy ?? Autonomy.Unknown,
        ToolEvidence = r.Tool?.Evidence,
        ToolCatalogue = r.Tool?.Catalogue,
    };

    public static StagedCredential Of(CredentialRecord c, Guid runId, Guid identityId, bool fresh, Guid newId) => new()
    {
        RunId = runId,
        IdentityId = identityId,
        ExternalId = c.ExternalId,
        NewId = newId,
        Fresh = fresh,
        Kind = c.Kind,
        DisplayName = c.DisplayName,
        CreatedAt = c.CreatedAt,
        ExpiresAt = c.ExpiresAt,
        Expiry = c.Expiry,
        LastUsedAt = c.LastUsedAt,
        Usage = c.Usage,
        Enabled = c.Enabled,
        Fingerprint = c.Fingerprint,
    };

    public static StagedGrant Of(GrantRecord g, Guid runId, Guid identityId, Guid entitlementId, bool fresh, Guid newId) => new()
    {
        RunId = runId,
        IdentityId = identityId,
        EntitlementId = entitlementId,
        Path = g.Path,
        NewId = newId,
        Fresh = fresh,
        Consent = g.Consent,
        Via = g.Via,
        GrantedAt = g.GrantedAt,
    };
}
