using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>
/// What a metric is read over: the records as they stood just before <see cref="Period.Until"/>. States, owners, credentials, grants and findings are read from
/// their histories, so that a past date gives what was true then, whatever happened since.
/// </summary>
public sealed class MetricContext(GovernanceDb db, Period period, IdentityFilter scope, FindingPolicy policy)
{
    public GovernanceDb Db => db;

    public Period Period => period;

    /// <summary>The limits in force at the as-of time.</summary>
    public FindingPolicy Policy => policy;

    public DateTimeOffset Until => period.Until;

    /// <summary>Whether nothing has changed state or gone missing since: then the present columns are those of the time, and no history has to be asked.</summary>
    public bool Settled { get; private init; }

    /// <summary>The source that the scope is narrowed to; null for all.</summary>
    public Guid? SourceId => scope.SourceId;

    /// <summary>Identities of the scope, whatever became of them.</summary>
    public IQueryable<Identity> Scoped => db.Identities.AsNoTracking().Matching(db, scope, period.AsOf);

    /// <summary>Looks whether <see cref="Settled"/>, and reads the limits that were in force.</summary>
    public static async Task<MetricContext> OpenAsync(GovernanceDb db, Period period, IdentityFilter scope, CancellationToken ct)
    {
        var until = period.Until;
        var settled = !await db.ImportRuns.AnyAsync(r => r.EndedAt >= until, ct) && !await db.LifecycleTransitions.AnyAsync(t => t.At >= until, ct);
        var version = await db.FindingSettings.AsNoTracking().Where(s => s.At < until).OrderByDescending(s => s.Number).FirstOrDefaultAsync(ct);
        return new MetricContext(db, period, scope, version?.Policy() ?? FindingPolicy.Default) { Settled = settled };
    }

    /// <summary>What "identities" means in every metric: there, not missing from their source, not ended, at the as-of time.</summary>
    public IQueryable<Identity> Live()
    {
        var until = Until;
        var there = Scoped.Where(i => i.FirstSeenAt < until);
        if (Settled)
            return there.Where(i => i.MissingSince == null && (i.State == LifecycleState.Discovered || i.State == LifecycleState.Active || i.State == LifecycleState.Quarantined));
        // The first change after the time says what was before it; without one the present is what was.
        var (changes, moves) = (db.IdentityChanges, db.LifecycleTransitions);
        return
            from i in there
            let turn = changes.Where(c => c.IdentityId == i.Id && c.At >= until && (c.Field == "missing" || c.Field == "returned")).OrderBy(c => c.At).Select(c => c.Field).FirstOrDefault()
            where turn == "missing" || (turn == null && (i.MissingSince == null || i.MissingSince >= until))
            let state = moves.Where(m => m.IdentityId == i.Id && m.At >= until).OrderBy(m => m.At).ThenBy(m => m.Id).Select(m => (LifecycleState?)m.From).FirstOrDefault() ?? i.State
            where state == LifecycleState.Discovered || state == LifecycleState.Active || state == LifecycleState.Quarantined
            select i;
    }

    /// <summary>Those that were there at any time of the period, those included that came and went within it.</summary>
    public IQueryable<Identity> LiveDuring()
    {
        var (begin, until) = (period.From, Until);
        return Scoped.Where(i => i.FirstSeenAt < until && i.State != LifecycleState.Requested
            && !(i.MissingSince != null && i.MissingSince < begin) && !(i.State == LifecycleState.Decommissioned && i.StateSince < begin));
    }

    /// <summary>Accepted accountable owners at the as-of time.</summary>
    public IQueryable<OwnerAssignment> Owners()
    {
        var until = Until;
        return db.OwnerAssignments.Where(a => a.Role == OwnerRole.Accountable
            && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Orphaned || (a.State == AssignmentState.Ended && a.AnsweredAt != null))
            && (a.AnsweredAt ?? a.Since) < until && (a.EndedAt == null || a.EndedAt >= until));
    }

    /// <summary>People who had not left by the as-of time.</summary>
    public IQueryable<Person> Staff()
    {
        var until = Until;
        return db.People.Where(p => p.Status == PersonStatus.Active || p.LeftOn >= until);
    }

    /// <summary>Credentials that worked at the as-of time.</summary>
    public IQueryable<Credential> Credentials()
    {
        var until = Until;
        return db.Credentials.AsNoTracking().Where(c => c.Enabled != Reported.No && (c.MissingSince == null || c.MissingSince >= until) && (c.CreatedAt == null || c.CreatedAt < until) && (c.ExpiresAt == null || c.ExpiresAt >= until));
    }

    /// <summary>Those of them that are secrets somebody could copy.</summary>
    public IQueryable<Credential> Secrets() => Credentials().Where(c => c.Kind != CredentialKind.FederatedTrust && c.Kind != CredentialKind.Certificate);

    /// <summary>Grants held at the as-of time.</summary>
    public IQueryable<Grant> Grants()
    {
        var until = Until;
        return db.Grants.AsNoTracking().Where(g => g.FirstSeenAt < until && (g.MissingSince == null || g.MissingSince >= until));
    }

    /// <summary>Findings of a rule that stood at the as-of time, accepted ones too.</summary>
    public IQueryable<Finding> Standing(string ruleId)
    {
        var until = Until;
        return db.Findings.Where(f => f.RuleId == ruleId && f.FirstSeenAt < until && (f.State == FindingState.Open || f.State == FindingState.Accepted || (f.State == FindingState.Fixed && f.FixedAt >= until)));
    }

    /// <summary>What happened in the period.</summary>
    public bool InPeriod(DateTimeOffset? at) => at >= period.From && at < Until;
}
