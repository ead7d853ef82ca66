using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Governance.Audit;

namespace Governance.Web.Features.Audit;

/// <summary>Actions to choose from, and where an entry's record is shown.</summary>
internal static class AuditWords
{
    public static IReadOnlyList<string> Actions { get; } =
        [.. typeof(AuditActions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    /// <summary>An action as people say it: <c>review.decided</c> is "Review decided". The code stays beside it, since filters and exports name it.</summary>
    public static string Of(string action)
    {
        var words = action.Replace('.', ' ').Replace('-', ' ');
        return words.Length == 0 ? action : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>The search that an address holds.</summary>
    public static AuditFilter Filter(string? q, string? subject, string? action, string? who, string? from, string? to) =>
        new(null, Blank(subject), Blank(action), Blank(q), Day(from), Day(to), Blank(who));

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>The kind of record, in words.</summary>
    public static string Record(string subject) => subject.Replace('-', ' ');

    /// <summary>The details of an entry, name by name, at most 30; what is no JSON object is shown as it is.</summary>
    public static IReadOnlyList<(string Name, string Value)> Details(string json)
    {
        try
        {
            using var read = JsonDocument.Parse(json);
            return read.RootElement.ValueKind == JsonValueKind.Object
                ? [.. read.RootElement.EnumerateObject().Take(30).Select(p => (Words(p.Name), Text(p.Value)))]
                : [("details", Cut(json))];
        }
        catch (JsonException)
        {
            return [("details", Cut(json))];
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Cut(value.GetString() ?? string.Empty),
        JsonValueKind.Null => "none",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => Cut(value.GetRawText()),
    };

    private static string Cut(string text) => text.Length > 400 ? text[..400] + "…" : text;

    // "campaignId" is "campaign id".
    private static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLower(letter, CultureInfo.InvariantCulture));
        }

        return words.ToString();
    }

    public static string? Href(AuditEntry entry) => entry.SubjectType switch
    {
        Subjects.Identity => $"/identities/{entry.SubjectId}",
        Subjects.ImportRun => $"/imports/{entry.SubjectId}",
        Subjects.Campaign => $"/campaigns/{entry.SubjectId}",
        Subjects.Definition => $"/campaigns/definitions/{entry.SubjectId}",
        Subjects.Order => $"/revocations/{entry.SubjectId}",
        Subjects.Brakes or Subjects.Exemption => "/brakes",
        Subjects.Sweep => "/sweeps",
        Subjects.Request => "/requests",
        Subjects.LifecyclePolicy => "/lifetimes",
        Subjects.EvidencePackage => "/evidence",
        Subjects.AuditLog => "/audit",
        Subjects.Account => "/settings/accounts",
        _ => null,
    };
}
