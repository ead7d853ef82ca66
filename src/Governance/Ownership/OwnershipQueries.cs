using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>How many of a group have whom to answer for them.</summary>
/// <param name="Id">The source's or the tool's id; null for all together.</param>
/// <param name="Name">The source's or the tool's name.</param>
/// <param name="Confirmed">Of the accepted: accepted, confirmed or certified within the days of the policy. Only these count.</param>
public sealed record CoverageRow(Guid? Id, string Name, int Total, int Accepted, int Proposed, int Orphaned, int Confirmed)
{
    /// <summary>Accepted so long ago that it no longer counts until the owner confirms it.</summary>
    public int Stale => Accepted - Confirmed;

    /// <summary>Nobody was asked.</summary>
    public int None => Total - Accepted - Proposed - Orphaned;

    /// <summary>Share with an owner who accepted or confirmed it within the period, 0 to 100 rounded down; null where there is no population: that is not 100 %.</summary>
    public int? Percent => Total == 0 ? null : (int)(100L * Confirmed / Total);
}

/// <summary>Ownership coverage (NIST CSF 2.0 GV.RR-02, AI RMF GOVERN 2.1), of what lives in its source.</summary>
/// <param name="AiTools">Identities that act for an AI tool, all together.</param>
/// <param name="Everything">All identities, with and without a tool.</param>
/// <param name="BySource">AI-tool identities by source.</param>
/// <param name="ByTool">By tool; the worst covered first.</param>
public sealed record Coverage(CoverageRow AiTools, CoverageRow Everything, IReadOnlyList<CoverageRow> BySource, IReadOnlyList<CoverageRow> ByTool);

/// <summary>An identity that a person owns, was asked about, or might know.</summary>
/// <param name="Since">Since when it is theirs, or since when they have been asked.</param>
/// <param name="By">Who asked them; null for a mere likeness.</param>
/// <param name="Reason">Why they were asked, or what looks alike.</param>
/// <param name="OwnerName">Who owns it until they accept.</param>
public sealed record OwnableRow(
    Guid IdentityId, string Name, IdentityKind Kind, string SourceName, string? ToolName, DeploymentEnvironment Environment, LifecycleState State, Reported Privileged,
    UsageState Usage, DateTimeOffset? LastUsedAt, int Risk, DateTimeOffset? Since, string? By, string? Reason, string? OwnerName);

/// <summary>One step in the history of an identity's ownership.</summary>
public sealed record AssignmentRow(
    Guid PersonId, string Person, OwnerRole Role, AssignmentState State, DateTimeOffset Since, string AssignedBy, string? Reason, DateTimeOffset? AnsweredAt, string? AnswerReason, DateTimeOffset? EndedAt);

/// <summary>What an owner panel shows: where ownership stands, and who was asked beside it.</summary>
public sealed record OwnerView(OwnerState State, Guid? OwnerId, string? OwnerName, string? OwnerMail, DateTimeOffset? UnownedSince, Guid? AskedId, string? AskedName, LifecycleState Lifecycle);

