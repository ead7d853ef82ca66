using Governance.Campaigns;
using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M15: reviews that are finished when they are due.</summary>
public sealed class DecidedInTime : Metric
{
    public override string Id => "M15";

    public override string Title => "Review items decided by their due date";

    public override string Criterion => "A reviewer recorded certify, reduce or revoke before the campaign's due date; \"don't know\" is no decision.";

    public override string Population => "Items of all campaigns due in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from item in db.ReviewItems.AsNoTracking()
                          join c in db.Campaigns.Where(c => c.DueAt >= period.From && c.DueAt < period.To) on item.CampaignId equals c.Id
                          join i in db.Identities on item.IdentityId equals i.Id
                          join p in db.People on item.ReviewerId equals p.Id into reviewers
                          from reviewer in reviewers.DefaultIfEmpty()
                          orderby c.DueAt, i.DisplayName, item.Id
                          select new { item.Id, i.DisplayName, Campaign = c.Name, c.DueAt, item.Verdict, item.DecidedAt, Reviewer = reviewer.Name }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Campaign,
            r.Verdict is Verdict.Certify or Verdict.Reduce or Verdict.Revoke && r.DecidedAt <= r.DueAt ? Verdicts.Met : Verdicts.Exception,
            r.Verdict is null ? $"no answer; due {Day(r.DueAt)}" : $"{(r.Verdict == Verdict.DontKnow ? "don't know" : r.Verdict.ToString()!.ToLowerInvariant())}; due {Day(r.DueAt)}", r.Reviewer, r.DecidedAt));
    }
}

/// <summary>M16: what is privileged is looked at each quarter.</summary>
public sealed class PrivilegedCertified : Metric
{
    public override string Id => "M16";

    public override string Title => "Privileged identities certified in the period";

    public override string Criterion => "A reviewer certified the identity in the period, and did not take it back.";

    public override string Population => "Live identities that hold a privileged grant; those whose privilege no source reports can't be told.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from i in Live(db).AsNoTracking().Where(i => i.Privileged != Reported.No)
                          join s in db.Sources on i.SourceId equals s.Id
                          orderby i.DisplayName, i.Id
                          select new
                          {
                              i.Id,
                              i.DisplayName,
                              i.Privileged,
                              Source = s.Name,
                              Certified = (from item in db.ReviewItems
                                           where item.IdentityId == i.Id && item.Verdict == Verdict.Certify && item.DecidedAt >= period.From && item.DecidedAt < period.To
                                           join p in db.People on item.ReviewerId equals p.Id
                                           orderby item.DecidedAt descending
                                           select new { item.DecidedAt, p.Name }).FirstOrDefault(),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source,
            r.Privileged == Reported.Unknown ? Verdicts.CannotTell : r.Certified is not null ? Verdicts.Met : Verdicts.Exception,
            r.Privileged == Reported.Unknown ? "no source reports its privileges" : r.Certified is null ? "not certified in the period" : "certified", r.Certified?.Name, r.Certified?.DecidedAt));
    }
}

/// <summary>M17: what was denied is seen to be gone.</summary>
public sealed class DeniedAndGone : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(7);

    public override string Id => "M17";

    public override string Title => "Revoke decisions seen carried out within 7 days";

    public override string Criterion => "The source itself was seen to have the identity disabled or gone within 7 days of the decision. A delivery that was only acknowledged, or a person's word, can't be told.";

    public override string Population => "Revoke decisions in force that were made in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from item in db.ReviewItems.AsNoTracking().Where(x => x.Verdict == Verdict.Revoke && x.DecidedAt >= period.From && x.DecidedAt < period.To)
                          join i in db.Identities on item.IdentityId equals i.Id
                          join s in db.Sources on i.SourceId equals s.Id
                          join p in db.People on item.ReviewerId equals p.Id
                          orderby i.DisplayName, item.Id
                          select new
                          {
                              item.Id,
                              i.DisplayName,
                              Source = s.Name,
                              Reviewer = p.Name,
                              item.DecidedAt,
                              Order = db.RevocationOrders.Where(o => o.DecisionId == item.DecisionId).Select(o => new
                              {
                                  o.State,
                                  o.Remediation,
                                  o.HeldBy,
                                  Seen = db.RevocationSteps.Where(t => t.OrderId == o.Id && t.State == StepState.Done && t.Verb != RevocationVerb.Restore).Min(t => t.ObservedAt),
                              }).FirstOrDefault(),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r =>
        {
            var verdict = r.Order switch
            {
                { Remediation: RemediationState.Verified, Seen: { } gone } when gone <= r.DecidedAt + Limit => Verdicts.Met,
                { Remediation: RemediationState.Succeeded } => Verdicts.CannotTell,
                _ => Verdicts.Exception,
            };
            var detail = r.Order is null ? "no revocation order yet" : r.Order.HeldBy ?? Standing(r.Order.State, r.Order.Remediation) + (r.Order.Seen is { } seen ? $"; seen gone {Day(seen)}, {(seen - r.DecidedAt!.Value).TotalDays:0.0} days" : string.Empty);
            return new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, verdict, detail, r.Reviewer, r.DecidedAt);
        });
    }

    private static string Standing(OrderState state, RemediationState remediation) => (state, remediation) switch
    {
        (_, RemediationState.ManualPending) => "to be done by hand in its source, not confirmed yet",
        (OrderState.Noticed, _) => "the notice to its owner runs",
        (OrderState.Due, _) => "being carried out",
        (OrderState.Quarantined, RemediationState.Verified) => "disabled, observed in its source",
        (OrderState.Quarantined, _) => "reported as disabled, not observed",
        (OrderState.Completed, RemediationState.Verified) => "deleted, observed in its source",
        (OrderState.Completed, _) => "reported as deleted, not observed",
        (OrderState.Withdrawn, _) => "the order was withdrawn",
        (OrderState.Undone, _) => "disabled, and restored since",
        (OrderState.Held, _) => "held",
        _ => "stuck: a step can't go on by itself",
    };
}
