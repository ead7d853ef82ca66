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
    IReadOnlyList<ExposedTool> Tools);

/// <summary>What waits for one person.</summary>
public sealed record HomeDuties(int OpenReviews, int Proposals, int Owned);

/// <summary>The start page's figures. They cross features, so they stand with the page and not in one of them.</summary>
public sealed class HomeQueries(IDbContextFactory<GovernanceDb> contexts, FindingQueries findings, TimeProvider clock)
{
    private static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    public async Task<HomeFigures> FiguresAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var live = db.Identities.AsNoTracking().Where(i => i.State != LifecycleState.Decommissioned && i.MissingSince == null);
        var ai = live.Where(i => i.ToolId != null);
        var staleBefore = clock.Now() - Stale;
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
            await findings.ExposedToolsAsync(8, ct));
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
