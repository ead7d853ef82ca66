namespace Governance.Campaigns;

/// <summary>How the answers of reviewers, and of stages, become one. Pure; the only place where it is said.</summary>
public static class OutcomeRules
{
    /// <summary>What one stage says of an item; null while an answer is owed.</summary>
    /// <param name="settings">The campaign's.</param>
    /// <param name="answers">One for each reviewer who is asked; null: not yet.</param>
    public static Verdict? OfStage(ReviewSettings settings, IReadOnlyCollection<Verdict?> answers)
    {
        if (answers.Contains(Verdict.Revoke))
            return Verdict.Revoke;
        if (answers.Count == 0 || (settings.OneAnswerFreesOthers ? answers.All(a => a is null) : answers.Contains(null)))
            return null;
        if (answers.Contains(Verdict.Reduce))
            return Verdict.Reduce;
        return settings.Strategy == OutcomeStrategy.AllCertify
            ? answers.All(a => a is null or Verdict.Certify) ? Verdict.Certify : Verdict.DontKnow
            : answers.Contains(Verdict.Certify) ? Verdict.Certify : Verdict.DontKnow;
    }

    /// <summary>What all stages up to the running one say. Silence of a stage that was asked is never a certification.</summary>
    /// <param name="strategy">The campaign's.</param>
    /// <param name="stage">The number of the running stage.</param>
    /// <param name="earlier">What the stages before came to; null where they were silent.</param>
    /// <param name="current">What the running stage says; null while it owes an answer.</param>
    public static Verdict? Together(OutcomeStrategy strategy, int stage, Verdict? earlier, Verdict? current)
    {
        if (stage == 1 || strategy == OutcomeStrategy.LastStageRules)
            return current;
        if (earlier == Verdict.Revoke || current == Verdict.Revoke)
            return Verdict.Revoke;
        if (current is null)
            return null;
        if (earlier == Verdict.Reduce || current == Verdict.Reduce)
            return Verdict.Reduce;
        return strategy == OutcomeStrategy.AllCertify && (earlier, current) != (Verdict.Certify, Verdict.Certify) ? Verdict.DontKnow : current;
    }

    /// <summary>The same for an item that just came into a later stage, as a statement over many rows can say it.</summary>
    public static bool KeepsRevoke(OutcomeStrategy strategy) => strategy != OutcomeStrategy.LastStageRules;

    /// <summary>Whether an item that stands so goes on to the next stage.</summary>
    public static bool GoesOn(StageSettings from, StageSettings to, Verdict? verdict, bool sensitive) =>
        (to.Items == StageItems.All || sensitive) && from.MovesOn.Contains(AsMove(verdict));

    private static MovesOn AsMove(Verdict? verdict) => verdict switch
    {
        Verdict.Certify => MovesOn.Certify,
        Verdict.Reduce => MovesOn.Reduce,
        Verdict.Revoke => MovesOn.Revoke,
        Verdict.DontKnow => MovesOn.DontKnow,
        _ => MovesOn.NoAnswer,
    };
}
