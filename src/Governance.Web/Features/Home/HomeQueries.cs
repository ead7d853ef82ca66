using Governance.Campaigns;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Features.Home;

/// <summary>What waits for whom, in a handful of indexed counts.</summary>
public sealed record HomeFigures(
    int Identities, int AiIdentities, int AiOwned, int Unowned, int Orphaned, int People, int Held, int Manual, int Stuck, bool Stopped, int HighFindings, int StaleSources, int RunningCampaigns,
    IReadOnlyList<ToolExposure> Tools);

/// <summary>A tool with how many identities act for it and the highest risk among them.</summary>
public sealed record ToolExposure(Guid Id, string Name, int Identities, int Unowned, int TopRisk);

/// <summary>What waits for one person.</summary>
public sealed record HomeDuties(int OpenReviews, int Proposals, int Owned);

/// <summary>The start page's figures. They cross features, so they stand with the page and not in one of them.</summary>
public sealed class HomeQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    public async Task<HomeFigures> FiguresAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var live = db.Identities.AsNoTracking().Where(i => i.State != LifecycleState.Decommissioned && i.MissingSince == null);
        var ai = live.Where(i => i.ToolId != null);
        var staleBefore = clock.Now() - Stale;
        var tools = await ai.GroupBy(i => i.ToolId!.Value)
            .Select(g => new { Id = g.Key, Count = g.Count(), Unowned = g.Sum(i => i.OwnerState == OwnerState.Accepted ? 0 : 1), Top = g.Max(i => i.Risk) })
            .OrderByDescending(g => g.Top).ThenByDescending(g => g.Count).Take(8).ToListAsync(ct);
        var names = await db.Tools.AsNoTracking().Where(t => tools.Select(x => x.Id).Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.Name, ct);
        return new HomeFigures(
            await live.CountAsync(ct),
            await ai.CountAsync(ct),
            await ai.CountAsync(i => i.OwnerState == OwnerState.Accepted, ct),
            await live.CountAsync(i => i.OwnerState == OwnerState.None, ct),
            await live.CountAsync(i => i.OwnerState == OwnerState.Orphaned, ct),
            await db.People.CountAsync(ct),
            await db.RevocationOrders.CountAsync(o => o.State == OrderState.Held, ct),
            await db.RevocationSteps.CountAsync(s => s.State == StepState.Manual, ct),
            await db.RevocationOrders.CountAsync(o => o.State == OrderState.Stuck, ct),
            await db.BrakeSettings.AnyAsync(b => b.Stopped, ct),
            await db.Findings.CountAsync(f => f.State == FindingState.Open && (f.Severity == Severity.High || f.Severity == Severity.Critical), ct),
            await db.Sources.CountAsync(s => s.LastImportedAt == null || s.LastImportedAt < staleBefore, ct),
            await db.Campaigns.CountAsync(c => c.State == CampaignState.Running, ct),
            tools.ConvertAll(t => new ToolExposure(t.Id, names.GetValueOrDefault(t.Id, "?"), t.Count, t.Unowned, t.Top)));
    }

    public async Task<HomeDuties> DutiesAsync(Guid? personId, CancellationToken ct)
    {
        if (personId is not { } person)
            return new HomeDuties(0, 0, 0);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return new HomeDuties(
            await ReviewQueries.Waiting(db, person).CountAsync(ct),
            await db.OwnerAssignments.CountAsync(a => a.PersonId == person && a.State == Governance.Ownership.AssignmentState.Proposed, ct),
            await db.Identities.CountAsync(i => i.OwnerId == person && i.OwnerState == OwnerState.Accepted, ct));
    }
}
