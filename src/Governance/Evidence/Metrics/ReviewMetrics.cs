using System.Runtime.CompilerServices;
using Governance.Campaigns;
using Governance.Common;
using Governance.Findings;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Decisions as they stood at a time: those that no later one before it superseded or took back. An item with several reviewers or stages has several.</summary>
internal static class DecisionsInForce
{
    public static IQueryable<Decision> Decided(this MetricContext context)
    {
        var (all, until) = (context.Db.Decisions.AsNoTracking(), context.Until);
        return all.Where(d => d.At < until && !d.Withdrawn && !all.Any(later => later.ItemId == d.ItemId && later.SupersedesId == d.Id && later.At < until));
    }

    public static string Words(this Verdict verdict) => verdict switch { Verdict.Certify => "certify", Verdict.Reduce => "reduce", Verdict.Revoke => "revoke", _ => "don't know" };
}

/// <summary>M15: reviews that are finished when they are due.</summary>
public sealed class DecidedInTime : Metric
{
    public override string Id => "M15";

    public override string Title => "Review items decided by their due date";

    public override string Population => "Items of all campaigns due in the period, without those that were prepared only or cancelled.";

    public override string Criterion(FindingPolicy policy) => "All reviewers who had to answer did so by the campaign's due date, and the last of them said certify, reduce or revoke; \"don't know\" is no decision.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until, decided) = (context.Db, context.Period.From, context.Until, context.Decided());
        var rows = from item in db.ReviewItems.AsNoTracking()
                   join c in db.Campaigns.Where(c => c.DueAt >= begin && c.DueAt < until && c.State != CampaignState.Prepared && c.State != CampaignState.Cancelled) on item.CampaignId equals c.Id
                   join i in context.Scoped on item.IdentityId equals i.Id
                   let last = decided.Where(d => d.ItemId == item.Id).OrderByDescending(d => d.StageNumber).ThenByDescending(d => d.At).ThenByDescending(d => d.Id).Select(d => (Guid?)d.Id).FirstOrDefault()
                   join x in db.Decisions on last equals x.Id into answers
                   from d in answers.DefaultIfEmpty()
                   join p in db.People on d == null ? item.ReviewerId : d.ReviewerId equals p.Id into reviewers
                   from reviewer in reviewers.DefaultIfEmpty()
                   orderby item.Id
                   select new { item.Id, i.DisplayName, Campaign = c.Name, c.DueAt, item.ReviewerReason, Complete = item.Verdict != null, item.DecidedAt, Verdict = d == null ? null : (Verdict?)d.Verdict, At = d == null ? null : (DateTimeOffset?)d.At, d.Justification, Reviewer = reviewer.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            // An answer counts when nobody else's is owed: all stages and reviewers were through by the due date. What was changed after the period doesn't touch it.
            var whole = r.Complete && (r.DecidedAt <= r.DueAt || r.DecidedAt >= until);
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Campaign, whole && r.At <= r.DueAt && r.Verdict is (Verdict.Certify or Verdict.Reduce or Verdict.Revoke) ? Verdicts.Met : Verdicts.Exception,
                $"{(r.Verdict is { } v ? v.Words() + (r.Complete ? string.Empty : ", another answer is owed") : "no answer")}; due {Day(r.DueAt)}; asked as: {r.ReviewerReason}", r.Reviewer, r.At, r.Justification);
        }
    }
}

/// <summary>M16: what is privileged is looked at each quarter.</summary>
public sealed class PrivilegedCertified : Metric
{
    public override string Id => "M16";

    public override string Title => "Privileged identities certified in the period";

    public override string Population => "Identities that were there at any time of the period and privileged at its end or at a change within it; those whose privilege no source reports can't be told.";

    public override string Criterion(FindingPolicy policy) => "A reviewer certified the identity in the period, did not take it back, and was not overruled in a later stage.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until, decided) = (context.Db, context.Period.From, context.Until, context.Decided());
        var changes = db.IdentityChanges.Where(c => c.Field == "privileged" && c.At >= begin);
        var rows = from i in context.LiveDuring()
                   let after = changes.Where(c => c.IdentityId == i.Id && c.At >= until).OrderBy(c => c.At).Select(c => c.Before).FirstOrDefault()
                   let within = changes.Any(c => c.IdentityId == i.Id && c.At < until && (c.Before == "Yes" || c.After == "Yes"))
                   where within || (after == null ? i.Privileged != Reported.No : after != "No")
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby i.Id
                   select new
                   {
                       i.Id,
                       i.DisplayName,
                       Known = within || (after == null ? i.Privileged == Reported.Yes : after == "Yes"),
                       Source = s.Name,
                       Certified = (from d in decided
                                    where d.IdentityId == i.Id && d.Verdict == Verdict.Certify && d.At >= begin
                                    join item in db.ReviewItems.Where(x => x.Target == ItemTarget.Identity && x.Verdict == Verdict.Certify) on d.ItemId equals item.Id
                                    join p in db.People on d.ReviewerId equals p.Id
                                    orderby d.At descending, d.Id
                                    select new { d.At, d.Justification, p.Name }).FirstOrDefault(),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, !r.Known ? Verdicts.CannotTell : r.Certified is not null ? Verdicts.Met : Verdicts.Exception,
                !r.Known ? "no source reports its privileges" : r.Certified is null ? "not certified in the period" : "certified", r.Certified?.Name, r.Certified?.At, r.Certified?.Justification);
        }
    }
}

