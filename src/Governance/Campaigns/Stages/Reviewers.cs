using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>A person who may be asked about an identity, and why.</summary>
internal sealed class Candidate
{
    public Guid IdentityId { get; init; }

    public Guid PersonId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Who a stage's reviewers are, as queries: preview, launch and stage change use the same.</summary>
internal static class Reviewers
{
    /// <summary>Whether the stage asks the owner and nobody else: the case that a launch does in one pass.</summary>
    public static bool IsOwnerOnly(StageSettings stage) => stage.Reviewers is [ReviewerKind.Owner] && stage.FallbackPeople.Count == 0 && stage.FallbackRole is null;

    /// <summary>All whom the stage names for the identities; a person may come twice, by two ways.</summary>
    public static IQueryable<Candidate> Of(GovernanceDb db, IQueryable<Identity> identities, StageSettings stage, bool blockSelfReview)
    {
        var all = stage.Reviewers.Distinct().Select(kind => By(db, identities, stage, kind)).Aggregate((a, b) => a.Concat(b));
        return May(db, all, blockSelfReview);
    }

    /// <summary>The stage's own fallback reviewers, in the order in which they are tried.</summary>
    public static IEnumerable<IQueryable<Candidate>> Fallbacks(GovernanceDb db, IQueryable<Identity> identities, StageSettings stage, Guid fallback, bool blockSelfReview)
    {
        if (stage.FallbackPeople.Count > 0)
            yield return May(db, Named(db, identities, stage.FallbackPeople, ReviewerReasons.StageFallback), blockSelfReview);
        if (stage.FallbackRole is { } role)
            yield return May(db, WithRole(db, identities, role, ReviewerReasons.RoleFallback(role)), blockSelfReview);
        yield return May(db, Named(db, identities, [fallback], ReviewerReasons.Fallback), blockSelfReview);
    }

    /// <summary>Nobody reviews what they asked for or created, or what they alone use (I-14).</summary>
    public static IQueryable<Candidate> May(GovernanceDb db, IQueryable<Candidate> candidates, bool blockSelfReview) => !blockSelfReview ? candidates : candidates.Where(c =>
        !db.Identities.Any(i => i.Id == c.IdentityId && i.CreatorId == c.PersonId) && !db.SoleUsers().Any(u => u.IdentityId == c.IdentityId && u.PersonId == c.PersonId));

    private static IQueryable<Candidate> By(GovernanceDb db, IQueryable<Identity> identities, StageSettings stage, ReviewerKind kind) => kind switch
    {
        ReviewerKind.Owner => from i in identities
                              join p in db.People on i.OwnerId equals p.Id
                              where i.OwnerState == OwnerState.Accepted && p.Status == PersonStatus.Active
                              select new Candidate { IdentityId = i.Id, PersonId = p.Id, Reason = ReviewerReasons.AcceptedOwner },
        ReviewerKind.BackupOwner => Holding(db, identities, OwnerRole.Backup, ReviewerReasons.BackupOwner),
        ReviewerKind.TechnicalOwner => Holding(db, identities, OwnerRole.Technical, ReviewerReasons.TechnicalOwner),
        ReviewerKind.OwnersManager => from i in identities
                                      join p in db.People on i.OwnerId equals p.Id
                                      join m in db.People on p.ManagerId equals m.Id
                                      where m.Status == PersonStatus.Active
                                      select new Candidate { IdentityId = i.Id, PersonId = m.Id, Reason = ReviewerReasons.OwnersManager },
        ReviewerKind.ToolOwner => ToolOwners(db, identities),
        ReviewerKind.Role => WithRole(db, identities, stage.Role!, ReviewerReasons.HasRole(stage.Role!)),
        _ => Named(db, identities, stage.People, ReviewerReasons.Named),
    };

    private static IQueryable<Candidate> Holding(GovernanceDb db, IQueryable<Identity> identities, OwnerRole role, string reason) =>
        from i in identities
        join a in db.OwnerAssignments on i.Id equals a.IdentityId
        join p in db.People on a.PersonId equals p.Id
        where a.Role == role && a.State == AssignmentState.Accepted && a.EndedAt == null && p.Status == PersonStatus.Active
        select new Candidate { IdentityId = i.Id, PersonId = p.Id, Reason = reason };

    // Nobody owns a tool by name; whoever answers for most of its identities knows it best. The lowest id settles a tie, so that two runs agree.
    private static IQueryable<Candidate> ToolOwners(GovernanceDb db, IQueryable<Identity> identities) =>
        from i in identities
        join t in db.Tools on i.ToolId equals t.Id
        let owner = db.Identities.Where(x => x.ToolId == t.Id && x.OwnerState == OwnerState.Accepted && x.OwnerId != null && db.People.Any(p => p.Id == x.OwnerId && p.Status == PersonStatus.Active))
            .GroupBy(x => x.OwnerId!.Value).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Select(g => (Guid?)g.Key).FirstOrDefault()
        where owner != null
        select new Candidate { IdentityId = i.Id, PersonId = owner!.Value, Reason = ReviewerReasons.ToolOwner };

    private static IQueryable<Candidate> Named(GovernanceDb db, IQueryable<Identity> identities, IReadOnlyList<Guid> people, string reason) =>
        from i in identities
        from p in db.People.Where(p => people.Contains(p.Id) && p.Status == PersonStatus.Active)
        select new Candidate { IdentityId = i.Id, PersonId = p.Id, Reason = reason };

    private static IQueryable<Candidate> WithRole(GovernanceDb db, IQueryable<Identity> identities, string role, string reason)
    {
        var holders = db.Accounts.Where(a => a.DisabledAt == null && a.PersonId != null && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == role))
            .Join(db.People.Where(p => p.Status == PersonStatus.Active), a => a.PersonId, p => p.Id, (_, p) => p.Id).Distinct().OrderBy(id => id).Take(StageSettings.MostReviewers);
        return from i in identities from p in holders select new Candidate { IdentityId = i.Id, PersonId = p, Reason = reason };
    }
}
