using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M06: a human answers for each identity.</summary>
public sealed class OwnedIdentities : Metric
{
    public override string Id => "M06";

    public override string Title => "Identities with an active human owner who accepted";

    public override string Criterion => "A person of the directory, not marked as left, has accepted accountability.";

    public override string Population => "Live identities (discovered, active, quarantined).";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from i in Live(db).AsNoTracking()
                          join s in db.Sources on i.SourceId equals s.Id
                          join p in db.People on i.OwnerId equals p.Id into owners
                          from owner in owners.DefaultIfEmpty()
                          orderby i.DisplayName, i.Id
                          select new { i.Id, i.DisplayName, i.OwnerState, i.UnownedSince, Source = s.Name, Owner = owner.Name, Status = (PersonStatus?)owner.Status }).ToListAsync(ct);
        return rows.ConvertAll(r => new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source,
            r.OwnerState == OwnerState.Accepted && r.Status == PersonStatus.Active ? Verdicts.Met : Verdicts.Exception,
            r.OwnerState switch
            {
                OwnerState.Accepted => r.Status == PersonStatus.Active ? "accepted" : "the owner has left",
                OwnerState.Proposed => $"asked, not answered; unowned since {Day(r.UnownedSince)}",
                OwnerState.Orphaned => $"the owner has left; unowned since {Day(r.UnownedSince)}",
                _ => $"no owner since {Day(r.UnownedSince)}",
            }, r.Owner));
    }
}

/// <summary>M07: an acceptance of long ago says little about today.</summary>
public sealed class RecentlyConfirmedOwners : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(180);

    public override string Id => "M07";

    public override string Title => "Ownership accepted or confirmed in the last 180 days";

    public override string Criterion => "The owner accepted, or certified the identity in a review, within 180 days before the as-of time.";

    public override string Population => "Live identities with an accepted owner.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from i in Live(db).AsNoTracking().Where(i => i.OwnerState == OwnerState.Accepted)
                          join s in db.Sources on i.SourceId equals s.Id
                          join p in db.People on i.OwnerId equals p.Id
                          orderby i.DisplayName, i.Id
                          select new
                          {
                              i.Id,
                              i.DisplayName,
                              i.LastCertifiedAt,
                              Source = s.Name,
                              Owner = p.Name,
                              Accepted = db.OwnerAssignments.Where(a => a.IdentityId == i.Id && a.PersonId == p.Id && a.State == AssignmentState.Accepted).Max(a => a.AnsweredAt),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r =>
        {
            var last = r.LastCertifiedAt > (r.Accepted ?? DateTimeOffset.MinValue) ? r.LastCertifiedAt : r.Accepted;
            return new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, last >= period.AsOf - Limit ? Verdicts.Met : Verdicts.Exception, $"last confirmed {Day(last)}", r.Owner, last);
        });
    }
}

/// <summary>M08: what a leaver owned is in other hands, or switched off, within a week.</summary>
public sealed class LeaversSucceeded : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(7);

    public override string Id => "M08";

    public override string Title => "Identities of leavers re-owned or disabled within 7 days";

    public override string Criterion => "Another person accepted, or the identity was quarantined, within 7 days of the owner's leaving being known.";

    public override string Population => "Identities that were orphaned by a leaver in the period.";

    public override async Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct)
    {
        var rows = await (from a in db.OwnerAssignments.AsNoTracking().Where(a => a.State == AssignmentState.Orphaned && a.EndedAt >= period.From && a.EndedAt < period.To)
                          join i in db.Identities on a.IdentityId equals i.Id
                          join s in db.Sources on i.SourceId equals s.Id
                          join p in db.People on a.PersonId equals p.Id
                          orderby i.DisplayName, i.Id, a.EndedAt
                          select new
                          {
                              i.Id,
                              i.DisplayName,
                              Source = s.Name,
                              Leaver = p.Name,
                              a.EndedAt,
                              Next = db.OwnerAssignments.Where(n => n.IdentityId == i.Id && n.PersonId != p.Id && n.AnsweredAt >= a.EndedAt && n.State != AssignmentState.Declined).Min(n => n.AnsweredAt),
                              Off = db.LifecycleTransitions.Where(t => t.IdentityId == i.Id && t.To == LifecycleState.Quarantined && t.At >= a.EndedAt).Min(t => (DateTimeOffset?)t.At),
                          }).ToListAsync(ct);
        return rows.ConvertAll(r =>
        {
            var done = new[] { r.Next, r.Off }.Where(t => t is not null).Min();
            return new PopulationRow(r.Id.ToString("D"), r.DisplayName, r.Source, done <= r.EndedAt + Limit ? Verdicts.Met : Verdicts.Exception,
                $"orphaned {Day(r.EndedAt)}; " + (done is null ? "still without an owner" : $"settled {Day(done)}"), r.Leaver, r.EndedAt);
        });
    }
}
