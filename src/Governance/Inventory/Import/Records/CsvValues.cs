using System.Globalization;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>A value that a cell can't be taken for; the message names column and value.</summary>
internal sealed class BadValueException(string message) : Exception(message);

/// <summary>How cells and fields are read: strictly, so that a slip is told and not guessed around.</summary>
internal static class CsvValues
{
    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK",
    ];

    /// <summary>An ISO 8601 date or time; without an offset it is UTC. Cut to the microsecond.</summary>
    public static DateTimeOffset? Time(string column, string? text)
    {
        if (text is null)
            return null;
        if (!DateTimeOffset.TryParseExact(WithoutNanoseconds(text), DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            throw new BadValueException($"{column} is not an ISO 8601 date: '{Short(text)}' (write 2026-05-31 or 2026-05-31T14:00:00Z)");
        return new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>Programs in Go write nine digits of a second, of which seven can be read.</summary>
    private static string WithoutNanoseconds(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point - 1 is > 7 and <= 9 ? text[..(point + 8)] + text[end..] : text;
    }

    /// <summary>A time, the word <c>never</c>, or nothing.</summary>
    public static (DateTimeOffset? At, bool Never) TimeOrNever(string column, string? text) =>
        string.Equals(text, "never", StringComparison.OrdinalIgnoreCase) ? (null, true) : (Time(column, text), false);

    public static (DateTimeOffset? At, UsageState State) Usage(string column, string? text)
    {
        var (at, never) = TimeOrNever(column, text);
        return (at, never ? UsageState.NeverUsed : at is null ? UsageState.NotReported : UsageState.Used);
    }

    public static (DateTimeOffset? At, ExpiryState State) Expiry(string column, string? text)
    {
        var (at, never) = TimeOrNever(column, text);
        return (at, never ? ExpiryState.Never : at is null ? ExpiryState.NotReported : ExpiryState.Known);
    }

    public static Reported YesNo(string column, string? text) => text?.ToLowerInvariant() switch
    {
        null => Reported.Unknown,
        "true" or "yes" or "1" => Reported.Yes,
        "false" or "no" or "0" => Reported.No,
        _ => throw new BadValueException($"{column} is neither true nor false: '{Short(text)}'"),
    };

    /// <summary>A name of the enumeration in any case; spaces, dashes and underscores don't count.</summary>
    public static T Name<T>(string column, string? text)
        where T : struct, Enum
    {
        if (text is null)
            return default;
        var plain = text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return char.IsAsciiLetter(plain.FirstOrDefault()) && Enum.TryParse<T>(plain, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new BadValueException($"{column} is '{Short(text)}', which is none of {string.Join(", ", Enum.GetNames<T>())}");
    }

    public static string Required(string column, string? text) => text ?? throw new BadValueException($"{column} is empty");

    public static string Short(string text) => SecretFilter.HasSecret(text) ? "(not shown: it looks like a secret)" : text.Length <= 60 ? text : text[..57] + "...";
}
