namespace Governance.Revocation;

/// <summary>B9: the owner, or else the administrators, are told before anything is disabled. A person's own order goes at once: whoever orders it has decided.</summary>
public static class Notice
{
    public const string Id = "B9";

    /// <summary>The end of the notice, counted from when it was recorded; null when none is due.</summary>
    public static DateTimeOffset? Until(BrakeSettings settings, bool orderedByPerson, DateTimeOffset now) =>
        orderedByPerson || settings.NoticeDays == 0 ? null : now.AddDays(settings.NoticeDays);

    public static Brake NobodyToTell { get; } = new(Id, "Nobody can be told: it has no active owner, the owner has no manager, and no administrator is matched to a person. An owner lifts this at the next sweep, or an administrator approves it.");
}