/// <summary>M19: nobody certifies what they asked for themselves.</summary>
public sealed class IndependentReviews : Metric
{
    public override string Id => "M19";

    public override string Title => "Decisions by somebody else than who asked for the identity";

    public override string Population => "Decisions in force that were made in the period.";

    public override string Caution => "An owner who certifies an own agent is the normal case, and still a self-review where they asked for it.";

    public override string Criterion(FindingPolicy policy) => "The reviewer is not the person who requested or made the identity; where nobody knows who did, it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin) = (context.Db, context.Period.From);
        var rows = from d in context.Decided().Where(d => d.At >= begin)
                   join i in context.Scoped on d.IdentityId equals i.Id
                   join c in db.Campaigns on d.CampaignId equals c.Id
                   join p in db.People on d.ReviewerId equals p.Id
                   join m in db.People on i.CreatorId equals m.Id into makers
                   from maker in makers.DefaultIfEmpty()
                   orderby d.Id
                   select new { d.Id, i.DisplayName, Campaign = c.Name, d.Verdict, d.At, d.Justification, d.ReviewerId, i.CreatorId, Reviewer = p.Name, Maker = maker.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Campaign, r.CreatorId is null ? Verdicts.CannotTell : r.CreatorId == r.ReviewerId ? Verdicts.Exception : Verdicts.Met,
                $"{r.Verdict.Words()}; asked for or made by {r.Maker ?? "nobody knows whom"}", r.Reviewer, r.At, r.Justification);
        }
    }
}

/// <summary>M32: a sign that answers were given without looking. Never a verdict on a person.</summary>
public sealed class ReviewerSignals : Metric
{
    private const int Many = 50;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(3);

    public override string Id => "M32";

    public override string Title => "Reviewers without a sign of rubber-stamping";

    public override string Population => "Reviewers with a decision in the period.";

    public override string Caution => "A signal that asks for a second look, not a verdict on a person.";

    public override string Criterion(FindingPolicy policy) => $"Fewer than {Many} decisions, or some that are not certify and a median of at least 3 seconds between two.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from d in db.Decisions.AsNoTracking().Where(d => d.At >= begin && d.At < until && !d.Withdrawn)
                   join i in context.Scoped on d.IdentityId equals i.Id
                   join p in db.People on d.ReviewerId equals p.Id
                   orderby d.ReviewerId, d.At, d.Id
                   select new { d.ReviewerId, p.Name, d.Verdict, d.At, d.BulkSize };
        var (reviewer, name, certified, bulk) = (default(Guid?), string.Empty, 0, 0);
        var times = new List<DateTimeOffset>();
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (reviewer is { } before && before != r.ReviewerId)
            {
                yield return Row(before);
                (certified, bulk) = (0, 0);
                times.Clear();
            }

            (reviewer, name) = (r.ReviewerId, r.Name);
            certified += r.Verdict == Verdict.Certify ? 1 : 0;
            bulk = Math.Max(bulk, r.BulkSize);
            times.Add(r.At);
        }

        if (reviewer is { } last)
            yield return Row(last);

        PopulationRow Row(Guid id)
        {
            var gaps = times.Zip(times.Skip(1), (a, b) => b - a).Order().ToList();
            var median = gaps.Count == 0 ? (TimeSpan?)null : gaps[gaps.Count / 2];
            var signal = times.Count >= Many && (certified == times.Count || median < Quick);
            return new PopulationRow(Key(id), name, "Reviewer", signal ? Verdicts.Exception : Verdicts.Met,
                $"{times.Count} decisions, {certified} certify, largest bulk answer {bulk}" + (median is { } m ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", median {m.TotalSeconds:0.0} s between two") : string.Empty), name, times[^1]);
        }
    }
}
