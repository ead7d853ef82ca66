using Governance.Persistence;

namespace Governance.Campaigns;

/// <summary>The one person on whose behalf an identity acts, where all of its access is delegated by that person.</summary>
internal sealed class SoleUser
{
    public Guid IdentityId { get; init; }

    public Guid PersonId { get; init; }
}

/// <summary>Whom an identity serves alone: reviewing it would be reviewing their own access (I-14).</summary>
internal static class SoleUserQuery
{
    public static IQueryable<SoleUser> SoleUsers(this GovernanceDb db) =>
        from g in db.Grants
        where g.MissingSince == null && g.Consent != null
        join p in db.People on g.Consent equals p.ExternalId
        where !db.Grants.Any(o => o.IdentityId == g.IdentityId && o.MissingSince == null && (o.Consent == null || o.Consent != g.Consent))
        select new SoleUser { IdentityId = g.IdentityId, PersonId = p.Id };
}
