using System.Globalization;
using System.Text.Json;

namespace Governance.Inventory;

/// <summary>Numbers and times that a source writes as numbers, or as numbers in quotes.</summary>
internal static class JsonEpoch
{
    /// <summary>The id or number of the first of the fields that has one, as text.</summary>
    public static string? Id(this JsonElement record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
                return number.ToString(CultureInfo.InvariantCulture);
            if (record.Text(name) is { } text)
                return text;
        }

        return null;
    }

    public static long? Number(this JsonElement record, string name) => long.TryParse(record.Id(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Seconds since 1970, or an ISO 8601 text. Zero and nothing are not reported.</summary>
    /// <exception cref="BadValueException">It is a number that no date has.</exception>
    public static DateTimeOffset? Moment(this JsonElement record, string name)
    {
        if (record.Number(name) is { } seconds)
        {
            if (seconds is < 0 or > 32_503_680_000)
                throw new BadValueException($"{name} is not a time in seconds since 1970");
            return seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return record.Time(name);
    }

    /// <summary>The object in the field; undefined when there is none.</summary>
    public static JsonElement Inner(this JsonElement record, string name) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : default;

    public static bool IsTrue(this JsonElement record, string name) => record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
