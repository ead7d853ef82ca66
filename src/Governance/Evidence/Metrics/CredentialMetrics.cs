using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M09: a secret that ends by itself within a quarter.</summary>
public sealed class ShortLivedCredentials : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(90);

    public override string Id => "M09";

    public override string Title => "Credentials that expire within 90 days of being made";

    public override string Criterion => "The source reports an expiry at most 90 days after the credential's creation (or after the as-of time where the creation isn't reported); a federated trust holds no secret and counts as met.";

    public override string Population => "Enabled credentials of live identities.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from c in db.Credentials.AsNoTracking().Where(c => c.MissingSince == null && c.Enabled != Reported.No && (c.ExpiresAt == null || c.ExpiresAt > period.AsOf))
                          join i in Live(db) on c.IdentityId equals i.Id
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id, c.ExternalId
                          select new { c.Id, i.DisplayName, c.ExternalId, c.Kind, c.Expiry, c.CreatedAt, c.ExpiresAt, Source = s.Name }).ToListAsync(ct);
        return rows.ConvertAll(r =>
        {
            var verdict = r switch
            {
                { Kind: CredentialKind.FederatedTrust } => Verdicts.Met,
                { Expiry: ExpiryState.NotReported } => Verdicts.CannotTell,
                { Expiry: ExpiryState.Known, ExpiresAt: { } end } when end - (r.CreatedAt ?? period.AsOf) <= Limit => Verdicts.Met,
                _ => Verdicts.Exception,
            };
            var detail = r.Expiry switch { ExpiryState.Known => $"made {Day(r.CreatedAt)}, expires {Day(r.ExpiresAt)}", ExpiryState.Never => $"made {Day(r.CreatedAt)}, never expires", ExpiryState.Sliding => "slides on with each use", _ => "the source does not report an expiry" };
            return new PopulationRow(r.Id.ToString("D"), $"{r.DisplayName} / {r.ExternalId}", r.Source, verdict, $"{r.Kind}; {detail}");
        });
    }
}

/// <summary>M12: the same secret at two identities makes one of them unaccountable.</summary>
public sealed class UnsharedSecrets : Metric
{
    public override string Id => "M12";

    public override string Title => "Identities that share no secret with another";

    public override string Criterion => "No credential of the identity has the fingerprint of another identity's. Without a fingerprint it can't be told.";

    public override string Population => "Live identities with an enabled credential that is a secret.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var secrets = db.Credentials.Where(c => c.MissingSince == null && c.Enabled != Reported.No && c.Kind != CredentialKind.FederatedTrust);
        var rows = await (from i in Live(db).AsNoTracking()
                          where secrets.Any(c => c.IdentityId == i.Id)
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id
                          select new
                          {
                              i.Id,
                              i.DisplayName,
                              Source = s.Name,
                              Blind = secrets.Any(c => c.IdentityId == i.Id && c.Fingerprint == null),
                              Shared = secrets.Any(c => c.IdentityId == i.Id && c.Fingerprint != null && secrets.Any(o => o.Fingerprint == c.Fingerprint && o.IdentityId != i.Id)),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, r.Shared ? Verdicts.Exception : r.Blind ? Verdicts.CannotTell : Verdicts.Met,
            r.Shared ? "shares a secret with another identity" : r.Blind ? "the source gives no fingerprint" : "own secrets only"));
    }
}
