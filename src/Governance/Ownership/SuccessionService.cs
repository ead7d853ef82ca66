using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Someone who left something behind.</summary>
/// <param name="Orphaned">Identities that were theirs and that nobody answers for yet.</param>
/// <param name="Asked">Of these, somebody was asked.</param>
/// <param name="DueAt">The earliest day by which one is to be answered; null when nobody was asked.</param>
public sealed record LeaverRow(Guid PersonId, string Name, string? Department, DateTimeOffset? LeftOn, Guid? ManagerId, string? Manager, int Orphaned, int Asked, DateTimeOffset? DueAt);

/// <summary>One identity of a leaver, with who would be likeliest to take it.</summary>
public sealed record LeftBehind(
    Guid IdentityId, string Name, IdentityKind Kind, Guid SourceId, string Source, Guid? ToolId, string? Tool, int Risk, Reported Privileged, Guid? AskedId, string? Asked, DateTimeOffset? DueAt, Guid? LikelyId, string? Likely, int? Confidence);

/// <summary>One successor for some of what a leaver left.</summary>
public sealed record SuccessionChoice(IReadOnlyCollection<Guid> IdentityIds, Guid SuccessorId);

/// <summary>
/// Succession is one page, not forty: everything that a leaver owned, a successor for all or for each group, done at once. The successor is asked, and answers for it once they
/// accept (NIST CSF 2.0 GV.RR-04). The security team may do it, and the leaver's manager.
/// </summary>
public sealed class SuccessionService(IDbContextFactory<GovernanceDb> contexts, OwnershipService ownership, TimeProvider clock)
{
    private const int Most = 2000;

    /// <summary>Everybody who left something behind; for somebody without a role only those whom they managed.</summary>
    public async Task<IReadOnlyList<LeaverRow>> LeaversAsync(Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (all, me) = (Sees(by), by.PersonId);
        var behind = (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.Role == OwnerRole.Accountable && a.State == AssignmentState.Orphaned
            join i in db.Identities on a.IdentityId equals i.Id
            where i.OwnerState != OwnerState.Accepted && i.State != LifecycleState.Decommissioned && i.MissingSince == null
            join p in db.People on a.PersonId equals p.Id
            where p.Status == PersonStatus.Left && (all || (p.ManagerId != null && p.ManagerId == me))
            select new { a.PersonId, a.IdentityId }).Distinct();
        var counts = await behind.GroupBy(b => b.PersonId).Select(g => new { g.Key, Count = g.Count() }).OrderByDescending(g => g.Count).Take(200).ToListAsync(ct);
        var asked = await behind.Join(db.OwnerAssignments.Where(q => q.Role == OwnerRole.Accountable && q.State == AssignmentState.Proposed), b => b.IdentityId, q => q.IdentityId, (b, q) => new { b.PersonId, q.DueAt })
            .GroupBy(x => x.PersonId).Select(g => new { g.Key, Count = g.Count(), Due = g.Min(x => x.DueAt) }).ToDictionaryAsync(g => g.Key, ct);
        var ids = counts.ConvertAll(c => c.Key);
        var people = await db.People.AsNoTracking().Where(p => ids.Contains(p.Id))
            .Select(p => new { p.Id, p.Name, p.Department, p.LeftOn, p.ManagerId, Manager = db.People.Where(m => m.Id == p.ManagerId && m.Status == PersonStatus.Active).Select(m => m.Name).FirstOrDefault() }).ToDictionaryAsync(p => p.Id, ct);
        return [.. counts.Select(c => (c.Count, P: people[c.Key], Asked: asked.GetValueOrDefault(c.Key)))
            .OrderByDescending(r => r.Count - (r.Asked?.Count ?? 0)).ThenByDescending(r => r.Count).ThenBy(r => r.P.Name, StringComparer.Ordinal)
            .Select(r => new LeaverRow(r.P.Id, r.P.Name, r.P.Department, r.P.LeftOn, r.P.Manager is null ? null : r.P.ManagerId, r.P.Manager, r.Count, r.Asked?.Count ?? 0, r.Asked?.Due))];
    }

