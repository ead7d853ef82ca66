using Governance.Common;

namespace Governance.Findings;

/// <summary>Of a finding, what the rules on acceptance ask.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Severity">High and critical ones need a second person.</param>
/// <param name="AskedById">The actor who asked to accept it, while nobody has answered.</param>
/// <param name="AskedByPersonId">The human behind that actor, where known.</param>
/// <param name="AskedUntil">Until when they asked.</param>
public sealed record FindingStanding(FindingState State, Severity Severity, string? AskedById = null, Guid? AskedByPersonId = null, DateTimeOffset? AskedUntil = null);

/// <summary>
/// Who may accept a finding, why and until when (NIST CSF 2.0 ID.RA-07: exceptions are recorded and tracked). High and critical ones are asked for by one
/// person and confirmed by another (NIST SP 800-53 AC-5).
/// </summary>
public static class AcceptanceRules
{
    public static bool NeedsSecond(Severity severity) => severity >= Severity.High;

    /// <summary>Null when it may be accepted, or asked for.</summary>
    public static Refusal? Check(FindingStanding? finding, string reason, DateTimeOffset until, Actor by, DateTimeOffset now)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("reason.needed", "Say why this risk is taken: an auditor will ask.", "reason");
        if (until <= now)
            return new Refusal("until.past", "The date until which it is accepted lies in the past. Choose a later one.", "until");
        if (until > now + FindingService.LongestAcceptance)
            return new Refusal("until.too-far", "A finding is accepted for a year at most; after that somebody has to look again. Choose an earlier date.", "until");
        if (finding is { State: FindingState.Open, AskedById: not null })
            return new Refusal("finding.asked", "Somebody has asked to accept it already. Confirm or decline that.");
        return Standing(finding);
    }

    /// <summary>Null when this actor may say yes to what another asked for.</summary>
    public static Refusal? Confirm(FindingStanding? finding, Actor by, DateTimeOffset now)
    {
        if (Answer(finding, by) is { } refusal)
            return refusal;
        if (string.Equals(finding!.AskedById, by.Id, StringComparison.Ordinal) || (by.PersonId is { } person && finding.AskedByPersonId == person))
            return new Refusal("acceptance.self", "You asked for it yourself: a second person has to confirm.");
        return finding.AskedUntil <= now ? new Refusal("until.past", "The date that was asked for has passed. Decline it, and ask anew.") : null;
    }

    /// <summary>Null when this actor may say no; who asked may take it back.</summary>
    public static Refusal? Decline(FindingStanding? finding, string reason, Actor by) =>
        Answer(finding, by) ?? (string.IsNullOrWhiteSpace(reason) ? new Refusal("reason.needed", "Say why not: who asked will read it.", "reason") : null);

    private static Refusal? Answer(FindingStanding? finding, Actor by)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (Standing(finding) is { } refusal)
            return refusal;
        return finding!.AskedById is null ? new Refusal("acceptance.not-asked", "Nobody asks to accept it any more. Reload the list.") : null;
    }

    private static Refusal? Standing(FindingStanding? finding) => finding?.State switch
    {
        null => new Refusal("finding.not-found", "This finding is not there any more. Reload the list."),
        FindingState.Fixed => new Refusal("finding.fixed", "It is fixed: there is no risk left to take."),
        FindingState.Dropped => new Refusal("finding.dropped", "Its rule is switched off: it counts for nothing already."),
        FindingState.Accepted => new Refusal("finding.accepted", "It is accepted already; it reopens by itself after its date."),
        _ => null,
    };
}
