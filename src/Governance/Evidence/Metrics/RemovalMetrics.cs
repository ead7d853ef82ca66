using System.Runtime.CompilerServices;
using Governance.Campaigns;
using Governance.Findings;
using Governance.Lifecycle;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>A decision to revoke, and when the source was seen without it.</summary>
internal sealed record Removal(Guid Id, string Name, string Source, string Reviewer, string? Why, DateTimeOffset DecidedAt, OrderState? State, RemediationState? Remediation, string? HeldBy, DateTimeOffset? Seen)
{
    /// <summary>Revoke decisions in force that were made in the period; each once.</summary>
    public static async IAsyncEnumerable<Removal> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from d in context.Decided().Where(d => d.Verdict == Verdict.Revoke && d.At >= begin)
                   join item in db.ReviewItems.Where(x => x.Verdict == Verdict.Revoke) on new { Item = d.ItemId, Decision = (Guid?)d.Id } equals new { Item = item.Id, Decision = item.DecisionId }
                   join i in context.Scoped on d.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   join p in db.People on d.ReviewerId equals p.Id
                   let first = db.RevocationOrders.Where(o => o.DecisionId == d.Id || (o.IdentityId == d.IdentityId && o.OrderedAt >= d.At && o.OrderedAt < until)).OrderBy(o => o.OrderedAt).ThenBy(o => o.Id).Select(o => (Guid?)o.Id).FirstOrDefault()
                   join o in db.RevocationOrders on first equals o.Id into orders
                   from order in orders.DefaultIfEmpty()
                   orderby d.Id
                   select new
                   {
                       d.Id,
                       i.DisplayName,
                       i.MissingSince,
                       Source = s.Name,
                       Reviewer = p.Name,
                       d.At,
                       d.Justification,
                       State = order == null ? null : (OrderState?)order.State,
                       Remediation = order == null ? null : (RemediationState?)order.Remediation,
                       order.HeldBy,
                       Looked = db.RevocationSteps.Where(t => t.OrderId == first && t.State == StepState.Done && t.Verb != RevocationVerb.Restore && t.Observed != null).Min(t => t.ObservedAt),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            // A look by the connector counts only where the order says that it saw; a full import that no longer names the identity is a look too.
            var looked = r.Remediation == RemediationState.Verified ? r.Looked : null;
            var seen = new[] { looked, r.MissingSince >= r.At ? r.MissingSince : null }.Where(t => t < until).Min();
            yield return new Removal(r.Id, r.DisplayName, r.Source, r.Reviewer, r.Justification, r.At, r.State, r.Remediation, r.HeldBy, seen);
        }
    }

    public double? Days => Seen is { } seen ? (seen - DecidedAt).TotalDays : null;

    public string Standing => Seen is { } seen ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"seen gone {seen.UtcDateTime:yyyy-MM-dd}, {Days:0.0} days after the decision") : (State, Remediation) switch
    {
        (null, _) => "no revocation order yet",
        _ when HeldBy is not null => HeldBy,
        (_, RemediationState.ManualPending) => "to be done by hand in its source, not confirmed yet",
        (OrderState.Noticed, _) => "the notice to its owner runs",
        (OrderState.Due, _) => "being carried out",
        (OrderState.Quarantined, _) => "reported as disabled, not observed",
        (OrderState.Completed, _) => "reported as deleted, not observed",
        (OrderState.Withdrawn, _) => "the order was withdrawn",
        (OrderState.Undone, _) => "disabled, and restored since",
        (OrderState.Held, _) => "held",
        _ => "stuck: a step can't go on by itself",
    };
}

/// <summary>M17: what was denied is seen to be gone.</summary>
public sealed class DeniedAndGone : Metric
{
    public override string Id => "M17";

    public override string Title => "Revoke decisions seen carried out in time";

    public override string Population => "Revoke decisions that their item came to, made in the period.";

    public override string Criterion(FindingPolicy policy) =>
        $"The source itself was seen to have the identity disabled or gone within {Days(policy.RevokeWithin)} of the decision. A delivery that was only acknowledged, or a person's word, can't be told; nor can what is still within the {Days(policy.RevokeWithin)}.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var r in Removal.ReadAsync(context, ct))
        {
            var verdict = Within(r.DecidedAt, r.Seen, context.Policy.RevokeWithin, context.Until);
            if (r.Seen is null && r.Remediation == RemediationState.Succeeded)
                verdict = Verdicts.CannotTell;
            yield return new PopulationRow(Key(r.Id), r.Name, r.Source, verdict, r.Standing, r.Reviewer, r.DecidedAt, r.Why);
        }
    }
}

