using System.Globalization;
using Governance.Campaigns;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>One month of campaigns: as a sheet on wide screens, and as a list on every one.</summary>
public sealed partial class CalendarPage(CalendarQueries queries)
{
    private static readonly string[] Names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    private IReadOnlyList<CalendarEntry>? entries;
    private DateOnly first;
    private DateOnly last;
    private DateOnly start;

    /// <summary>The month, <c>2026-12</c>; this one where none is given.</summary>
    [SupplyParameterFromQuery]
    private string? Month { get; set; }

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private DateOnly Today => DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);

    protected override async Task OnParametersSetAsync()
    {
        first = DateOnly.TryParseExact(Month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var asked) && asked.Year is > 2000 and < 2200 ? asked : FirstOf(Today);
        last = first.AddMonths(1).AddDays(-1);
        start = first.AddDays(-(((int)first.DayOfWeek + 6) % 7));
        var found = await queries.BetweenAsync(At(first), At(first.AddMonths(1)), CancellationToken.None);
        entries = [.. found.OrderBy(e => e.StartsAt).ThenBy(e => e.Title, StringComparer.OrdinalIgnoreCase)];
    }

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private static string Address(DateOnly month) => "/campaigns/calendar?month=" + month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("ddd d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    private IEnumerable<Mark> On(DateOnly day)
    {
        foreach (var entry in entries!)
        {
            if (entry.Kind == CalendarEntryKind.Coming && DayOf(entry.StartsAt) == day)
                yield return new Mark(entry, "begins", "coming", entry.Title + " begins");
            else if (entry.Kind == CalendarEntryKind.Run && DayOf(entry.StartsAt) == day)
                yield return new Mark(entry, "begun", "begun", entry.Title + " began");
            if (entry.Kind == CalendarEntryKind.Run && DayOf(entry.EndsAt) == day && entry.State != CampaignState.Running)
                yield return new Mark(entry, "ended", "ended", entry.Title + " ended");
            else if (entry.Kind == CalendarEntryKind.Run && DayOf(entry.EndsAt) == day)
                yield return new Mark(entry, "due", "due", entry.Title + " is due");
        }
    }

    private sealed record Mark(CalendarEntry Entry, string What, string Colour, string Text);
}
