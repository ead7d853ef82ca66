using System.Runtime.CompilerServices;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M20: what is granted is also needed.</summary>
public sealed class UsedPermissions : Metric
{
    public override string Id => "M20";

    public override string Title => "Granted permissions that are used";

    public override string Population => "Grants held by live identities at the as-of time.";

    public override string Caution => "Use is as last reported by the source when this was measured: the console keeps no history of it. Most sources report none; see what can't be told.";

    public override string Criterion(FindingPolicy policy) => $"The source reports a use of the permission, or of the service it belongs to, within {Days(policy.UsedAccess)} before the as-of time; where it reports nothing, it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until, since) = (context.Db, context.Until, context.Until - context.Policy.UsedAccess);
        // Uses are few beside grants: asked for once, by identity.
        var live = context.Live();
        var uses = new Dictionary<Guid, Dictionary<string, AccessUse>>();
        await foreach (var u in db.AccessUses.AsNoTracking().Where(u => live.Any(i => i.Id == u.IdentityId)).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (!uses.TryGetValue(u.IdentityId, out var own))
                uses[u.IdentityId] = own = new Dictionary<string, AccessUse>(StringComparer.OrdinalIgnoreCase);
            own[u.Access] = u;
        }

        var rows = from g in context.Grants()
                   join i in live on g.IdentityId equals i.Id
                   join e in db.Entitlements on g.EntitlementId equals e.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby g.Id
                   select new { g.Id, g.IdentityId, i.DisplayName, e.Name, e.Resource, g.Path, g.GrantedAt, Source = s.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var own = uses.GetValueOrDefault(r.IdentityId);
            var use = own is null ? null : own.GetValueOrDefault(r.Name) ?? (r.Name.IndexOf(':', StringComparison.Ordinal) is var colon && colon > 0 ? own.GetValueOrDefault(r.Name[..colon]) : null);
            var used = use is { Used: true } && (use.LastUsedAt is null || use.LastUsedAt >= since);
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, use is null ? Verdicts.CannotTell : used ? Verdicts.Met : Verdicts.Exception,
                $"{r.Name}{(r.Resource is null ? string.Empty : $" on {r.Resource}")}; {r.Path}; {(use is null ? "use not reported" : used ? $"used {Day(use.LastUsedAt < until ? use.LastUsedAt : null)}" : use.LastUsedAt is null ? "not used" : $"last used {Day(use.LastUsedAt)}")}", null, r.GrantedAt);
        }
    }
}

/// <summary>M21: privilege that ends by itself.</summary>
public sealed class EndingPrivilege : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    public override string Id => "M21";

    public override string Title => "Privileged grants that are not standing";

    public override string Population => "Privileged grants of live identities at the as-of time, those included whose privilege no source reports.";

    public override string Criterion(FindingPolicy policy) => "The identity proves itself with federated trusts or credentials that end within 24 hours only, or it has an end date itself; where privilege or credentials aren't reported, it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, credentials) = (context.Db, context.Credentials());
        var rows = from g in context.Grants()
                   join e in db.Entitlements.Where(e => e.Privileged != Reported.No) on g.EntitlementId equals e.Id
                   join i in context.Live() on g.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby g.Id
                   select new
                   {
                       g.Id,
                       i.DisplayName,
                       e.Name,
                       e.Resource,
                       e.Privileged,
                       g.Path,
                       g.GrantedAt,
                       i.ExpiresAt,
                       Source = s.Name,
                       Held = credentials.Any(c => c.IdentityId == i.Id),
                       Silent = credentials.Any(c => c.IdentityId == i.Id && c.Kind != CredentialKind.FederatedTrust && (c.Expiry == ExpiryState.NotReported || (c.Expiry == ExpiryState.Known && c.CreatedAt == null))),
                       Standing = credentials.Any(c => c.IdentityId == i.Id && c.Kind != CredentialKind.FederatedTrust && (c.Expiry == ExpiryState.Never || c.Expiry == ExpiryState.Sliding)),
                       Known = credentials.Where(c => c.IdentityId == i.Id && c.Kind != CredentialKind.FederatedTrust && c.Expiry == ExpiryState.Known && c.CreatedAt != null).OrderByDescending(c => c.ExpiresAt).Select(c => new { c.CreatedAt, c.ExpiresAt }).FirstOrDefault(),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var longer = r.Known is { } k && k.ExpiresAt - k.CreatedAt > Limit;
            var verdict = r.Privileged == Reported.Unknown ? Verdicts.CannotTell : r.ExpiresAt is not null ? Verdicts.Met : r.Standing || longer ? Verdicts.Exception : !r.Held || r.Silent ? Verdicts.CannotTell : Verdicts.Met;
            var why = r.Privileged == Reported.Unknown ? "the source does not tell whether it is privileged" : r.ExpiresAt is not null ? $"the identity ends {Day(r.ExpiresAt)}"
                : r.Standing || longer ? "standing: a credential outlives a day" : !r.Held ? "no credential reported" : r.Silent ? "an expiry isn't reported" : "short-lived credentials only";
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, verdict, $"{r.Name}{(r.Resource is null ? string.Empty : $" on {r.Resource}")}; {r.Path}; {why}", null, r.GrantedAt);
        }
    }
}
