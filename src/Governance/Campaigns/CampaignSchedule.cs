using System.Globalization;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using NodaTime;
using NodaTime.TimeZones;

namespace Governance.Campaigns;

/// <summary>How often a campaign comes round, in the words of the form.</summary>
public enum Recurrence
{
    Once,
    Weekly,
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
}

/// <summary>When a campaign comes round: a start, and an iCalendar rule (RFC 5545) that counts in the wall clock of a time zone. Pure.</summary>
/// <remarks>
/// 09:00 in Berlin stays 09:00 in Berlin when the clocks change. A time that the change leaves out is met an hour later; one that comes twice is met the first time.
/// A day that a month has not is its last day, and the same day again in the next month that has it.
/// </remarks>
/// <param name="StartsAt">The first due time; null: not yet known, launched by hand.</param>
/// <param name="TimeZone">IANA name: <c>Europe/Berlin</c>.</param>
/// <param name="Rule">RRULE without its name: <c>FREQ=MONTHLY;INTERVAL=3</c>. Null: once.</param>
public sealed record CampaignSchedule(DateTimeOffset? StartsAt, string TimeZone, string? Rule)
{
    /// <summary>Coordinated universal time.</summary>
    public const string Utc = "Etc/UTC";

    /// <summary>All time zones, by name.</summary>
    public static IReadOnlyList<string> TimeZones { get; } = [.. DateTimeZoneProviders.Tzdb.Ids.Where(z => z.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The rule in the words of the form.</summary>
    public Recurrence Recurrence => Read(Rule) switch
    {
        null => Recurrence.Once,
        { Frequency: Ical.Net.FrequencyType.Weekly } => Recurrence.Weekly,
        { Frequency: Ical.Net.FrequencyType.Monthly, Interval: 3 } => Recurrence.Quarterly,
        { Frequency: Ical.Net.FrequencyType.Monthly, Interval: 6 } => Recurrence.HalfYearly,
        { Frequency: Ical.Net.FrequencyType.Monthly } => Recurrence.Monthly,
        _ => Recurrence.Yearly,
    };

    /// <summary>The last day on which it comes, in its time zone; null for no such day.</summary>
    public DateOnly? EndsOn => Read(Rule)?.Until is { } until ? DateOnly.FromDateTime(Local(new DateTimeOffset(until.AsUtc, TimeSpan.Zero), TimeZone)) : null;

    /// <summary>After how many times it ends; null for no such number.</summary>
    public int? EndsAfter => Read(Rule)?.Count;

    public static bool IsTimeZone(string name) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is not null;

    /// <summary>Makes the rule for what a person chose.</summary>
    public static CampaignSchedule Of(Recurrence recurrence, DateTimeOffset? startsAt, string timeZone, DateOnly? endsOn, int? endsAfter)
    {
        if (recurrence == Recurrence.Once)
            return new CampaignSchedule(startsAt?.ToUniversalTime(), timeZone, null);
        var parts = new List<string>
        {
            recurrence switch
            {
                Recurrence.Weekly => "FREQ=WEEKLY",
                Recurrence.Monthly => "FREQ=MONTHLY",
                Recurrence.Quarterly => "FREQ=MONTHLY;INTERVAL=3",
                Recurrence.HalfYearly => "FREQ=MONTHLY;INTERVAL=6",
                _ => "FREQ=YEARLY",
            },
        };
        if (startsAt is { } start && recurrence != Recurrence.Weekly)
        {
            var local = Local(start, timeZone);
            if (recurrence == Recurrence.Yearly && local is { Month: 2, Day: 29 })
                parts.Add("BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1");
            else if (recurrence != Recurrence.Yearly && local.Day > 28)
                parts.Add($"BYMONTHDAY={string.Join(',', Enumerable.Range(28, local.Day - 27))};BYSETPOS=-1");
        }

        if (endsAfter is { } count)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"COUNT={count}"));
        else if (endsOn is { } last)
            parts.Add("UNTIL=" + Instant(last.ToDateTime(new TimeOnly(23, 59, 59)), timeZone).UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        return new CampaignSchedule(startsAt?.ToUniversalTime(), timeZone, string.Join(';', parts));
    }

    /// <summary>The longest duration with which one run ends before the next begins.</summary>
    public static int LongestDays(Recurrence recurrence) => recurrence switch
    {
        Recurrence.Weekly => 7,
        Recurrence.Monthly => 28,
        Recurrence.Quarterly => 89,
        Recurrence.HalfYearly => 181,
        _ => 365,
    };

    /// <summary>The same schedule, beginning then; where no start was chosen.</summary>
    public CampaignSchedule StartingAt(DateTimeOffset at) => Of(Recurrence, at, TimeZone, EndsOn, EndsAfter);

    /// <summary>The first due time after the moment; null when none is left. What was missed while the console was down is one campaign, not many.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) => All().Where(d => d > moment).Select(d => (DateTimeOffset?)d).FirstOrDefault();

    /// <summary>The next due times after the moment.</summary>
    public IReadOnlyList<DateTimeOffset> DatesAfter(DateTimeOffset moment, int most) => [.. All().Where(d => d > moment).Take(most)];

    /// <summary>The due times within a span: from its first moment, without its last.</summary>
    public IReadOnlyList<DateTimeOffset> DatesBetween(DateTimeOffset from, DateTimeOffset to) => [.. All().SkipWhile(d => d < from).TakeWhile(d => d < to)];

    /// <summary>A wall-clock time as a moment.</summary>
    public static DateTimeOffset Instant(DateTime local, string timeZone) =>
        LocalDateTime.FromDateTime(local).InZone(DateTimeZoneProviders.Tzdb[timeZone], Resolvers.LenientResolver).ToDateTimeOffset().ToUniversalTime();

    /// <summary>A moment as wall-clock time.</summary>
    public static DateTime Local(DateTimeOffset moment, string timeZone) =>
        NodaTime.Instant.FromDateTimeOffset(moment).InZone(DateTimeZoneProviders.Tzdb[timeZone]).ToDateTimeUnspecified();

    private static RecurrenceRule? Read(string? rule) => rule is null ? null : new RecurrenceRule(rule);

    // From the start each time, so that what is counted and what is left out never depends on when one asks. A weekly campaign has 520 due times in ten years.
    private IEnumerable<DateTimeOffset> All()
    {
        if (StartsAt is not { } start)
            return [];
        if (Rule is null)
            return [start];
        var series = new CalendarEvent { Start = new CalDateTime(Local(start, TimeZone), TimeZone), RecurrenceRule = Read(Rule) };
        return series.GetOccurrences().Select(o => new DateTimeOffset(o.Period.StartTime.AsUtc, TimeSpan.Zero)).Take(5000);
    }
}
