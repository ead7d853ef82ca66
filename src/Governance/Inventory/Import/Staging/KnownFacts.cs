using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Completes records of partial exports by what the inventory knows (see <see cref="RecordJoin.Complete"/>): only of those whose kind of export is silent on something,
/// or that tell of credentials only.
/// </summary>
internal sealed class KnownFacts(GovernanceDb db)
{
    public static bool Concerns(IdentityRecord r) => r.Silent != SilentFields.None || (r.Part == RecordPart.Detail && r.Credentials.Count > 0);

    /// <summary>What is known of the identities, in two queries a thousand of them.</summary>
    public async Task<IReadOnlyDictionary<Guid, IdentityRecord>> OfAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        var known = new Dictionary<Guid, IdentityRecord>(ids.Count);
        foreach (var part in ids.Chunk(1000))
        {
            var credentials = (await db.Credentials.AsNoTracking().Where(c => c.MissingSince == null && EF.Parameter(part).Contains(c.IdentityId)).ToListAsync(ct)).ToLookup(c => c.IdentityId);
            foreach (var i in await db.Identities.AsNoTracking().Where(i => EF.Parameter(part).Contains(i.Id)).ToListAsync(ct))
            {
                known[i.Id] = new IdentityRecord
                {
                    ExternalId = i.ExternalId,
                    DisplayName = i.DisplayName,
                    Description = i.Description,
                    Enabled = i.Enabled,
                    Environment = i.Environment,
                    OwnerHint = i.OwnerHint,
                    CreatorHint = i.CreatorHint,
                    Purpose = i.Purpose,
                    LastUsedAt = i.LastUsedAt,
                    Usage = i.Usage,
                    Attributes = i.Attributes,
                    Credentials = [.. credentials[i.Id].Select(Record)],
                };
            }
        }

        return known;
    }

    private static CredentialRecord Record(Credential c) => new(c.ExternalId, c.Kind)
    {
        DisplayName = c.DisplayName,
        CreatedAt = c.CreatedAt,
        ExpiresAt = c.ExpiresAt,
        Expiry = c.Expiry,
        LastUsedAt = c.LastUsedAt,
        Usage = c.Usage,
        Enabled = c.Enabled,
        Fingerprint = c.Fingerprint,
    };
}
