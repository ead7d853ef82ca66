using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>The stages of a campaign that is being launched: planned with their days, the first one begun.</summary>
internal static class StagePlan
{
    /// <summary>
    /// A later stage for what is privileged or autonomous is left out where the population has nothing such: the one before gets its days. Returns the first stage, its reviewers asked.
    /// </summary>
    public static async Task<Stage> MakeAsync(GovernanceDb db, Campaign campaign, DateTimeOffset now, CancellationToken ct)
    {
        var settings = CampaignJson.Stages(campaign.StageSettings);
        if (settings.Any(s => s.Items == StageItems.PrivilegedOrAutonomous) && !await db.ReviewItems.AnyAsync(i => i.CampaignId == campaign.Id && i.Sensitive, ct))
        {
            settings = WithoutSensitive(settings);
            campaign.StageSettings = CampaignJson.Write(settings);
        }

        var due = now;
        var stages = settings.Select((s, n) => new Stage { Id = Ids.New(now), CampaignId = campaign.Id, Number = n + 1, DueAt = due = due.AddDays(s.DurationDays) }).ToList();
        (stages[0].StartedAt, stages[0].Items, campaign.DueAt) = (now, campaign.Population, due);
        db.Stages.AddRange(stages);
        await db.SaveChangesAsync(ct);
        if (Reviewers.IsOwnerOnly(settings[0]))
            await StageTasks.FromItemsAsync(db, campaign.Id, now, ct);
        else
            await StageTasks.AssignAsync(db, campaign, 1, settings[0], now, ct);
        return stages[0];
    }

    /// <summary>The stages that look at everything, each with the days of those left out after it.</summary>
    internal static IReadOnlyList<StageSettings> WithoutSensitive(IReadOnlyList<StageSettings> stages)
    {
        var kept = new List<StageSettings>();
        foreach (var stage in stages)
        {
            if (stage.Items == StageItems.All || kept.Count == 0)
                kept.Add(stage);
            else
                kept[^1] = kept[^1] with { DurationDays = kept[^1].DurationDays + stage.DurationDays };
        }

        return kept;
    }
}
