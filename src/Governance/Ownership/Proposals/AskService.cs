using System.Linq.Expressions;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>What asking now would do.</summary>
/// <param name="Identities">So many would be asked about.</param>
/// <param name="People">So many would get one message each.</param>
/// <param name="Below">So many have a proposal that is less sure than asked for.</param>
/// <param name="Without">So many have no proposal at all: a person has to look.</param>
public sealed record AskPreview(int Identities, int People, int Below, int Without);

/// <summary>Asks the likeliest owners: one message a person, however many identities it is about.</summary>
public sealed class AskService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>At once at most; the next press goes on.</summary>
    public const int Most = 5000;

    public async Task<AskPreview> PreviewAsync(int minimumConfidence, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var free = Free(db, i => i.Id != Guid.Empty);
        var best = db.OwnerProposals.Where(p => p.Rank == 1 && free.Any(i => i.Id == p.IdentityId));
        var sure = best.Where(p => p.Confidence >= minimumConfidence);
        var (identities, all, total) = (await sure.CountAsync(ct), await best.CountAsync(ct), await free.CountAsync(ct));
        return new AskPreview(identities, await sure.Select(p => p.PersonId).Distinct().CountAsync(ct), all - identities, total - all);
    }

    /// <summary>Asks whoever is likeliest for each, if at least that likely. Null: for everything that nobody answers for and nobody was asked about.</summary>
    public async Task<Outcome<AskPreview>> AskAsync(IReadOnlyCollection<Guid>? identityIds, int minimumConfidence, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (minimumConfidence is < 0 or > 99)
            return new Refusal("policy.confidence", "The confidence is between 0 and 99.", "confidence");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<AskPreview>(async () => identityIds is null
            ? await AskInAsync(db, i => i.Id != Guid.Empty, minimumConfidence, by, clock.Now(), ct)
            : await AskInAsync(db, i => identityIds.Contains(i.Id), minimumConfidence, by, clock.Now(), ct), ct);
    }

    internal async Task<AskPreview> AskInAsync(GovernanceDb db, Expression<Func<Identity, bool>> which, int minimumConfidence, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var free = Free(db, which);
        var rows = await db.OwnerProposals
            .Where(p => p.Rank == 1 && p.Confidence >= minimumConfidence && free.Any(i => i.Id == p.IdentityId) && db.People.Any(q => q.Id == p.PersonId && q.Status == PersonStatus.Active))
            .OrderByDescending(p => p.Confidence).ThenBy(p => p.IdentityId).Take(Most).Select(p => new { p.IdentityId, p.PersonId, p.Reasons, p.Confidence }).ToListAsync(ct);
        if (rows.Count == 0)
            return new AskPreview(0, 0, 0, 0);
        await db.InsertManyAsync(rows.ConvertAll(r => new OwnerAssignment
        {
            Id = Ids.New(now),
            IdentityId = r.IdentityId,
            PersonId = r.PersonId,
            Role = OwnerRole.Accountable,
            State = AssignmentState.Proposed,
            Since = now,
            AssignedBy = by.Kind == ActorKind.Job ? "The console" : by.Name,
            Reason = r.Reasons.Length > 1900 ? r.Reasons[..1900] : r.Reasons,
        }), ct);
        var groups = rows.GroupBy(r => r.PersonId, r => r.IdentityId).ToList();
        foreach (var group in groups)
        {
            await OwnershipService.MarkAskedAsync(db, [.. group], group.Key, now, ct);
            await OwnershipService.AskAsync(db, group.Count(), group.Key, by.Kind == ActorKind.Job ? "The console" : by.Name, "by what their sources say", now, ct);
        }

        await audit.AppendAsync(db, by, now, rows.ConvertAll(r => new AuditDraft(AuditActions.OwnerAssigned, Subjects.Identity, r.IdentityId, r.Reasons, new { r.PersonId, r.Confidence, ByEvidence = true })), ct);
        return new AskPreview(rows.Count, groups.Count, 0, 0);
    }

    /// <summary>What nobody answers for, and nobody has been asked about or claims.</summary>
    private static IQueryable<Identity> Free(GovernanceDb db, Expression<Func<Identity, bool>> which) => db.Identities.Where(which).Where(i =>
        (i.OwnerState == OwnerState.None || i.OwnerState == OwnerState.Orphaned) && i.State != LifecycleState.Decommissioned && i.MissingSince == null
        && !db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && (a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed)));
}
