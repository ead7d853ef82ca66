using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Reading fields of a record without trusting their type.</summary>
internal static class JsonFields
{
    /// <summary>The text of the first of the fields that is a non-empty string.</summary>
    /// <exception cref="BadValueException">It holds a lone surrogate, which is no text.</exception>
    public static string? Text(this JsonElement record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && String(name, value) is { Length: > 0 } text)
                return text;
        }

        return null;
    }

    public static DateTimeOffset? Time(this JsonElement record, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (record.Text(name) is { } text && CsvValues.Time(name, text) is { Year: > 1 } time)
                return time;
        }

        return null;
    }

    public static Reported YesNo(this JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.True => Reported.Yes,
        JsonValueKind.False => Reported.No,
        _ => Reported.Unknown,
    }
    : Reported.Unknown;

    /// <summary>The list's items; none when there is no such list.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement record, string name) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static bool Has(this JsonElement record, string name) => record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out _);

    private static string String(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BadValueException($"{name} is not valid text (half a surrogate pair, or not UTF-8)");
        }
    }
}
