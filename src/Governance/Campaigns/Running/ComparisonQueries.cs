using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>How a run differs from the one before it.</summary>
/// <param name="New">Items that the last run had not.</param>
/// <param name="Gone">Items that only the last run had.</param>
/// <param name="Same">Answered alike in both.</param>
/// <param name="Differs">Answered in both, and not alike.</param>
/// <param name="Open">In both, and without an answer in one of them.</param>
public sealed record RunComparison(Guid LastId, string LastName, DateTimeOffset LastLaunchedAt, int New, int Gone, int Same, int Differs, int Open, IReadOnlyList<RunDifference> Differences);

/// <summary>What became of one item, then and now.</summary>
public sealed record RunDifference(Guid IdentityId, string Name, ItemTarget Target, DifferenceKind Kind, Verdict? Before, Verdict? Now);

public enum DifferenceKind
{
    Differs,
    New,
    Gone,
}

/// <summary>Compares a run with the last one of its definition that was closed.</summary>
public sealed class ComparisonQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>Null when there was none before.</summary>
    public async Task<RunComparison?> WithLastAsync(Guid campaignId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct);
        if (campaign is null)
            return null;
        var last = await db.Campaigns.AsNoTracking()
            .Where(c => c.DefinitionId == campaign.DefinitionId && c.Id != campaignId && c.LaunchedAt < campaign.LaunchedAt && (c.State == CampaignState.Closed || c.State == CampaignState.Applied))
            .OrderByDescending(c => c.LaunchedAt).FirstOrDefaultAsync(ct);
        if (last is null)
            return null;
        var (now, then) = (db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaignId), db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == last.Id));
        var both = from n in now join t in then on n.TargetId equals t.TargetId select new { n.IdentityId, n.Target, Now = n.Verdict, Then = t.Verdict };
        var counts = await both.GroupBy(b => new { b.Now, b.Then }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        var fresh = now.Where(n => !then.Any(t => t.TargetId == n.TargetId));
        var gone = then.Where(t => !now.Any(n => n.TargetId == t.TargetId));
        var differences = await (
            from b in both
            where b.Now != null && b.Then != null && b.Now != b.Then
            join x in db.Identities on b.IdentityId equals x.Id
            orderby x.Risk descending, x.DisplayName
            select new RunDifference(x.Id, x.DisplayName, b.Target, DifferenceKind.Differs, b.Then, b.Now)).Take(take).ToListAsync(ct);
        differences.AddRange(await (
            from n in fresh
            join x in db.Identities on n.IdentityId equals x.Id
            orderby x.Risk descending, x.DisplayName
            select new RunDifference(x.Id, x.DisplayName, n.Target, DifferenceKind.New, null, n.Verdict)).Take(take).ToListAsync(ct));
        differences.AddRange(await (
            from t in gone
            join x in db.Identities on t.IdentityId equals x.Id
            orderby x.Risk descending, x.DisplayName
            select new RunDifference(x.Id, x.DisplayName, t.Target, DifferenceKind.Gone, t.Verdict, null)).Take(take).ToListAsync(ct));
        return new RunComparison(
            last.Id, last.Name, last.LaunchedAt, await fresh.CountAsync(ct), await gone.CountAsync(ct),
            counts.Where(c => c.Key.Now is not null && c.Key.Now == c.Key.Then).Sum(c => c.Count),
            counts.Where(c => c.Key.Now is not null && c.Key.Then is not null && c.Key.Now != c.Key.Then).Sum(c => c.Count),
            counts.Where(c => c.Key.Now is null || c.Key.Then is null).Sum(c => c.Count),
            differences);
    }
}
