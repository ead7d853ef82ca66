using Governance.Common;

namespace Governance.Campaigns;

/// <summary>Brings an item and the tasks of its stage up to date after an answer came, was taken back, or was handed on. No database: the caller loads and saves.</summary>
internal static class Standing
{
    /// <summary>Recounts the answers and writes what they come to on the item; frees the others, or asks them again.</summary>
    /// <param name="item">The item.</param>
    /// <param name="tasks">All tasks of the item in its stage.</param>
    /// <param name="settings">The campaign's.</param>
    /// <param name="now">Now.</param>
    public static void Renew(ReviewItem item, IReadOnlyList<ReviewTask> tasks, ReviewSettings settings, DateTimeOffset now)
    {
        var here = tasks.Where(t => t.State != TaskState.HandedOn).ToList();
        var answered = settings.OneAnswerFreesOthers && here.Exists(t => t.Verdict is not null);
        foreach (var task in here)
            task.State = answered && task.Verdict is null ? TaskState.Freed : TaskState.Asked;
        var asked = here.Where(t => t.State == TaskState.Asked).ToList();
        var current = OutcomeRules.OfStage(settings, asked.ConvertAll(t => t.Verdict));
        item.Verdict = OutcomeRules.Together(settings.Strategy, item.StageNumber, item.EarlierVerdict, current);
        // The answer that says what it came to, the last of those; else the stage before said it; else the last answer of all.
        var behind = asked.Where(t => t.Verdict == item.Verdict).MaxBy(t => t.DecidedAt);
        var earlier = behind is null && item.EarlierVerdict == item.Verdict;
        var last = behind ?? asked.Where(t => t.Verdict is not null).MaxBy(t => t.DecidedAt);
        item.DecisionId = item.Verdict is null ? null : earlier ? item.EarlierDecisionId : last?.DecisionId;
        item.DecidedAt = item.Verdict is null ? null : last?.DecidedAt ?? item.DecidedAt ?? now;
        var lead = asked.Where(t => t.Verdict is not null).MaxBy(t => t.DecidedAt) ?? asked.OrderBy(t => t.AskedAt).ThenBy(t => t.Id).FirstOrDefault();
        if (lead is not null)
            (item.ReviewerId, item.ReviewerReason) = (lead.ReviewerId, lead.Reason);
        item.Version = Ids.New(now);
    }
}
