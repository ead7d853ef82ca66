namespace Governance.Campaigns;

/// <summary>When a recurring campaign comes next. Pure.</summary>
public static class Schedule
{
    /// <summary>The longest duration with which one run ends before the next begins.</summary>
    public static int LongestDays(Recurrence recurrence) => recurrence switch
    {
        Recurrence.Weekly => 7,
        Recurrence.Monthly => 28,
        Recurrence.Quarterly => 89,
        Recurrence.HalfYearly => 181,
        _ => 365,
    };

    /// <summary>
    /// The first due time after <paramref name="now"/>; null for a one-time campaign. What was missed while the console was down is one campaign, not many.
    /// </summary>
    /// <param name="recurrence">How often.</param>
    /// <param name="due">The due time that was met.</param>
    /// <param name="day">The wanted day of the month: the 31st is the last day of a short month, and the 31st again after it.</param>
    /// <param name="now">Now.</param>
    public static DateTimeOffset? Next(Recurrence recurrence, DateTimeOffset due, int? day, DateTimeOffset now)
    {
        if (recurrence == Recurrence.Once)
            return null;
        for (var n = 1; ; n++)
        {
            var next = recurrence == Recurrence.Weekly ? due.AddDays(7 * n) : OnDay(due.AddMonths(Months(recurrence) * n), day);
            if (next > now)
                return next;
        }
    }

    private static int Months(Recurrence recurrence) => recurrence switch
    {
        Recurrence.Monthly => 1,
        Recurrence.Quarterly => 3,
        Recurrence.HalfYearly => 6,
        _ => 12,
    };

    private static DateTimeOffset OnDay(DateTimeOffset at, int? day) =>
        day is { } wanted ? at.AddDays(Math.Min(wanted, DateTime.DaysInMonth(at.Year, at.Month)) - at.Day) : at;
}
