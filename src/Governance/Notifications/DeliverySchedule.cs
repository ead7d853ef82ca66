using Governance.Common;

namespace Governance.Notifications;

public enum Rhythm
{
    /// <summary>Each message as it comes.</summary>
    Immediate,

    /// <summary>Once a day, in one mail.</summary>
    Daily,

    /// <summary>Once a week, in one mail.</summary>
    Weekly,
}

/// <summary>When a person is told by mail, in the person's own time zone.</summary>
/// <param name="Rhythm">At once, or gathered.</param>
/// <param name="Hour">Hour of the gathered mail, 0 to 23.</param>
/// <param name="Weekday">Day of the weekly mail.</param>
/// <param name="TimeZone">Name as in the IANA time zone database: <c>Europe/Berlin</c>.</param>
/// <param name="QuietFrom">Minute of the day from which nothing goes out; null: no quiet hours.</param>
/// <param name="QuietUntil">Minute of the day until which nothing goes out.</param>
public sealed record DeliverySchedule(Rhythm Rhythm, int Hour, DayOfWeek Weekday, string TimeZone, int? QuietFrom, int? QuietUntil)
{
    /// <summary>What holds until an administrator says otherwise.</summary>
    public static DeliverySchedule Shipped { get; } = new(Rhythm.Immediate, 8, DayOfWeek.Monday, "UTC", null, null);

    public Refusal? Check() =>
        !Enum.IsDefined(Rhythm) || !Enum.IsDefined(Weekday) || Hour is < 0 or > 23 ? new Refusal("schedule.hour", "The hour is 0 to 23, the day one of the week.", "hour")
        : QuietFrom is null != QuietUntil is null ? new Refusal("schedule.quiet", "Quiet hours need a beginning and an end.", "quiet")
        : QuietFrom is < 0 or > 1439 || QuietUntil is < 0 or > 1439 ? new Refusal("schedule.quiet", "Quiet hours begin and end between 00:00 and 23:59.", "quiet")
        : QuietFrom is not null && QuietFrom == QuietUntil ? new Refusal("schedule.quiet", "Quiet hours that end where they begin would be all day. Give two different times.", "quiet")
        : TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _) ? null
        : new Refusal("schedule.zone", $"There is no time zone '{TimeZone}'. Choose one such as Europe/Berlin.", "zone");

    /// <summary>The zone; UTC where this machine does not know its name.</summary>
    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>When a message leaves, and whether with others.</summary>
public readonly record struct Departure(DateTimeOffset At, bool Gathered);

/// <summary>When a message leaves. Pure.</summary>
public static class Departures
{
    /// <summary>
    /// Duties wait at most for the next daily time, never for the week; those whose time runs from the telling wait for no digest at all. Whatever its rhythm,
    /// nothing leaves in quiet hours but a duty that would be overdue when they end.
    /// </summary>
    public static Departure Of(DeliverySchedule schedule, string kind, DateTimeOffset? due, DateTimeOffset now)
    {
        var duty = MessageKinds.IsDuty(kind);
        var at = now;
        var gathered = false;
        if (schedule.Rhythm != Rhythm.Immediate && MessageKinds.Find(kind)?.Prompt != true)
        {
            var next = NextDigest(schedule, duty, now);
            if (!duty || due is not { } end || end > next)
                (at, gathered) = (next, true);
        }

        return QuietUntil(schedule, duty, due, at) is { } free ? new Departure(free, gathered) : new Departure(at, gathered);
    }

    /// <summary>The end of the quiet hours that hold it back at this moment; null when it may go.</summary>
    public static DateTimeOffset? QuietUntil(DeliverySchedule schedule, bool duty, DateTimeOffset? due, DateTimeOffset at)
    {
        if (schedule.QuietFrom is not { } from || schedule.QuietUntil is not { } until)
            return null;
        var zone = schedule.Zone;
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var minute = (local.Hour * 60) + local.Minute;
        var quiet = from < until ? minute >= from && minute < until : minute >= from || minute < until;
        if (!quiet)
            return null;
        var end = At(zone, local.Date.AddDays(minute >= until ? 1 : 0), until);
        return duty && due <= end ? null : end;
    }

    private static DateTimeOffset NextDigest(DeliverySchedule schedule, bool duty, DateTimeOffset now)
    {
        var zone = schedule.Zone;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var day = today; ; day = day.AddDays(1))
        {
            var at = At(zone, day, schedule.Hour * 60);
            if (at > now && (duty || schedule.Rhythm == Rhythm.Daily || day.DayOfWeek == schedule.Weekday))
                return at;
        }
    }

    /// <summary>A local time as a moment: one that the change to summer time leaves out is an hour later, one that comes twice is the first.</summary>
    private static DateTimeOffset At(TimeZoneInfo zone, DateTime day, int minute)
    {
        var local = DateTime.SpecifyKind(day.AddMinutes(minute), DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local))
            local = local.AddHours(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