/// <summary>M18: how long it takes from no to gone.</summary>
public sealed class RemovalTime : Metric
{
    public override string Id => "M18";

    public override string Title => "Days from a revoke decision to the removal that was seen";

    public override string Population => "Revoke decisions that their item came to, made in the period; median, 90th percentile and maximum are of those seen gone.";

    public override string ValueUnit => "days";

    public override string Criterion(FindingPolicy policy) => "The removal was seen in the source at all, by the as-of time.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var r in Removal.ReadAsync(context, ct))
            yield return new PopulationRow(Key(r.Id), r.Name, r.Source, r.Seen is not null ? Verdicts.Met : r.Remediation == RemediationState.Succeeded ? Verdicts.CannotTell : Verdicts.Exception, r.Standing, r.Reviewer, r.DecidedAt, r.Why, r.Days);
    }
}

/// <summary>M23: an end that was seen in the source, not only written down.</summary>
public sealed class DecommissionedAndGone : Metric
{
    public override string Id => "M23";

    public override string Title => "Decommissioned identities seen gone in their source";

    public override string Population => "Identities that became Decommissioned in the period.";

    public override string Criterion(FindingPolicy policy) => "The connector looked after the deletion and found the identity gone, or a full import no longer named it.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from t in db.LifecycleTransitions.AsNoTracking().Where(t => t.To == LifecycleState.Decommissioned && t.At >= begin && t.At < until)
                   join i in context.Scoped on t.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby t.Id
                   select new
                   {
                       i.Id,
                       i.DisplayName,
                       i.MissingSince,
                       Source = s.Name,
                       t.By,
                       t.At,
                       t.Reason,
                       Seen = db.RevocationSteps.Where(x => x.IdentityId == i.Id && x.Verb == RevocationVerb.Delete && x.State == StepState.Done && x.ObservedAt < until).Max(x => x.ObservedAt),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var missing = r.MissingSince < until ? r.MissingSince : null;
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, r.Seen is not null || missing is not null ? Verdicts.Met : Verdicts.CannotTell,
                r.Seen is not null ? $"seen gone {Day(r.Seen)}" : missing is not null ? $"no longer imported since {Day(missing)}" : "not looked at since", r.By, r.At, r.Reason);
        }
    }
}

/// <summary>M24: what nobody uses is switched off.</summary>
public sealed class UnusedDisabled : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(30);

    public override string Id => "M24";

    public override string Title => "Unused identities disabled within 30 days of detection";

    public override string Population => "Findings F10 (unused) and F11 (never used) first seen in the period.";

    public override string ValueUnit => "days";

    public override string Criterion(FindingPolicy policy) => "The identity was quarantined or decommissioned, or the finding fixed, within 30 days of being seen; what is still open within the 30 days can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from f in db.Findings.AsNoTracking().Where(f => (f.RuleId == "F10" || f.RuleId == "F11") && f.FirstSeenAt >= begin && f.FirstSeenAt < until)
                   join i in context.Scoped on f.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   let off = db.LifecycleTransitions.Where(t => t.IdentityId == i.Id && (t.To == LifecycleState.Quarantined || t.To == LifecycleState.Decommissioned) && t.At >= f.FirstSeenAt).OrderBy(t => t.At).ThenBy(t => t.Id).Select(t => (Guid?)t.Id).FirstOrDefault()
                   join t in db.LifecycleTransitions on off equals t.Id into moves
                   from move in moves.DefaultIfEmpty()
                   orderby f.Id
                   select new
                   {
                       f.Id,
                       i.DisplayName,
                       Source = s.Name,
                       f.Evidence,
                       f.FirstSeenAt,
                       f.FixedAt,
                       OffAt = move == null ? null : (DateTimeOffset?)move.At,
                       move.By,
                       move.Reason,
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var done = new[] { r.FixedAt, r.OffAt }.Where(t => t < until).Min();
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, Within(r.FirstSeenAt, done, Limit, until), $"{r.Evidence} {(done is null ? "Still enabled." : $"Dealt with {Day(done)}.")}",
                done is not null && done == r.OffAt ? r.By : null, r.FirstSeenAt, done is not null && done == r.OffAt ? r.Reason : null, (done - r.FirstSeenAt)?.TotalDays);
        }
    }
}
