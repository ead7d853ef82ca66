using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// Collects the secrets of one server entry: env, arguments (a flag and its value, <c>--k=v</c>), headers, and an address's user part, query and path.
/// A secret leaves only its keyed fingerprint, its kind and its place; what stood beside it comes back with the secret taken out.
/// </summary>
internal sealed class McpSecrets(SecretFilter secrets)
{
    private const string Removed = "[secret removed]";
    private readonly Dictionary<string, CredentialRecord> found = new(StringComparer.Ordinal);
    private readonly SortedSet<string> services = new(StringComparer.Ordinal);
    private readonly SortedSet<string> placeholders = new(StringComparer.Ordinal);

    public IReadOnlyList<CredentialRecord> Credentials => found.Values.OrderBy(c => c.ExternalId, StringComparer.Ordinal).ToList();

    /// <summary>Whose keys it holds or asks for, where the variable's name is known.</summary>
    public IReadOnlyCollection<string> Services => services;

    /// <summary>Places that name a secret without holding it: a variable or an input.</summary>
    public IReadOnlyCollection<string> Placeholders => placeholders;

    /// <summary>Named values: environment variables or headers.</summary>
    public void Values(JsonElement fields, string what)
    {
        if (fields.ValueKind != JsonValueKind.Object)
            return;
        foreach (var field in fields.EnumerateObject())
        {
            var text = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : field.Value.ValueKind == JsonValueKind.Number ? field.Value.GetRawText() : null;
            if (text is not null)
                Value(field.Name, text, $"{what} {field.Name}");
        }
    }

    /// <summary>Command and arguments, secrets taken out.</summary>
    public IReadOnlyList<string> Arguments(JsonElement server)
    {
        var words = new List<string>();
        if (server.TryGetProperty("command", out var command) && command.ValueKind == JsonValueKind.Array)
            words.AddRange(server.List("command").Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!));
        else if (server.Text("command") is { } line)
            words.AddRange(server.List("args").Any() || line.Contains('/', StringComparison.Ordinal) || line.Contains('\\', StringComparison.Ordinal) ? [line] : line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        words.AddRange(server.List("args").Where(a => a.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(a => a.ValueKind == JsonValueKind.String ? a.GetString()! : a.GetRawText()));
        for (var i = 0; i < words.Count; i++)
        {
            var (before, word) = (i > 0 ? words[i - 1] : string.Empty, words[i]);
            var place = i == 0 ? "command" : $"args[{i - 1}]";
            if (before.StartsWith('-') && SecretText.IsName(before.TrimStart('-')) && !before.Contains('=', StringComparison.Ordinal) && !word.StartsWith('-'))
                words[i] = Value(before.TrimStart('-'), word, $"args {before}");
            else if (Split(word, '=') is { } pair)
                words[i] = word[..(pair.Name.Length + 1)] + Value(pair.Name.TrimStart('-'), pair.Value, $"args {pair.Name}");
            else if (Split(word, ':') is { } header && (before is "-H" or "--header" || SecretText.IsName(header.Name)))
                words[i] = header.Name + ": " + Value(header.Name, header.Value.TrimStart(), $"args {header.Name}");
            else
                words[i] = Value(string.Empty, word, place);
        }

        return words;
    }

    /// <summary>The address without user part, query, fragment and random parts of its path.</summary>
    public string Address(string text, string place)
    {
        var parts = SecretAddress.Parse(text);
        foreach (var (name, value) in parts.Secrets)
            Take($"{place} {name}", name, value);
        foreach (var name in parts.Placeholders)
            placeholders.Add($"{place} {name}");
        return parts.Plain;
    }

    private string Value(string name, string text, string place)
    {
        var known = McpVariables.ServiceOf(name);
        if (known is not null)
            services.Add(known);
        if (text.TrimStart() is ['{', ..] && Nested(text, place))
            return Removed;
        if (text.Contains("://", StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal))
            return Address(text, place);
        var value = SecretText.WithoutScheme(text);
        if (SecretText.IsPlaceholder(value))
        {
            if (value.Length > 0 && (known is not null || SecretText.IsName(name)))
                placeholders.Add(place);
            return text;
        }

        var parts = SecretText.Parts(value);
        if (parts.Count > 0)
        {
            foreach (var part in parts)
                Take($"{place} {part.Name}", part.Name, part.Value);
            return Removed;
        }

        if (!(SecretText.IsName(name) || (known is not null && !SecretText.IsHarmless(name)) ? !SecretText.IsPath(value) : SecretText.IsForm(value, secrets)))
            return text;
        Take(place, name, value, known);
        return Removed;
    }

    private bool Nested(string text, string place)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            Values(json.RootElement, place);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Take(string place, string name, string secret, string? service = null)
    {
        var fingerprint = secrets.Fingerprint(secret);
        for (var n = 2; found.TryGetValue(place, out var other) && other.Fingerprint != fingerprint; n++)
            place = $"{place.Split('#')[0]}#{n}";
        found[place] = new CredentialRecord(place, SecretText.KindOf(name, secret))
        {
            DisplayName = service is null ? $"In {place}" : $"{service}, in {place}",
            Fingerprint = fingerprint,
        };
    }

    private static (string Name, string Value)? Split(string word, char at)
    {
        var index = word.IndexOf(at, StringComparison.Ordinal);
        return index > 0 && index < word.Length - 1 && word[..index].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && char.IsAsciiLetter(word[..index].TrimStart('-').FirstOrDefault())
            ? (word[..index], word[(index + 1)..]) : null;
    }
}
