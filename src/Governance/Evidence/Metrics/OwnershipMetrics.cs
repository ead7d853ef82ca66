using System.Runtime.CompilerServices;
using Governance.Findings;
using Governance.Lifecycle;
using Governance.Ownership;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M06: a human answers for each identity.</summary>
public sealed class OwnedIdentities : Metric
{
    public override string Id => "M06";

    public override string Title => "Identities with an active human owner who accepted";

    public override string Population => "Live identities (discovered, active, quarantined).";

    public override string Criterion(FindingPolicy policy) => "A person of the directory, who had not left, has accepted accountability.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until, owners, staff) = (context.Db, context.Until, context.Owners(), context.Staff());
        var rows = from i in context.Live()
                   join s in db.Sources on i.SourceId equals s.Id
                   join a in owners on i.Id equals a.IdentityId into accepted
                   from owner in accepted.DefaultIfEmpty()
                   join p in db.People on owner.PersonId equals p.Id into people
                   from person in people.DefaultIfEmpty()
                   orderby i.Id
                   select new { i.Id, i.DisplayName, i.UnownedSince, Source = s.Name, Since = owner == null ? null : (DateTimeOffset?)(owner.AnsweredAt ?? owner.Since), owner.AssignedBy, owner.Reason, Owner = person.Name, Here = staff.Any(x => x.Id == person.Id) };
        Guid? before = null;
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            // Two assignments that overlap by a moment are still one identity.
            if (before == r.Id)
                continue;
            before = r.Id;
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, r.Owner is not null && r.Here ? Verdicts.Met : Verdicts.Exception,
                r.Owner is null ? $"nobody accepted{(r.UnownedSince < until ? $"; unowned since {Day(r.UnownedSince)}" : string.Empty)}" : r.Here ? $"accepted; asked by {r.AssignedBy}" : "the owner has left", r.Owner, r.Since, r.Reason);
        }
    }
}

/// <summary>M07: an acceptance of long ago says little about today.</summary>
public sealed class RecentlyConfirmedOwners : Metric
{
    public override string Id => "M07";

    public override string Title => "Ownership accepted or confirmed recently";

    public override string Population => "Live identities with an accepted owner.";

    public override string Criterion(FindingPolicy policy) => $"The owner accepted or confirmed, or certified the identity in a review, within {Days(policy.OwnerConfirm)} before the as-of time.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until, limit) = (context.Db, context.Until, context.Policy.OwnerConfirm);
        var rows = from i in context.Live()
                   join a in context.Owners() on i.Id equals a.IdentityId
                   join s in db.Sources on i.SourceId equals s.Id
                   join p in db.People on a.PersonId equals p.Id
                   orderby i.Id, a.Since
                   select new
                   {
                       i.Id,
                       i.DisplayName,
                       Source = s.Name,
                       Owner = p.Name,
                       Accepted = a.AnsweredAt ?? a.Since,
                       a.ConfirmedAt,
                       Certified = db.Decisions.Where(d => d.IdentityId == i.Id && d.ReviewerId == p.Id && d.Verdict == Campaigns.Verdict.Certify && !d.Withdrawn && d.At < until).Max(d => (DateTimeOffset?)d.At),
                   };
        Guid? before = null;
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (before == r.Id)
                continue;
            before = r.Id;
            var last = new[] { r.Accepted, r.ConfirmedAt < until ? r.ConfirmedAt : null, r.Certified }.Max();
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, last >= until - limit ? Verdicts.Met : Verdicts.Exception,
                $"last {(last == r.Accepted ? "accepted" : last == r.Certified ? "certified" : "confirmed")} {Day(last)}", r.Owner, last);
        }
    }
}

/// <summary>M08: what a leaver owned is in other hands, or switched off, within a week.</summary>
public sealed class LeaversSucceeded : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(7);

    public override string Id => "M08";

    public override string Title => "Identities of leavers re-owned or disabled within 7 days";

    public override string Population => "Identities whose accepted owner left in the period, each once for each leaver.";

    public override string ValueUnit => "days";

    public override string Criterion(FindingPolicy policy) => "Another person accepted, or the identity was quarantined, within 7 days of the owner's leaving being known; what is still open within the 7 days can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from a in db.OwnerAssignments.AsNoTracking().Where(a => a.State == AssignmentState.Orphaned && a.Role == OwnerRole.Accountable && a.EndedAt >= begin && a.EndedAt < until)
                   join i in context.Scoped on a.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   join p in db.People on a.PersonId equals p.Id
                   orderby a.Id
                   select new
                   {
                       a.Id,
                       i.DisplayName,
                       Source = s.Name,
                       Leaver = p.Name,
                       p.LeftOn,
                       a.EndedAt,
                       Next = db.OwnerAssignments.Where(n => n.IdentityId == i.Id && n.Role == OwnerRole.Accountable && n.PersonId != p.Id && n.State != AssignmentState.Declined && n.State != AssignmentState.Proposed && n.State != AssignmentState.Unanswered
                           && (n.AnsweredAt ?? (n.State == AssignmentState.Ended ? null : n.Since)) >= a.EndedAt).Min(n => (DateTimeOffset?)(n.AnsweredAt ?? n.Since)),
                       Off = db.LifecycleTransitions.Where(t => t.IdentityId == i.Id && t.To == LifecycleState.Quarantined && t.At >= a.EndedAt).Min(t => (DateTimeOffset?)t.At),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var done = new[] { r.Next, r.Off }.Where(t => t < until).Min();
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, Within(r.EndedAt!.Value, done, Limit, until),
                $"left {Day(r.LeftOn)}; known {Day(r.EndedAt)}; {(done is null ? "still without an owner" : done == r.Off ? $"disabled {Day(done)}" : $"re-owned {Day(done)}")}", r.Leaver, r.EndedAt, null, (done - r.EndedAt)?.TotalDays);
        }
    }
}
