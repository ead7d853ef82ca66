using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Common;

namespace Governance.Campaigns;

/// <summary>What is asked about beyond the filter, who is reminded when, and how it ends. A running campaign keeps what it began with.</summary>
public sealed record RunSettings
{
    public const int LongestInactive = 730;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>One item for each identity, or for each of its credentials or permissions.</summary>
    public ItemTarget Target { get; init; }

    /// <summary>Leaves out what was certified and has not changed since: nothing gained, lost or found.</summary>
    public bool OnlyChanged { get; init; }

    /// <summary>Only what has not been used for at least so many days; what its source doesn't report is neither.</summary>
    public int? InactiveDays { get; init; }

    /// <summary>One reminder when half of the time is over.</summary>
    public bool RemindAtHalfTime { get; init; } = true;

    /// <summary>Reminders so many days before the end.</summary>
    public IReadOnlyList<int> RemindDaysBefore { get; init; } = [3];

    /// <summary>A reminder each day in so many last days.</summary>
    public int RemindDailyDays { get; init; }

    /// <summary>The reviewer's manager is told so many days before the end; null: never.</summary>
    public int? EscalateDaysBefore { get; init; } = 1;

    /// <summary>Whether decisions are applied as soon as it closes, or a person does.</summary>
    public bool AutoApply { get; init; } = true;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote; what an older version did not know has its default.</summary>
    public static RunSettings FromJson(string json) => JsonSerializer.Deserialize<RunSettings>(json, Json) ?? new RunSettings();

    /// <summary>What the settings may be. Pure.</summary>
    public static Refusal? Check(RunSettings settings) => settings switch
    {
        { InactiveDays: < 1 or > LongestInactive } => new Refusal("campaign.inactive-days", $"Not used for 1 to {LongestInactive} days.", "InactiveDays"),
        { RemindDaysBefore.Count: > 10 } => new Refusal("campaign.reminders", "At most 10 reminders before the end.", "RemindDaysBefore"),
        _ when settings.RemindDaysBefore.Any(d => d is < 1 or > 365) => new Refusal("campaign.reminders", "Reminders come 1 to 365 days before the end.", "RemindDaysBefore"),
        { RemindDailyDays: < 0 or > 14 } => new Refusal("campaign.reminders-daily", "Daily reminders come in the last 0 to 14 days.", "RemindDailyDays"),
        { EscalateDaysBefore: < 0 or > 365 } => new Refusal("campaign.escalate", "Managers are told 0 to 365 days before the end.", "EscalateDaysBefore"),
        _ => null,
    };

    /// <summary>Two settings are alike when they say the same: a list is compared by what is in it.</summary>
    public bool Equals(RunSettings? other) => other is not null && string.Equals(ToJson(), other.ToJson(), StringComparison.Ordinal);

    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);
}
