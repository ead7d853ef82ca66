namespace Governance.Revocation;

/// <summary>What an observation means for a step: pure, so that each case can be read and tried.</summary>
public static class StepRules
{
    /// <summary>Whether what was seen is what the step wants.</summary>
    /// <param name="verb">The step's verb.</param>
    /// <param name="seen">What was seen.</param>
    /// <param name="preState">For a restore: the state to be brought back.</param>
    public static bool IsReached(RevocationVerb verb, Observation seen, string? preState) => verb switch
    {
        RevocationVerb.Disable => seen.State == TargetState.Disabled,
        RevocationVerb.Delete => seen.State == TargetState.Gone,
        RevocationVerb.Restore => seen.State is not (TargetState.Gone or TargetState.Unobservable) && string.Equals(seen.PreState, preState, StringComparison.Ordinal),
        // The pre-state of a credential that can be rotated names the one that was there: another in its place is the rotation.
        RevocationVerb.Rotate => seen.State == TargetState.Enabled && preState is not null && seen.PreState is not null && !string.Equals(seen.PreState, preState, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Why the step can't go on by itself; null when it can.</summary>
    public static string? Impossible(RevocationVerb verb, Observation seen, string? preState) => (verb, seen.State) switch
    {
        (RevocationVerb.Disable, TargetState.Gone) => $"Not found in the source: {seen.Description}. It was deleted there or renamed; look, and confirm by hand or withdraw.",
        (RevocationVerb.Restore, TargetState.Gone) when !seen.Recoverable => $"Nothing to restore: {seen.Description}.",
        (RevocationVerb.Delete, TargetState.Gone) when preState is null => $"Not found, and never seen before: {seen.Description}. Not found is no proof of a deletion.",
        _ => null,
    };

    /// <summary>The order's state once the step is done.</summary>
    public static OrderState After(RevocationVerb verb) => verb switch
    {
        RevocationVerb.Disable => OrderState.Quarantined,
        RevocationVerb.Delete => OrderState.Completed,
        _ => OrderState.Undone,
    };
}
