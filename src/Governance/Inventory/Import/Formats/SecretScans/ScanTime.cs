using System.Globalization;

namespace Governance.Inventory;

/// <summary>Commit dates as scanners write them; one that is in no known form only isn't compared, its words are kept.</summary>
internal static class ScanTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd"];

    public static DateTimeOffset? Of(string? text)
    {
        if (text is null)
            return null;
        // Go's own form repeats the zone: 2022-06-16 10:17:40 -0700 -0700, or +0000 UTC.
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var plain = words.Length >= 3 ? $"{words[0]} {words[1]} {(words[2].Length == 5 ? words[2].Insert(3, ":") : words[2])}" : text;
        return DateTimeOffset.TryParseExact(plain, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
    }
}
