using System.Text.Json;

namespace Governance.Inventory;

/// <summary>One statement of a policy document.</summary>
/// <param name="Except">The actions are those that it does not speak of (<c>NotAction</c>).</param>
/// <param name="ExceptResources">The resources are those that it does not speak of (<c>NotResource</c>).</param>
/// <param name="Condition">What must hold, in words; null: nothing.</param>
internal sealed record AwsStatement(bool Allows, IReadOnlyList<string> Actions, bool Except, IReadOnlyList<string> Resources, bool ExceptResources, string? Condition)
{
    /// <summary>The statements of a document: an object, or the same as text, URL-encoded or plain, as the API answers it.</summary>
    /// <exception cref="BadValueException">It is no policy document.</exception>
    public static IReadOnlyList<AwsStatement> Of(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.String)
            return [.. Statements(document).Select(Read)];
        using var parsed = Parse(document.GetString()!);
        return [.. Statements(parsed.RootElement).Select(Read)];
    }

    /// <summary>The document as an object; a text is decoded and parsed first.</summary>
    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text.TrimStart().StartsWith('{') ? text : Uri.UnescapeDataString(text));
        }
        catch (JsonException)
        {
            throw new BadValueException("a policy document in it is neither JSON nor URL-encoded JSON");
        }
    }

    public static IEnumerable<JsonElement> Statements(JsonElement document) =>
        !document.Has("Statement") ? [] : document.GetProperty("Statement") is { ValueKind: JsonValueKind.Object } one ? [one] : document.List("Statement").Where(s => s.ValueKind == JsonValueKind.Object);

    /// <summary>A text, or a list of texts.</summary>
    public static IReadOnlyList<string> Texts(JsonElement statement, string name) =>
        statement.Text(name) is { } one ? [one] : [.. statement.List(name).Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!).Where(v => v.Length > 0)];

    /// <summary>Whether the pattern of a denial covers the whole of an allowed action.</summary>
    public bool Covers(string action) => Actions.Any(a => a is "*" or "*:*" || string.Equals(a, action, StringComparison.OrdinalIgnoreCase)
        || (a.EndsWith('*') && a.AsSpan()[..^1].IndexOfAny('*', '?') < 0 && action.StartsWith(a[..^1], StringComparison.OrdinalIgnoreCase)));

    private static AwsStatement Read(JsonElement s)
    {
        var (actions, resources) = (Texts(s, "Action"), Texts(s, "Resource"));
        var (notActions, notResources) = (Texts(s, "NotAction"), Texts(s, "NotResource"));
        return new AwsStatement(
            string.Equals(s.Text("Effect"), "Allow", StringComparison.Ordinal),
            actions.Count > 0 ? actions : notActions,
            actions.Count == 0 && notActions.Count > 0,
            resources.Count > 0 ? resources : notResources.Count > 0 ? notResources : ["*"],
            resources.Count == 0 && notResources.Count > 0,
            ConditionOf(s));
    }

    private static string? ConditionOf(JsonElement statement)
    {
        if (!statement.TryGetProperty(nameof(Condition), out var condition) || condition.ValueKind != JsonValueKind.Object)
            return null;
        var keys = condition.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(o => o.Value.EnumerateObject().Select(k => $"{k.Name} {o.Name}")).Order(StringComparer.Ordinal).ToList();
        return keys.Count == 0 ? null : string.Join(", ", keys.Take(4)) + (keys.Count > 4 ? $" and {keys.Count - 4} more" : string.Empty);
    }
}
