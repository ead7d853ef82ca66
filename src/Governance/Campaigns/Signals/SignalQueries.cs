using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Rubber-stamp signals of a campaign, for whoever manages it.</summary>
public sealed class SignalQueries(IDbContextFactory<GovernanceDb> contexts)
{
    public const int Most = 200;

    /// <summary>The reviewers of a campaign with how they decided, those with most answers first.</summary>
    public async Task<IReadOnlyList<ReviewerSignals>> ForCampaignAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        // Answers in force only: what was superseded or taken back was thought about again.
        var inForce =
            from task in db.ReviewTasks.AsNoTracking()
            where task.CampaignId == campaignId && task.DecisionId != null
            join decision in db.Decisions on task.DecisionId equals decision.Id
            select decision;
        var counts = await inForce.GroupBy(d => d.ReviewerId).Select(g => new
        {
            g.Key,
            Decided = g.Count(),
            Certified = g.Count(d => d.Verdict == Verdict.Certify),
            Seconds = g.Average(d => d.Verdict == Verdict.Certify && d.BulkSize == 1 ? (double?)d.Seconds : null),
            Advised = g.Count(d => d.Recommended != null),
            Against = g.Count(d => d.Recommended != null && d.Verdict == Verdict.Certify),
            InBulk = g.Count(d => d.BulkSize > 1),
        }).OrderByDescending(g => g.Decided).Take(Most).ToListAsync(ct);
        var people = counts.ConvertAll(c => c.Key);
        var names = await db.People.Where(p => people.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        var runs = await inForce.Where(d => people.Contains(d.ReviewerId) && d.Verdict == Verdict.Certify && !inForce.Any(o => o.ReviewerId == d.ReviewerId && o.Verdict != Verdict.Certify && o.At >= d.At))
            .GroupBy(d => d.ReviewerId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return counts.ConvertAll(c => new ReviewerSignals(c.Key, names.GetValueOrDefault(c.Key, "Unknown"), c.Decided, c.Certified, c.Seconds, runs.GetValueOrDefault(c.Key), c.Advised, c.Against, c.InBulk));
    }
}