/// <summary>What pages show of ownership.</summary>
public sealed partial class OwnershipQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private const int ListCap = 1000;

    /// <summary>How well owned the inventory is. Decommissioned and missing identities are no longer anybody's to answer for.</summary>
    public async Task<Coverage> CoverageAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var living = db.Identities.AsNoTracking().Where(i => i.State != LifecycleState.Decommissioned && i.MissingSince == null);
        var since = clock.Now().AddDays(-await db.OwnershipPolicies.Where(p => p.Id == OwnershipPolicy.TheId).Select(p => p.ConfirmDays).SingleAsync(ct));
        var groups = await living.GroupBy(i => new { i.SourceId, i.ToolId, i.OwnerState }).Select(g => new { g.Key.SourceId, g.Key.ToolId, g.Key.OwnerState, Count = g.Count() }).ToListAsync(ct);
        var confirmed = (await (
            from i in living
            join a in db.OwnerAssignments on i.Id equals a.IdentityId
            where i.OwnerState == OwnerState.Accepted && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Accepted && a.PersonId == i.OwnerId
                && (a.AnsweredAt >= since || a.ConfirmedAt >= since || i.LastCertifiedAt >= since)
            group i by new { i.SourceId, i.ToolId } into g
            select new { g.Key.SourceId, g.Key.ToolId, Count = g.Count() }).ToListAsync(ct)).ToDictionary(g => (g.SourceId, g.ToolId), g => g.Count);
        var sources = await db.Sources.AsNoTracking().ToDictionaryAsync(s => s.Id, s => s.Name, ct);
        var tools = await db.Tools.AsNoTracking().ToDictionaryAsync(t => t.Id, t => t.Name, ct);
        var cells = groups.ConvertAll(g => (g.SourceId, g.ToolId, g.OwnerState, g.Count, Confirmed: g.OwnerState == OwnerState.Accepted ? confirmed.GetValueOrDefault((g.SourceId, g.ToolId)) : 0));
        var ai = cells.Where(c => c.ToolId is not null).ToList();
        return new Coverage(
            Row(null, "AI-tool identities", ai),
            Row(null, "All identities", cells),
            [.. ai.GroupBy(c => c.SourceId).Select(g => Row(g.Key, sources[g.Key], [.. g])).OrderBy(r => r.Percent).ThenByDescending(r => r.Total).ThenBy(r => r.Name, StringComparer.Ordinal)],
            [.. ai.GroupBy(c => c.ToolId!.Value).Select(g => Row(g.Key, tools[g.Key], [.. g])).OrderBy(r => r.Percent).ThenByDescending(r => r.Total).ThenBy(r => r.Name, StringComparer.Ordinal)]);

        static CoverageRow Row(Guid? id, string name, IReadOnlyCollection<(Guid, Guid?, OwnerState State, int Count, int Confirmed)> cells)
        {
            var counts = cells.GroupBy(c => c.State).ToDictionary(g => g.Key, g => g.Sum(c => c.Count));
            return new CoverageRow(id, name, counts.Values.Sum(), counts.GetValueOrDefault(OwnerState.Accepted), counts.GetValueOrDefault(OwnerState.Proposed), counts.GetValueOrDefault(OwnerState.Orphaned), cells.Sum(c => c.Confirmed));
        }
    }

    /// <summary>What a person was asked to own and has not answered, the riskiest first, at most 1,000.</summary>
    public async Task<IReadOnlyList<OwnableRow>> ProposalsForAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await AssignedAsync(db, personId, AssignmentState.Proposed, ct);
    }

    /// <summary>How many questions a person has not answered.</summary>
    public async Task<int> ProposalCountAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OwnerAssignments.CountAsync(a => a.PersonId == personId && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed, ct);
    }

    /// <summary>What a person answers for, the riskiest first, at most 1,000.</summary>
    public async Task<IReadOnlyList<OwnableRow>> OwnedByAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await AssignedAsync(db, personId, AssignmentState.Accepted, ct);
    }

    /// <summary>
    /// Identities that nobody owns and that something leads from to this person, the surest first: the proposals, with their strongest reason. A likeness, shown as one;
    /// it makes nobody an owner.
    /// </summary>
    public async Task<IReadOnlyList<OwnableRow>> LikelyForAsync(Guid personId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from o in db.OwnerProposals.AsNoTracking()
            where o.PersonId == personId && o.Rank <= 2
            join i in db.Identities on o.IdentityId equals i.Id
            where (i.OwnerState == OwnerState.None || i.OwnerState == OwnerState.Orphaned) && i.State != LifecycleState.Decommissioned && i.MissingSince == null
                && !db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.PersonId == personId && (a.State == AssignmentState.Claimed || a.State == AssignmentState.Declined))
            join s in db.Sources on i.SourceId equals s.Id
            join t in db.Tools on i.ToolId equals t.Id into tools
            from tool in tools.DefaultIfEmpty()
            orderby o.Confidence descending, i.Risk descending, i.DisplayName, i.Id
            select new { i.Id, i.DisplayName, i.Kind, Source = s.Name, Tool = tool == null ? null : tool.Name, i.Environment, i.State, i.Privileged, i.Usage, i.LastUsedAt, i.Risk, o.Reasons }).Take(take).ToListAsync(ct);
        return rows.ConvertAll(r => new OwnableRow(r.Id, r.DisplayName, r.Kind, r.Source, r.Tool, r.Environment, r.State, r.Privileged, r.Usage, r.LastUsedAt, r.Risk, null, null, r.Reasons.Split('\n')[0], null));
    }

    /// <summary>Who was asked, who answered what, who left: newest first, at most 200.</summary>
    public async Task<IReadOnlyList<AssignmentRow>> HistoryAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from a in db.OwnerAssignments.AsNoTracking()
            where a.IdentityId == identityId
            join p in db.People on a.PersonId equals p.Id
            orderby a.Since descending, a.Id descending
            select new AssignmentRow(p.Id, p.Name, a.Role, a.State, a.Since, a.AssignedBy, a.Reason, a.AnsweredAt, a.AnswerReason, a.EndedAt)).Take(200).ToListAsync(ct);
    }

    /// <summary>Where an identity's ownership stands; null when there is no such identity.</summary>
    public async Task<OwnerView?> FindAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from i in db.Identities.AsNoTracking()
            where i.Id == identityId
            join p in db.People on i.OwnerId equals p.Id into owners
            from owner in owners.DefaultIfEmpty()
            join a in db.OwnerAssignments.Where(a => a.State == AssignmentState.Proposed && a.Role == OwnerRole.Accountable) on i.Id equals a.IdentityId into questions
            from question in questions.DefaultIfEmpty()
            join q in db.People on question.PersonId equals q.Id into asked
            from person in asked.DefaultIfEmpty()
            select new OwnerView(
                i.OwnerState, i.OwnerId, owner == null ? null : owner.Name, owner == null ? null : owner.Mail, i.UnownedSince,
                person == null ? null : person.Id, person == null ? null : person.Name, i.State)).FirstOrDefaultAsync(ct);
    }

    /// <summary>How many living identities each of these people has accepted.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> OwnedCountsAsync(IReadOnlyCollection<Guid> personIds, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Identities.Where(i => i.OwnerId != null && personIds.Contains(i.OwnerId.Value) && i.OwnerState == OwnerState.Accepted && i.State != LifecycleState.Decommissioned)
            .GroupBy(i => i.OwnerId!.Value).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
    }

    private static async Task<IReadOnlyList<OwnableRow>> AssignedAsync(GovernanceDb db, Guid personId, AssignmentState state, CancellationToken ct) => await (
        from a in db.OwnerAssignments.AsNoTracking()
        where a.PersonId == personId && a.Role == OwnerRole.Accountable && a.State == state
        join i in db.Identities on a.IdentityId equals i.Id
        where i.State != LifecycleState.Decommissioned
        join s in db.Sources on i.SourceId equals s.Id
        join t in db.Tools on i.ToolId equals t.Id into tools
        from tool in tools.DefaultIfEmpty()
        join p in db.People on i.OwnerId equals p.Id into owners
        from owner in owners.DefaultIfEmpty()
        orderby i.Risk descending, i.DisplayName, i.Id
        select new OwnableRow(
            i.Id, i.DisplayName, i.Kind, s.Name, tool == null ? null : tool.Name, i.Environment, i.State, i.Privileged, i.Usage, i.LastUsedAt, i.Risk,
            a.State == AssignmentState.Accepted ? a.AnsweredAt : a.Since, a.AssignedBy, a.Reason,
            i.OwnerState == OwnerState.Accepted && owner != null ? owner.Name : null))
        .Take(ListCap).ToListAsync(ct);
}
