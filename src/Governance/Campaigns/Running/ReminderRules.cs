using System.Globalization;

namespace Governance.Campaigns;

/// <summary>A reminder whose time has come.</summary>
/// <param name="Slot">Names it, once for each stage: a person gets each at most once.</param>
/// <param name="At">When it was due.</param>
public sealed record ReminderSlot(string Slot, DateTimeOffset At);

/// <summary>When reviewers are reminded and their managers told. Pure.</summary>
public static class ReminderRules
{
    /// <summary>A reminder that could not go in this time goes no more: another is nearer.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(24);

    /// <summary>The last reminder that has come due, if it is still fresh: what a clock jumped over is one reminder, not many.</summary>
    public static ReminderSlot? Due(RunSettings settings, DateTimeOffset startedAt, DateTimeOffset dueAt, DateTimeOffset now) =>
        now >= dueAt ? null : All(settings, startedAt, dueAt).Where(s => s.At <= now && now - s.At < Fresh).MaxBy(s => s.At);

    /// <summary>All reminders of a stage, in their order; none in its first hour, when everybody was just told.</summary>
    public static IReadOnlyList<ReminderSlot> All(RunSettings settings, DateTimeOffset startedAt, DateTimeOffset dueAt)
    {
        var slots = new List<ReminderSlot>();
        if (settings.RemindAtHalfTime)
            slots.Add(new ReminderSlot("half-time", startedAt + ((dueAt - startedAt) / 2)));
        var days = settings.RemindDaysBefore.Concat(Enumerable.Range(1, settings.RemindDailyDays)).Distinct();
        slots.AddRange(days.Select(d => new ReminderSlot(string.Create(CultureInfo.InvariantCulture, $"before-{d}"), dueAt.AddDays(-d))));
        return [.. slots.Where(s => s.At >= startedAt.AddHours(1)).OrderBy(s => s.At)];
    }

    /// <summary>Whether the managers of those who have not answered are told now.</summary>
    public static bool Escalates(RunSettings settings, DateTimeOffset dueAt, DateTimeOffset now) =>
        settings.EscalateDaysBefore is { } days && now < dueAt && now >= dueAt.AddDays(-days);
}
