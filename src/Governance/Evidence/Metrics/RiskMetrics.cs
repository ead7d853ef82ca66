using System.Runtime.CompilerServices;
using Governance.Audit;
using Governance.Findings;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M28: an identity that came back from the dead is looked at within a day.</summary>
public sealed class AlarmsTriaged : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(1);

    public override string Id => "M28";

    public override string Title => "Alarms triaged within a day";

    public override string Population => "Findings F25 (decommissioned but alive) first seen in the period. F30 (call without decision) has no data in this console.";

    public override string ValueUnit => "days";

    public override string Criterion(FindingPolicy policy) => "A new revocation was ordered or the finding fixed within a day of being seen; one that was accepted can't be told, since the time of that isn't part of the finding.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from f in db.Findings.AsNoTracking().Where(f => f.RuleId == "F25" && f.FirstSeenAt >= begin && f.FirstSeenAt < until)
                   join i in context.Scoped on f.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   let first = db.RevocationOrders.Where(o => o.IdentityId == i.Id && o.OrderedAt >= f.FirstSeenAt).OrderBy(o => o.OrderedAt).ThenBy(o => o.Id).Select(o => (Guid?)o.Id).FirstOrDefault()
                   join o in db.RevocationOrders on first equals o.Id into orders
                   from order in orders.DefaultIfEmpty()
                   orderby f.Id
                   select new
                   {
                       f.Id,
                       i.DisplayName,
                       Source = s.Name,
                       f.Evidence,
                       f.FirstSeenAt,
                       f.FixedAt,
                       f.AcceptedBy,
                       OrderedAt = order == null ? null : (DateTimeOffset?)order.OrderedAt,
                       order.OrderedBy,
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var done = new[] { r.FixedAt, r.OrderedAt }.Where(t => t < until).Min();
            var verdict = done is null && r.AcceptedBy is not null ? Verdicts.CannotTell : Within(r.FirstSeenAt, done, Limit, until);
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, verdict, $"{r.Evidence} {(done is null ? r.AcceptedBy is null ? "Not triaged." : "Accepted." : $"Dealt with {Day(done)}.")}", r.OrderedBy ?? r.AcceptedBy, r.FirstSeenAt, null, (done - r.FirstSeenAt)?.TotalDays);
        }
    }
}

/// <summary>M29: high risks are dealt with, or taken by somebody until a date.</summary>
public sealed class HighFindingsTreated : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(30);

    public override string Id => "M29";

    public override string Title => "High and critical findings treated or accepted within 30 days";

    public override string Population => "Findings of severity high or critical first seen in the period.";

    public override string ValueUnit => "days";

    public override string Caution => "Acceptance and severity are as known when this was measured.";

    public override string Criterion(FindingPolicy policy) => "Fixed within 30 days of being first seen, or accepted by a person with a reason and an end date still to come; what is still open within the 30 days can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from f in db.Findings.AsNoTracking().Where(f => (f.Severity == Severity.High || f.Severity == Severity.Critical) && f.FirstSeenAt >= begin && f.FirstSeenAt < until && f.State != FindingState.Dropped)
                   join i in context.Scoped on f.IdentityId equals i.Id
                   orderby f.Id
                   select new { f.Id, f.RuleId, f.Severity, f.State, f.FirstSeenAt, f.FixedAt, f.AcceptedUntil, f.AcceptedBy, f.AcceptedReason, i.DisplayName };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var done = r.FixedAt < until ? r.FixedAt : null;
            var accepted = done is null && r.State == FindingState.Accepted && r.AcceptedUntil > until;
            yield return new PopulationRow(Key(r.Id), r.DisplayName, $"{r.RuleId} {r.Severity}", accepted ? Verdicts.Met : Within(r.FirstSeenAt, done, Limit, until),
                done is not null ? $"fixed {Day(done)}" : accepted ? $"accepted until {Day(r.AcceptedUntil)}" : $"open since {Day(r.FirstSeenAt)}", accepted ? r.AcceptedBy : null, r.FirstSeenAt, accepted ? r.AcceptedReason : null, (done - r.FirstSeenAt)?.TotalDays);
        }
    }
}

