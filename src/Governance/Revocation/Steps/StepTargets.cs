using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What an order is about, as its connector must find it again.</summary>
internal static class StepTargets
{
    /// <summary>The target of an order; null when what it names is not in the inventory any more.</summary>
    public static async Task<ConnectorTarget?> FindAsync(GovernanceDb db, Guid orderId, CancellationToken ct)
    {
        var order = await db.RevocationOrders.AsNoTracking().Where(o => o.Id == orderId).Select(o => new RevocationTarget(o.IdentityId, o.CredentialId, o.GrantId)).SingleAsync(ct);
        return await FindAsync(db, order, ct);
    }

    /// <summary>What is to be taken away, ordered or not; null when the credential or grant is not in the inventory any more.</summary>
    public static async Task<ConnectorTarget?> FindAsync(GovernanceDb db, RevocationTarget order, CancellationToken ct)
    {
        var identity = await db.Identities.AsNoTracking().Where(i => i.Id == order.IdentityId).Select(i => new { i.ExternalId, i.DisplayName, i.Kind, i.Attributes, i.ParentExternalId }).SingleAsync(ct);
        var target = new ConnectorTarget(identity.ExternalId, identity.DisplayName) { Kind = identity.Kind, Attributes = identity.Attributes, ParentExternalId = identity.ParentExternalId };
        if (order.CredentialId is { } credentialId)
        {
            var credential = await db.Credentials.AsNoTracking().Where(c => c.Id == credentialId).Select(c => new { c.ExternalId, c.Kind }).SingleOrDefaultAsync(ct);
            return credential is null ? null : target with { Credential = new CredentialTarget(credential.ExternalId, credential.Kind) };
        }

        if (order.GrantId is { } grantId)
        {
            var grant = await (from g in db.Grants.AsNoTracking() join e in db.Entitlements on g.EntitlementId equals e.Id where g.Id == grantId select new { e.Name, e.Resource, g.Path, g.Via, g.Consent }).SingleOrDefaultAsync(ct);
            return grant is null ? null : target with { Grant = new GrantTarget(grant.Name, grant.Resource, grant.Path, grant.Via, grant.Consent) };
        }

        return target;
    }
}
