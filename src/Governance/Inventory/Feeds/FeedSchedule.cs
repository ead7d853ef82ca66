using System.Globalization;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>When a source is fetched: every so many hours, daily at a time in UTC, or only when a person asks (both null).</summary>
public sealed record FeedSchedule(int? EveryHours, int? DailyAtMinute)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(15);

    public static FeedSchedule Manual { get; } = new(null, null);

    public static FeedSchedule Every(int hours) => new(hours, null);

    public static FeedSchedule Daily(TimeOnly utc) => new(null, (utc.Hour * 60) + utc.Minute);

    public Refusal? Check() => (EveryHours, DailyAtMinute) switch
    {
        (not null, not null) => new Refusal("feed.schedule", "Choose every so many hours or daily at a time, not both.", "schedule"),
        ( < 1 or > 168, _) => new Refusal("feed.schedule", "The hours between two runs are 1 to 168.", "schedule"),
        (_, < 0 or >= 24 * 60) => new Refusal("feed.schedule", "The time of day is 00:00 to 23:59 UTC.", "schedule"),
        _ => null,
    };

    /// <summary>The next planned time after <paramref name="now"/>; null when only a person starts it.</summary>
    public DateTimeOffset? After(DateTimeOffset now)
    {
        if (EveryHours is { } hours)
            return now.AddHours(hours);
        if (DailyAtMinute is not { } minute)
            return null;
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddMinutes(minute);
        return today > now ? today : today.AddDays(1);
    }

    /// <summary>After a failure that may go away: 15 minutes, doubling up to 4 hours, and never later than planned. A manual source waits for its person.</summary>
    public DateTimeOffset? AfterFailure(DateTimeOffset now, int failures, bool retryable)
    {
        var planned = After(now);
        if (!retryable || planned is not { } plan)
            return planned;
        var retry = now + (FirstRetry * Math.Min(16, Math.Pow(2, Math.Max(0, failures - 1))));
        return retry < plan ? retry : plan;
    }

    public override string ToString() =>
        EveryHours is { } hours ? hours == 1 ? "every hour" : $"every {hours.ToString(CultureInfo.InvariantCulture)} hours"
        : DailyAtMinute is { } minute ? string.Create(CultureInfo.InvariantCulture, $"daily at {minute / 60:00}:{minute % 60:00} UTC")
        : "only when a person starts it";
}