    /// <summary>What one leaver owned and nobody answers for yet, the riskiest first, at most 2,000. Empty where the reader may not see it.</summary>
    public async Task<IReadOnlyList<LeftBehind>> LeftBehindAsync(Guid leaver, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (!Sees(by) && !await db.People.AnyAsync(p => p.Id == leaver && p.ManagerId != null && p.ManagerId == by.PersonId, ct))
            return [];
        var rows = await (
            from i in Behind(db, leaver).AsNoTracking()
            join s in db.Sources on i.SourceId equals s.Id
            join t in db.Tools on i.ToolId equals t.Id into tools
            from tool in tools.DefaultIfEmpty()
            orderby i.Risk descending, i.DisplayName, i.Id
            select new LeftBehind(i.Id, i.DisplayName, i.Kind, s.Id, s.Name, i.ToolId, tool == null ? null : tool.Name, i.Risk, i.Privileged, null, null, null, null, null, null)).Take(Most).ToListAsync(ct);
        var ids = rows.ConvertAll(r => r.IdentityId);
        var asked = (await db.OwnerAssignments.AsNoTracking().Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed)
            .Join(db.People, a => a.PersonId, p => p.Id, (a, p) => new { a.IdentityId, p.Id, p.Name, a.DueAt }).ToListAsync(ct)).ToLookup(a => a.IdentityId);
        var likely = (await db.OwnerProposals.AsNoTracking().Where(o => ids.Contains(o.IdentityId) && o.Rank == 1)
            .Join(db.People, o => o.PersonId, p => p.Id, (o, p) => new { o.IdentityId, p.Id, p.Name, o.Confidence }).ToListAsync(ct)).ToLookup(o => o.IdentityId);
        return rows.ConvertAll(r => asked[r.IdentityId].FirstOrDefault() is var a && likely[r.IdentityId].FirstOrDefault() is var l
            ? r with { AskedId = a?.Id, Asked = a?.Name, DueAt = a?.DueAt, LikelyId = l?.Id, Likely = l?.Name, Confidence = l?.Confidence } : r);
    }

    /// <summary>Asks the chosen successors, all in one transaction; each gets one message.</summary>
    public async Task<Outcome<IReadOnlyList<ItemOutcome>>> HandOverAsync(Guid leaver, IReadOnlyList<SuccessionChoice> choices, string? reason, Actor by, CancellationToken ct)
    {
        if (choices.Count == 0)
            return new Refusal("succession.none", "Choose a successor first.", "person");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<IReadOnlyList<ItemOutcome>>(async () =>
        {
            var now = clock.Now();
            var gone = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == leaver, ct);
            if (gone is null)
                return OwnershipRefusals.PersonNotFound;
            if (!Decides(by) && (gone.ManagerId is null || gone.ManagerId != by.PersonId))
                return new Refusal("not.allowed", "A succession is arranged by the leaver's manager, or needs the role SecurityEngineer or Administrator.");
            if (gone.Status != PersonStatus.Left)
                return new Refusal("succession.here", $"{gone.Name} still works here, by the directory. They hand over what is theirs by themselves.");
            var days = await db.OwnershipPolicies.Where(p => p.Id == OwnershipPolicy.TheId).Select(p => p.SuccessionDays).SingleAsync(ct);
            var theirs = await Behind(db, leaver).Select(i => i.Id).ToHashSetAsync(ct);
            var outcomes = new List<ItemOutcome>();
            foreach (var choice in choices.GroupBy(c => c.SuccessorId, c => c.IdentityIds))
            {
                var asked = choice.SelectMany(i => i).Distinct().ToList();
                outcomes.AddRange(asked.Where(i => !theirs.Contains(i)).Select(i => new ItemOutcome(i, new Refusal("succession.not-theirs", $"It is not among what {gone.Name} left, or somebody answers for it already."))));
                outcomes.AddRange(await ownership.AssignInAsync(db, asked.FindAll(theirs.Contains), new Nomination(choice.Key, string.IsNullOrWhiteSpace(reason) ? $"{gone.Name} has left." : $"{gone.Name} has left. {reason}", DueAt: now.AddDays(days)), by, arranges: true, now, ct));
            }

            return outcomes;
        }, ct);
    }

    private static IQueryable<Identity> Behind(GovernanceDb db, Guid leaver) => db.Identities.Where(i => i.OwnerState != OwnerState.Accepted && i.State != LifecycleState.Decommissioned && i.MissingSince == null
        && db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.PersonId == leaver && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Orphaned));

    private static bool Decides(Actor by) => by.Holds(Roles.SecurityEngineer) || by.Holds(Roles.Administrator);

    private static bool Sees(Actor by) => Decides(by) || by.Holds(Roles.Auditor) || by.Holds(Roles.CampaignManager);
}