/// <summary>M30: an exception has a reason, an end, and where it matters a second person.</summary>
public sealed class LiveExceptions : Metric
{
    public override string Id => "M30";

    public override string Title => "Exceptions in force with reason, end date and a second person";

    public override string Population => "Exemptions from revocation and accepted findings in force at the as-of time.";

    public override string Caution => "Accepted findings are those accepted when this was measured.";

    public override string Criterion(FindingPolicy policy) =>
        "An exemption names reason and grantor and ends at most 90 days after it was granted. An accepted finding names reason and end, and was confirmed by another person than who asked for it; one person alone is an exception here even where the policy lets them.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until) = (context.Db, context.Until);
        var exemptions = from e in db.Exemptions.AsNoTracking().Where(e => e.GrantedAt < until && e.Until >= until && (e.EndedAt == null || e.EndedAt >= until))
                         join i in context.Scoped on e.IdentityId equals i.Id
                         orderby e.Id
                         select new { e.Id, e.Reason, e.Until, e.GrantedAt, e.GrantedBy, i.DisplayName };
        await foreach (var r in exemptions.AsAsyncEnumerable().WithCancellation(ct))
            yield return new PopulationRow(Key(r.Id), r.DisplayName, "Exemption", r.Until - r.GrantedAt <= Exemption.MaximumTerm && !string.IsNullOrWhiteSpace(r.Reason) ? Verdicts.Met : Verdicts.Exception, $"until {Day(r.Until)}", r.GrantedBy, r.GrantedAt, r.Reason);
        var accepted = from f in db.Findings.AsNoTracking().Where(f => f.State == FindingState.Accepted && f.FirstSeenAt < until && f.AcceptedUntil >= until)
                       join i in context.Scoped on f.IdentityId equals i.Id
                       orderby f.Id
                       select new { f.Id, f.RuleId, f.Severity, f.AcceptedReason, f.AcceptedUntil, f.AcceptedBy, f.ConfirmedBy, i.DisplayName };
        await foreach (var r in accepted.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return new PopulationRow(Key(r.Id), r.DisplayName, $"{r.RuleId} {r.Severity}", r.ConfirmedBy is not null && r.ConfirmedBy != r.AcceptedBy && !string.IsNullOrWhiteSpace(r.AcceptedReason) ? Verdicts.Met : Verdicts.Exception,
                $"accepted until {Day(r.AcceptedUntil)}; {(r.ConfirmedBy is null ? "by one person alone" : $"confirmed by {r.ConfirmedBy}")}", r.AcceptedBy, null, r.AcceptedReason);
        }
    }
}

/// <summary>M31: whoever changes the rules of the game says why.</summary>
public sealed class ParameterChanges : Metric
{
    private static readonly string[] Actions = [AuditActions.BrakesChanged, AuditActions.StopSwitched, AuditActions.FindingPolicyChanged, AuditActions.OwnerPolicyChanged, AuditActions.OwnerRuleChanged, AuditActions.ConnectorChanged];

    public override string Id => "M31";

    public override string Title => "Changes of rules and brakes with actor and reason";

    public override string Population => "Changes of brakes, the stop switch, connectors, finding policy, ownership policy and ownership rules in the period.";

    public override string Caution => "The console asks for no second person on a change of rules: this shows actor and reason only.";

    public override string Criterion(FindingPolicy policy) => "The audit entry of the change names its actor and a reason.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (begin, until) = (context.Period.From, context.Until);
        var rows = context.Db.AuditEntries.AsNoTracking().Where(e => Actions.Contains(e.Action) && e.At >= begin && e.At < until).OrderBy(e => e.Sequence).Select(e => new { e.Sequence, e.Action, e.ActorName, e.At, e.Reason });
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
            yield return new PopulationRow($"audit-{r.Sequence}", r.Action, "Audit log", string.IsNullOrWhiteSpace(r.Reason) ? Verdicts.Exception : Verdicts.Met, $"entry {r.Sequence}: {(string.IsNullOrWhiteSpace(r.Reason) ? "no reason given" : "reason given")}", r.ActorName, r.At, r.Reason);
    }
}
