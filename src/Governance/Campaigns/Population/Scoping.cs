using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>An identity that the scope's filter names.</summary>
internal sealed class InScope
{
    public required Identity Identity { get; init; }

    /// <summary>Null: it is reviewed.</summary>
    public string? Reason { get; init; }
}

/// <summary>One thing to be asked about.</summary>
internal sealed class ScopeTarget
{
    public required Identity Identity { get; init; }

    /// <summary>Id of the identity, the credential or the grant.</summary>
    public Guid TargetId { get; init; }
}

/// <summary>Which identities of a scope are reviewed, and why the others are not: one expression for both, so that no identity falls between.</summary>
internal static class Scoping
{
    /// <summary>Each identity that the filter names, with the reason why it is left out, or none.</summary>
    public static IQueryable<InScope> Judge(GovernanceDb db, IdentityFilter scope, RunSettings run, DateTimeOffset now)
    {
        var named = db.Identities.AsNoTracking().Matching(db, scope, now);
        var withMissing = scope.Missing is not null;
        var (inactive, onlyChanged, credentials, grants) = (run.InactiveDays is not null, run.OnlyChanged, run.Target == ItemTarget.Credential, run.Target == ItemTarget.Grant);
        var cutoff = now.AddDays(-(run.InactiveDays ?? 0));
        if (!inactive && !onlyChanged && !credentials && !grants)
        {
            return named.Select(i => new InScope
            {
                Identity = i,
                Reason = i.State == LifecycleState.Decommissioned ? ExclusionReasons.Decommissioned
                    : i.State == LifecycleState.Requested ? ExclusionReasons.Requested
                    : !withMissing && i.MissingSince != null ? ExclusionReasons.Missing
                    : null,
            });
        }

        return named.Select(i => new InScope
        {
            Identity = i,
            Reason = i.State == LifecycleState.Decommissioned ? ExclusionReasons.Decommissioned
                : i.State == LifecycleState.Requested ? ExclusionReasons.Requested
                : !withMissing && i.MissingSince != null ? ExclusionReasons.Missing
                : inactive && (i.Usage == UsageState.NotReported || i.Usage == UsageState.OutsideWindow || (i.Usage == UsageState.Used && i.LastUsedAt == null)) ? ExclusionReasons.UseNotReported
                : inactive && i.Usage == UsageState.Used && i.LastUsedAt > cutoff ? ExclusionReasons.UsedSince
                : inactive && i.Usage == UsageState.NeverUsed && (i.CreatedInSourceAt ?? i.FirstSeenAt) > cutoff ? ExclusionReasons.TooYoung
                : onlyChanged && i.LastCertifiedAt != null
                    && !db.IdentityChanges.Any(c => c.IdentityId == i.Id && c.At > i.LastCertifiedAt)
                    && !db.Findings.Any(f => f.IdentityId == i.Id && f.State == FindingState.Open && f.FirstSeenAt > i.LastCertifiedAt) ? ExclusionReasons.Unchanged
                : credentials && !db.Credentials.Any(c => c.IdentityId == i.Id && c.MissingSince == null) ? ExclusionReasons.NoCredential
                : grants && !db.Grants.Any(g => g.IdentityId == i.Id && g.MissingSince == null) ? ExclusionReasons.NoGrant
                : null,
        });
    }

    /// <summary>The identities that are reviewed.</summary>
    public static IQueryable<Identity> Included(GovernanceDb db, IdentityFilter scope, RunSettings run, DateTimeOffset now) =>
        Judge(db, scope, run, now).Where(s => s.Reason == null).Select(s => s.Identity);

    /// <summary>What is asked about: each identity, or each of its credentials or permissions.</summary>
    public static IQueryable<ScopeTarget> Targets(GovernanceDb db, IdentityFilter scope, RunSettings run, DateTimeOffset now)
    {
        var included = Included(db, scope, run, now);
        return run.Target switch
        {
            ItemTarget.Credential =>
                from i in included
                join c in db.Credentials on i.Id equals c.IdentityId
                where c.MissingSince == null
                select new ScopeTarget { Identity = i, TargetId = c.Id },
            ItemTarget.Grant =>
                from i in included
                join g in db.Grants on i.Id equals g.IdentityId
                where g.MissingSince == null
                select new ScopeTarget { Identity = i, TargetId = g.Id },
            _ => included.Select(i => new ScopeTarget { Identity = i, TargetId = SqlText.Unindexed(i.Id) }),
        };
    }

    /// <summary>Writes down every identity of the scope that has no item, and why. Returns how many.</summary>
    public static Task<int> RecordExclusionsAsync(GovernanceDb db, Guid campaignId, IdentityFilter scope, RunSettings run, DateTimeOffset now, CancellationToken ct)
    {
        var rows = Judge(db, scope, run, now)
            .Where(s => !db.ReviewItems.Any(i => i.CampaignId == campaignId && i.IdentityId == s.Identity.Id))
            .Select(s => new { IdentityId = s.Identity.Id, Reason = s.Reason ?? ExclusionReasons.JustCame });
        return db.InsertSelectAsync(db.CampaignExclusions, rows, new { CampaignId = campaignId }, now, ct);
    }
}
