using Governance.Common;

namespace Governance.Findings;

/// <summary>Who may accept a finding, why and until when (NIST CSF 2.0 ID.RA-07: exceptions are recorded and tracked).</summary>
public static class AcceptanceRules
{
    /// <summary>Null when it may be accepted.</summary>
    public static Refusal? Check(FindingState? state, string reason, DateTimeOffset until, Actor by, DateTimeOffset now)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("reason.needed", "Say why this risk is taken: an auditor will ask.", "reason");
        if (until <= now)
            return new Refusal("until.past", "The date until which it is accepted lies in the past. Choose a later one.", "until");
        if (until > now + FindingService.LongestAcceptance)
            return new Refusal("until.too-far", "A finding is accepted for a year at most; after that somebody has to look again. Choose an earlier date.", "until");
        return state switch
        {
            null => new Refusal("finding.not-found", "This finding is not there any more. Reload the list."),
            FindingState.Fixed => new Refusal("finding.fixed", "It is fixed: there is no risk left to take."),
            FindingState.Accepted => new Refusal("finding.accepted", "It is accepted already; it reopens by itself after its date."),
            _ => null,
        };
    }
}
