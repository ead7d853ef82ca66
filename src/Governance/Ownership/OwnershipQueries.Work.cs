using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Someone who stands to an identity in a role, was asked to, or says that it is theirs.</summary>
public sealed record RoleRow(OwnerRole Role, Guid PersonId, string Person, string? Mail, AssignmentState State, string? Team, DateTimeOffset Since, DateTimeOffset? ConfirmedAt, DateTimeOffset? DueAt, string? Reason);

/// <summary>A likely owner, and why.</summary>
public sealed record ProposalRow(Guid PersonId, string Person, string? Title, string? Department, int Rank, int Confidence, IReadOnlyList<string> Reasons);

/// <summary>An identity without an owner, with the likeliest one.</summary>
public sealed record WorkRow(
    Guid IdentityId, string Name, IdentityKind Kind, string Source, string? Tool, int Risk, OwnerState State, DateTimeOffset? UnownedSince, Guid? LikelyId, string? Likely, int? Confidence, string? Reason, bool Unanswered);

/// <summary>A claim that waits to be confirmed.</summary>
public sealed record ClaimRow(Guid IdentityId, string Name, string Source, Guid PersonId, string Person, string? Reason, DateTimeOffset Since, string? OwnerName);

/// <summary>A question that waits for one person: how many, since when.</summary>
public sealed record WaitingRow(Guid PersonId, string Person, string? Manager, int Questions, DateTimeOffset Oldest, int Reminded);

