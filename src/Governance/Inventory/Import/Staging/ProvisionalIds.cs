using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// AWS and Google Cloud name an identity in some exports by a name that can be given again (an ARN, an address), and in others by that name and what makes it
/// unique: here <c>NAME#UNIQUE</c>. What a file says of the bare name belongs to the living identity of that name; and what so far was known by its
/// bare name only is the one that a file now describes. Where more than one could be meant nothing is assumed.
/// </summary>
internal sealed class ProvisionalIds(GovernanceDb db, Guid runId, Guid sourceId)
{
    private bool? applies;

    /// <summary>The identities that records of a batch stand for, by the record's external id, with the record hash that tells whether they are unchanged.</summary>
    public async Task<IReadOnlyList<(string ExternalId, Guid Id, string? Hash)>> FindAsync(List<IdentityRecord> batch, Func<string, bool> isKnown, CancellationToken ct)
    {
        if (!(applies ??= await db.Sources.AnyAsync(s => s.Id == sourceId && (s.System == SourceSystem.Aws || s.System == SourceSystem.Gcp), ct)))
            return [];
        var named = batch.Where(r => r.Part == RecordPart.Detail && !IsWhole(r.ExternalId) && !isKnown(r.ExternalId)).ToList();
        var described = batch.Where(r => r.Part != RecordPart.Detail && IsWhole(r.ExternalId) && !isKnown(r.ExternalId)).ToList();
        if (named.Count + described.Count == 0)
            return [];
        var rows = new List<Row>();
        foreach (var part in named.Concat(described).Select(r => r.DisplayName).Distinct(StringComparer.Ordinal).Chunk(1000))
        {
            rows.AddRange(await db.Identities.Where(i => i.SourceId == sourceId && i.MissingSince == null && part.Contains(i.DisplayName))
                .Select(i => new Row(i.Id, i.ExternalId, i.DisplayName, i.Kind, i.RecordHash, i.ContentHash == "")).ToListAsync(ct));
        }

        var known = rows.ToLookup(r => (r.DisplayName, r.Kind));
        var inBatch = batch.Where(r => IsWhole(r.ExternalId)).ToLookup(r => (r.DisplayName, r.Kind));
        var found = new List<(string, Guid, string?)>();
        foreach (var one in named)
        {
            if (inBatch[(one.DisplayName, one.Kind)].Any())
                continue;
            var whose = known[(one.DisplayName, one.Kind)].Where(r => IsWhole(r.ExternalId) && MayBe(one.ExternalId, r.ExternalId)).Take(2).ToList();
            if (whose is [var owner] && !await db.StagedIdentities.AnyAsync(s => s.RunId == runId && s.IdentityId == owner.Id, ct))
                found.Add((one.ExternalId, owner.Id, owner.RecordHash));
        }

        foreach (var one in described)
        {
            if (inBatch[(one.DisplayName, one.Kind)].Count() == 1
                && known[(one.DisplayName, one.Kind)].Where(r => r.IsStub && !IsWhole(r.ExternalId) && MayBe(r.ExternalId, one.ExternalId)).Take(2).ToList() is [var stub])
                found.Add((one.ExternalId, stub.Id, null));
        }

        return found;
    }

    /// <summary>What was known by its bare name has its whole id from now on. After the merge, in its transaction.</summary>
    public static Task<int> ReplaceAsync(GovernanceDb db, Guid runId, CancellationToken ct) =>
        db.Identities.Join(db.StagedIdentities.Where(s => s.RunId == runId && s.ContentHash != "" && s.Outcome == StagedOutcome.Changed), i => i.Id, s => s.IdentityId, (i, s) => new { i, s })
            .Where(x => x.i.ExternalId != x.s.ExternalId).ExecuteUpdateAsync(u => u.SetProperty(x => x.i.ExternalId, x => x.s.ExternalId), ct);

    private static bool IsWhole(string externalId) => externalId.Contains('#', StringComparison.Ordinal);

    private static bool MayBe(string name, string whole) =>
        name.StartsWith("arn:", StringComparison.Ordinal) ? AwsNames.AccountOf(name) == AwsNames.AccountOf(whole)
        : name.StartsWith("user/", StringComparison.Ordinal) || name.StartsWith("role/", StringComparison.Ordinal) || whole.StartsWith(name + "#", StringComparison.Ordinal);

    private sealed record Row(Guid Id, string ExternalId, string DisplayName, IdentityKind Kind, string? RecordHash, bool IsStub);
}
