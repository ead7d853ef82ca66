using Governance.Audit;
using Governance.Findings;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M23: an end that was seen in the source, not only written down.</summary>
public sealed class DecommissionedAndGone : Metric
{
    public override string Id => "M23";

    public override string Title => "Decommissioned identities seen gone in their source";

    public override string Criterion => "The connector looked after the deletion and found the identity gone, or a full import no longer names it.";

    public override string Population => "Identities that became Decommissioned in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from t in db.LifecycleTransitions.AsNoTracking().Where(t => t.To == LifecycleState.Decommissioned && t.At >= period.From && t.At < period.To)
                          join i in db.Identities on t.IdentityId equals i.Id
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id
                          select new
                          {
                              i.Id,
                              i.DisplayName,
                              i.MissingSince,
                              Source = s.Name,
                              t.By,
                              t.At,
                              Seen = db.RevocationSteps.Where(x => x.IdentityId == i.Id && x.Verb == RevocationVerb.Delete && x.State == StepState.Done).Max(x => x.ObservedAt),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, r.Seen is not null || r.MissingSince is not null ? Verdicts.Met : Verdicts.CannotTell,
            r.Seen is not null ? $"seen gone {Day(r.Seen)}" : r.MissingSince is not null ? $"no longer imported since {Day(r.MissingSince)}" : "not looked at since", r.By, r.At));
    }
}

/// <summary>M29: high risks are dealt with, or taken by somebody until a date.</summary>
public sealed class HighFindingsTreated : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(30);

    public override string Id => "M29";

    public override string Title => "High and critical findings treated or accepted within 30 days";

    public override string Criterion => "Fixed within 30 days of being first seen, or accepted by a person with a reason and an end date still to come, or open for less than 30 days.";

    public override string Population => "Findings of severity high or critical first seen in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from f in db.Findings.AsNoTracking().Where(f => (f.Severity == Severity.High || f.Severity == Severity.Critical) && f.FirstSeenAt >= period.From && f.FirstSeenAt < period.To)
                          join i in db.Identities on f.IdentityId equals i.Id
                          orderby f.RuleId, i.DisplayName, f.Id
                          select new { f.Id, f.RuleId, f.State, f.FirstSeenAt, f.FixedAt, f.AcceptedUntil, f.AcceptedBy, i.DisplayName }).ToListAsync(ct);
        return rows.ConvertAll(r =>
        {
            var met = r.State switch
            {
                FindingState.Fixed => r.FixedAt <= r.FirstSeenAt + Limit,
                FindingState.Accepted => r.AcceptedUntil > period.AsOf,
                _ => period.AsOf - r.FirstSeenAt < Limit,
            };
            var detail = r.State switch { FindingState.Fixed => $"fixed {Day(r.FixedAt)}", FindingState.Accepted => $"accepted until {Day(r.AcceptedUntil)}", _ => $"open since {Day(r.FirstSeenAt)}" };
            return new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.RuleId, met ? Verdicts.Met : Verdicts.Exception, detail, r.AcceptedBy, r.FirstSeenAt);
        });
    }
}

/// <summary>M30: an exception has a reason and an end.</summary>
public sealed class LiveExceptions : Metric
{
    public override string Id => "M30";

    public override string Title => "Exceptions in force with reason, grantor and end date";

    public override string Criterion => "The exemption names its reason and grantor, and ends at most 90 days after it was granted.";

    public override string Population => "Exemptions from revocation in force at the as-of time.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from e in db.Exemptions.AsNoTracking().Where(e => e.GrantedAt <= period.AsOf && e.Until > period.AsOf && (e.EndedAt == null || e.EndedAt > period.AsOf))
                          join i in db.Identities on e.IdentityId equals i.Id
                          orderby i.DisplayName, e.Id
                          select new { e.Id, e.Reason, e.Until, e.GrantedAt, e.GrantedBy, i.DisplayName }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, "Exemption",
            r.Until - r.GrantedAt <= Exemption.MaximumTerm && !string.IsNullOrWhiteSpace(r.Reason) ? Verdicts.Met : Verdicts.Exception, $"until {Day(r.Until)}: {r.Reason}", r.GrantedBy, r.GrantedAt));
    }
}

/// <summary>M31: a change of the brakes says why.</summary>
public sealed class ParameterChanges : Metric
{
    public override string Id => "M31";

    public override string Title => "Changes of brakes with actor and reason";

    public override string Criterion => "The audit entry of the change names its actor and a reason.";

    public override string Population => "Changes of brake settings and of the stop switch in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await db.AuditEntries.AsNoTracking()
            .Where(e => (e.Action == AuditActions.BrakesChanged || e.Action == AuditActions.StopSwitched) && e.At >= period.From && e.At < period.To)
            .OrderBy(e => e.Sequence).Select(e => new { e.Sequence, e.Action, e.ActorName, e.At, e.Reason }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow($"audit-{r.Sequence}", r.Action, "Audit log", string.IsNullOrWhiteSpace(r.Reason) ? Verdicts.Exception : Verdicts.Met, r.Reason ?? "no reason given", r.ActorName, r.At));
    }
}
