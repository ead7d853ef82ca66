using System.Text.Json;
using System.Text.RegularExpressions;

namespace Governance.Evidence;

/// <summary>Reads one framework from its file and says each error with its place.</summary>
internal static partial class FrameworkFile
{
    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly HashSet<string> Members = new(StringComparer.Ordinal) { "id", "title", "version", "publisher", "source", "wording", "note", "attribution", "subcategories" };
    private static readonly HashSet<string> SubMembers = new(StringComparer.Ordinal) { "id", "category", "statement", "metrics", "outOfScope", "unchecked" };

    public static (Framework? Framework, IReadOnlyList<string> Problems) Read(byte[] json, string file)
    {
        if (json.Length > MostBytes)
            return (null, [$"{file}: larger than 4 MiB"]);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var problems = new List<string>();
            var framework = Framework(document.RootElement, problems);
            return problems.Count == 0 ? (framework, []) : (null, [.. problems.Select(p => $"{file}: {p}")]);
        }
        catch (JsonException fault)
        {
            return (null, [$"{file}: line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}: no JSON here, or a member twice"]);
        }
    }

    private static Framework? Framework(JsonElement root, List<string> problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add("the file holds no object");
            return null;
        }

        Unknown(root, Members, string.Empty, problems);
        var id = Text(root, "id", string.Empty, problems, 80);
        if (id.Length > 0 && !IdForm().IsMatch(id))
            problems.Add($"id: \"{id}\" must be lower-case letters, digits, dots and dashes");
        if (!Enum.TryParse<Wording>(Text(root, "wording", string.Empty, problems, 20), ignoreCase: true, out var wording))
            problems.Add("wording: must be official, titles or own");
        var subcategories = new List<Subcategory>();
        if (!root.TryGetProperty("subcategories", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            problems.Add("subcategories: at least one is needed");
        else
            subcategories.AddRange(list.EnumerateArray().Select((s, n) => Subcategory(s, $"subcategories[{n}]", problems)).OfType<Subcategory>());
        foreach (var twice in subcategories.GroupBy(s => s.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            problems.Add($"subcategories: \"{twice.Key}\" is there {twice.Count()} times");
        return new Framework(id, Text(root, "title", string.Empty, problems, 200), Text(root, "version", string.Empty, problems, 100), Text(root, "publisher", string.Empty, problems, 200),
            Text(root, "source", string.Empty, problems, 1000), wording, Optional(root, "note", string.Empty, problems), Optional(root, "attribution", string.Empty, problems), subcategories);
    }

    private static Subcategory? Subcategory(JsonElement element, string place, List<string> problems)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{place}: is no object");
            return null;
        }

        Unknown(element, SubMembers, place, problems);
        var metrics = new List<string>();
        if (element.TryGetProperty("metrics", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
                problems.Add($"{place}.metrics: is no list");
            else
                foreach (var (metric, n) in list.EnumerateArray().Select((m, n) => (m, n)))
                {
                    var name = metric.ValueKind == JsonValueKind.String ? metric.GetString()! : metric.GetRawText();
                    if (MetricCatalogue.Find(name) is null)
                        problems.Add($"{place}.metrics[{n}]: there is no metric \"{name}\" (M01 to M35)");
                    else if (metrics.Contains(name, StringComparer.Ordinal))
                        problems.Add($"{place}.metrics[{n}]: \"{name}\" is named twice");
                    metrics.Add(name);
                }
        }

        var mark = element.TryGetProperty("unchecked", out var flag);
        if (mark && flag.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            problems.Add($"{place}.unchecked: must be true or false");
        return new Subcategory(Text(element, "id", place, problems, 60), Text(element, "category", place, problems, 200), Text(element, "statement", place, problems, 2000), metrics,
            Optional(element, "outOfScope", place, problems), mark && flag.ValueKind == JsonValueKind.True);
    }

    private static string Text(JsonElement element, string name, string place, List<string> problems, int most)
    {
        var at = place.Length == 0 ? name : $"{place}.{name}";
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(value.GetString()))
        {
            problems.Add($"{at}: is missing, empty or no text");
            return string.Empty;
        }

        if (value.GetString()!.Length > most)
            problems.Add($"{at}: is longer than {most} characters");
        return value.GetString()!;
    }

    private static string? Optional(JsonElement element, string name, string place, List<string> problems) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Text(element, name, place, problems, 2000) : null;

    private static void Unknown(JsonElement element, HashSet<string> known, string place, List<string> problems)
    {
        foreach (var member in element.EnumerateObject().Where(m => !known.Contains(m.Name)))
            problems.Add($"{(place.Length == 0 ? string.Empty : place + ".")}{member.Name}: there is no such member");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex IdForm();
}