public sealed partial class OwnershipQueries
{
    /// <summary>Who stands to an identity in which role now.</summary>
    public async Task<IReadOnlyList<RoleRow>> RolesAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.IdentityId == identityId && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed)
            join p in db.People on a.PersonId equals p.Id
            orderby a.Since, a.Id
            select new RoleRow(a.Role, p.Id, p.Name, p.Mail, a.State, a.Team, a.AnsweredAt ?? a.Since, a.ConfirmedAt, a.DueAt, a.Reason)).Take(50).ToListAsync(ct);
    }

    /// <summary>The likely owners of an identity, the likeliest first.</summary>
    public async Task<IReadOnlyList<ProposalRow>> ProposalsOfAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from o in db.OwnerProposals.AsNoTracking()
            where o.IdentityId == identityId
            join p in db.People on o.PersonId equals p.Id
            orderby o.Rank
            select new { p.Id, p.Name, p.Title, p.Department, o.Rank, o.Confidence, o.Reasons }).ToListAsync(ct);
        return rows.ConvertAll(r => new ProposalRow(r.Id, r.Name, r.Title, r.Department, r.Rank, r.Confidence, r.Reasons.Split('\n')));
    }

    /// <summary>What nobody answers for and nobody is asked about: the surest proposals first, then the riskiest without one.</summary>
    /// <param name="minimumConfidence">Null: also those without a proposal.</param>
    /// <param name="skip">So many are left out from the beginning.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(IReadOnlyList<WorkRow> Rows, int Total)> WorkAsync(int? minimumConfidence, int skip, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows =
            from i in db.Identities.AsNoTracking()
            where (i.OwnerState == OwnerState.None || i.OwnerState == OwnerState.Orphaned) && i.State != LifecycleState.Decommissioned && i.MissingSince == null
                && !db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && (a.State == AssignmentState.Proposed || a.State == AssignmentState.Claimed))
            join o in db.OwnerProposals.Where(o => o.Rank == 1) on i.Id equals o.IdentityId into proposals
            from best in proposals.DefaultIfEmpty()
            select new { i, best };
        if (minimumConfidence is { } least)
            rows = rows.Where(r => r.best != null && r.best.Confidence >= least);
        var total = await rows.Take(Page<WorkRow>.CountCap).CountAsync(ct);
        var page = await (
            from r in rows.OrderByDescending(r => r.best == null ? 0 : r.best.Confidence).ThenByDescending(r => r.i.Risk).ThenBy(r => r.i.Id).Skip(skip).Take(take)
            join s in db.Sources on r.i.SourceId equals s.Id
            join t in db.Tools on r.i.ToolId equals t.Id into tools
            from tool in tools.DefaultIfEmpty()
            select new
            {
                r.i.Id,
                r.i.DisplayName,
                r.i.Kind,
                Source = s.Name,
                Tool = tool == null ? null : tool.Name,
                r.i.Risk,
                r.i.OwnerState,
                r.i.UnownedSince,
                LikelyId = r.best == null ? (Guid?)null : r.best.PersonId,
                Confidence = r.best == null ? (int?)null : r.best.Confidence,
                Reasons = r.best == null ? null : r.best.Reasons,
                Likely = r.best == null ? null : db.People.Where(p => p.Id == r.best.PersonId).Select(p => p.Name).FirstOrDefault(),
                Unanswered = db.OwnerAssignments.Any(a => a.IdentityId == r.i.Id && a.State == AssignmentState.Unanswered),
            }).ToListAsync(ct);
        return ([.. page.OrderByDescending(r => r.Confidence ?? 0).ThenByDescending(r => r.Risk).ThenBy(r => r.Id)
            .Select(r => new WorkRow(r.Id, r.DisplayName, r.Kind, r.Source, r.Tool, r.Risk, r.OwnerState, r.UnownedSince, r.LikelyId, r.Likely, r.Confidence, r.Reasons?.Split('\n')[0], r.Unanswered))], total);
    }

    /// <summary>Claims that the reader may confirm: all of them for the security team, else those of what the reader owns. At most 200.</summary>
    public async Task<IReadOnlyList<ClaimRow>> ClaimsAsync(Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (all, me) = (by.Holds(Roles.SecurityEngineer) || by.Holds(Roles.Administrator), by.PersonId);
        return await (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.State == AssignmentState.Claimed && a.Role == OwnerRole.Accountable && (me == null || a.PersonId != me)
            join i in db.Identities on a.IdentityId equals i.Id
            where all || (i.OwnerState == OwnerState.Accepted && i.OwnerId == me)
            join s in db.Sources on i.SourceId equals s.Id
            join p in db.People on a.PersonId equals p.Id
            orderby a.Since, a.Id
            select new ClaimRow(i.Id, i.DisplayName, s.Name, p.Id, p.Name, a.Reason, a.Since, i.OwnerState == OwnerState.Accepted ? db.People.Where(o => o.Id == i.OwnerId).Select(o => o.Name).FirstOrDefault() : null)).Take(200).ToListAsync(ct);
    }

    /// <summary>Whose answers are waited for, the oldest question first, at most 100 people.</summary>
    public async Task<IReadOnlyList<WaitingRow>> WaitingAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var groups = await db.OwnerAssignments.AsNoTracking().Where(a => a.State == AssignmentState.Proposed && a.Role == OwnerRole.Accountable).GroupBy(a => a.PersonId)
            .Select(g => new { g.Key, Count = g.Count(), Oldest = g.Min(a => a.Since), Reminded = g.Count(a => a.RemindedAt != null) }).OrderBy(g => g.Oldest).Take(100).ToListAsync(ct);
        var ids = groups.ConvertAll(g => g.Key);
        var people = await db.People.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => new { p.Id, p.Name, Manager = db.People.Where(m => m.Id == p.ManagerId).Select(m => m.Name).FirstOrDefault() }).ToDictionaryAsync(p => p.Id, ct);
        return groups.ConvertAll(g => new WaitingRow(g.Key, people[g.Key].Name, people[g.Key].Manager, g.Count, g.Oldest, g.Reminded));
    }

    /// <summary>Identities that a person was asked to be backup of, stands in for, or runs.</summary>
    public async Task<IReadOnlyList<(OwnerRole Role, AssignmentState State, OwnableRow Row)>> BesideAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.PersonId == personId && a.Role != OwnerRole.Accountable && (a.State == AssignmentState.Accepted || a.State == AssignmentState.Proposed)
            join i in db.Identities on a.IdentityId equals i.Id
            where i.State != LifecycleState.Decommissioned
            join s in db.Sources on i.SourceId equals s.Id
            join t in db.Tools on i.ToolId equals t.Id into tools
            from tool in tools.DefaultIfEmpty()
            join p in db.People on i.OwnerId equals p.Id into owners
            from owner in owners.DefaultIfEmpty()
            orderby i.Risk descending, i.DisplayName, i.Id
            select new
            {
                a.Role,
                a.State,
                i.Id,
                i.DisplayName,
                i.Kind,
                Source = s.Name,
                Tool = tool == null ? null : tool.Name,
                i.Environment,
                Life = i.State,
                i.Privileged,
                i.Usage,
                i.LastUsedAt,
                i.Risk,
                At = a.AnsweredAt ?? a.Since,
                a.AssignedBy,
                a.Reason,
                Owner = i.OwnerState == OwnerState.Accepted && owner != null ? owner.Name : null,
            }).Take(ListCap).ToListAsync(ct);
        return rows.ConvertAll(r => (r.Role, r.State, new OwnableRow(r.Id, r.DisplayName, r.Kind, r.Source, r.Tool, r.Environment, r.Life, r.Privileged, r.Usage, r.LastUsedAt, r.Risk, r.At, r.AssignedBy, r.Reason, r.Owner)));
    }

    /// <summary>What a person owns and has to confirm: inherited, or accepted longer ago than it counts.</summary>
    public async Task<HashSet<Guid>> ToConfirmAsync(Guid personId, int confirmDays, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var since = clock.Now().AddDays(-confirmDays);
        return await (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.PersonId == personId && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Accepted
            join i in db.Identities on a.IdentityId equals i.Id
            where i.State != LifecycleState.Decommissioned && (a.DueAt != null || ((a.ConfirmedAt ?? a.AnsweredAt ?? a.Since) < since && (i.LastCertifiedAt == null || i.LastCertifiedAt < since)))
            select i.Id).Take(ListCap).ToHashSetAsync(ct);
    }
}
