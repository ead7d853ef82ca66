namespace Governance.Campaigns;

/// <summary>What an entry of the calendar is.</summary>
public enum CalendarEntryKind
{
    /// <summary>A schedule will launch it then.</summary>
    Coming,

    /// <summary>A campaign that is prepared, runs or ran.</summary>
    Run,

    /// <summary>Answers that the reader owes.</summary>
    Duty,
}

/// <summary>One thing in the calendar.</summary>
/// <param name="Key">Stable: the same thing has the same key when it is read again.</param>
/// <param name="Title">One line.</param>
/// <param name="Note">What more there is to know.</param>
/// <param name="StartsAt">Its first moment.</param>
/// <param name="EndsAt">Its last.</param>
/// <param name="Path">Page in the console, beginning with a slash.</param>
public sealed record CalendarEntry(CalendarEntryKind Kind, string Key, string Title, string? Note, DateTimeOffset StartsAt, DateTimeOffset EndsAt, CampaignState? State, string Path);
