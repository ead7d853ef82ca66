using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What a launch would do now.</summary>
/// <param name="Items">Identities that would be reviewed.</param>
/// <param name="Reviewers">How many people would be asked.</param>
/// <param name="ByOwner">Items that go to their accepted owner.</param>
/// <param name="ByFallback">Items that go to the fallback reviewer.</param>
/// <param name="WithoutReviewer">Items that nobody may review yet, because the fallback reviewer created them.</param>
/// <param name="Missing">In the filter, but left out: their source no longer names them.</param>
/// <param name="NotReviewable">In the filter, but left out: decommissioned, or only requested.</param>
public sealed record CampaignPreview(int Items, int Reviewers, int ByOwner, int ByFallback, int WithoutReviewer, int Missing, int NotReviewable);

/// <summary>How many identities in scope have no item for one reason.</summary>
public sealed record ExclusionCount(string Reason, int Count);

/// <summary>Counts what a scope means before anything is launched.</summary>
public sealed class CampaignPreviews(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>Counts by the very query that a launch uses.</summary>
    public async Task<CampaignPreview> ForAsync(DefinitionInput input, CancellationToken ct)
    {
        var scope = input.Scope;
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = LaunchPopulation.Rows(db, scope, input.Run, input.FallbackReviewerId, input.BlockSelfReview, now);
        var byReason = await rows.GroupBy(r => r.ReviewerReason).Select(g => new { Reason = g.Key, Items = g.Count() }).ToListAsync(ct);
        var reviewers = await rows.Where(r => r.ReviewerId != null).Select(r => r.ReviewerId).Distinct().CountAsync(ct);
        var matching = db.Identities.AsNoTracking().Matching(db, scope, now);
        var gone = await matching.CountAsync(i => i.State == LifecycleState.Decommissioned || i.State == LifecycleState.Requested, ct);
        var missing = scope.Missing is not null
            ? 0
            : await matching.CountAsync(i => i.MissingSince != null && i.State != LifecycleState.Decommissioned && i.State != LifecycleState.Requested, ct);
        var items = byReason.Sum(r => r.Items);
        var byOwner = byReason.Where(r => r.Reason == ReviewerReasons.AcceptedOwner).Sum(r => r.Items);
        var nobody = byReason.Where(r => r.Reason == ReviewerReasons.FallbackCreatedIt).Sum(r => r.Items);
        return new CampaignPreview(items, reviewers, byOwner, items - byOwner - nobody, nobody, missing, gone);
    }

    /// <summary>Identities that the filter names and that would have no item, by reason: the most first.</summary>
    public async Task<IReadOnlyList<ExclusionCount>> ExcludedAsync(DefinitionInput input, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var counts = await Scoping.Judge(db, input.Scope, input.Run, clock.Now()).Where(s => s.Reason != null).GroupBy(s => s.Reason).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        return [.. counts.OrderByDescending(c => c.Count).Select(c => new ExclusionCount(c.Key!, c.Count))];
    }
}
