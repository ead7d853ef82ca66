using Governance.Notifications;

namespace Governance.Web.Features.Notifications;

/// <summary>A schedule as it is typed.</summary>
public sealed class ScheduleInput
{
    public Rhythm Rhythm { get; set; }

    public int Hour { get; set; }

    public DayOfWeek Weekday { get; set; }

    public string TimeZone { get; set; } = "UTC";

    public bool Quiet { get; set; }

    public TimeOnly From { get; set; } = new(20, 0);

    public TimeOnly Until { get; set; } = new(7, 0);

    public static ScheduleInput Of(DeliverySchedule schedule)
    {
        var input = new ScheduleInput { Rhythm = schedule.Rhythm, Hour = schedule.Hour, Weekday = schedule.Weekday, TimeZone = schedule.TimeZone, Quiet = schedule.QuietFrom is not null };
        if (schedule is { QuietFrom: { } from, QuietUntil: { } until })
            (input.From, input.Until) = (TimeOnly.MinValue.AddMinutes(from), TimeOnly.MinValue.AddMinutes(until));
        return input;
    }

    public DeliverySchedule Read() => new(Rhythm, Hour, Weekday, TimeZone.Trim(), Quiet ? (From.Hour * 60) + From.Minute : null, Quiet ? (Until.Hour * 60) + Until.Minute : null);
}
