using System.Text.Json;
using Governance.Revocation;

namespace Governance.Connectors.Sending;

/// <summary>What the inventory keeps of a target beside its id: where to look, never who it is.</summary>
internal static class TargetHints
{
    /// <summary>One text attribute; null when there is none of that name.</summary>
    public static string? Hint(this ConnectorTarget target, params ReadOnlySpan<string> names)
    {
        if (target.Attributes is null)
            return null;
        using var json = JsonDocument.Parse(target.Attributes);
        foreach (var name in names)
        {
            if (json.RootElement.Text(name) is { } text)
                return text;
        }

        return null;
    }

    /// <summary>A part of an address: encoded, so that no id leads anywhere else.</summary>
    public static string Part(string text) => text is "." or ".." ? throw new ConnectorException("The id is no id that this source gives.", retryable: false) : Uri.EscapeDataString(text);

    public static string? Text(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null } : null;

    public static bool? Flag(this JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    public static JsonElement Inner(this JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) ? value : default;

    public static IEnumerable<JsonElement> List(this JsonElement e, string name) => e.Inner(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
