using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using Ical.Net.Serialization;

namespace Governance.Campaigns;

/// <summary>Writes entries as an iCalendar file (RFC 5545). What takes no time is a whole day, so that it stands above the hours.</summary>
internal static class CalendarFile
{
    public static string Write(IReadOnlyList<CalendarEntry> entries, string baseAddress, DateTimeOffset now)
    {
        var calendar = new Calendar { ProductId = "-//Governance//Campaigns//EN" };
        calendar.AddProperty("X-WR-CALNAME", "Governance: campaigns");
        calendar.AddProperty("REFRESH-INTERVAL;VALUE=DURATION", "PT4H");
        foreach (var entry in entries.DistinctBy(e => e.Key, StringComparer.Ordinal))
        {
            var page = baseAddress + entry.Path;
            var part = new CalendarEvent
            {
                Uid = entry.Key + "@governance",
                DtStamp = new CalDateTime(now.UtcDateTime, "UTC"),
                Summary = entry.Kind == CalendarEntryKind.Coming ? entry.Title + " begins" : entry.Title,
                Description = entry.Note is null ? page : entry.Note + "\n" + page,
                Url = Uri.TryCreate(page, UriKind.Absolute, out var url) ? url : null,
                Start = new CalDateTime(DateOnly.FromDateTime(entry.Kind == CalendarEntryKind.Duty ? entry.EndsAt.UtcDateTime : entry.StartsAt.UtcDateTime)),
                End = new CalDateTime(DateOnly.FromDateTime((entry.Kind == CalendarEntryKind.Coming ? entry.StartsAt : entry.EndsAt).UtcDateTime).AddDays(1)),
                // It says what happens, not that the reader is busy.
                Transparency = TransparencyType.Transparent,
            };
            calendar.Events.Add(part);
        }

        return new CalendarSerializer().SerializeToString(calendar) ?? string.Empty;
    }
}
