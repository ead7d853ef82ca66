using System.Text.RegularExpressions;
using Governance.Inventory;

namespace Governance.Web.Features.Imports;

/// <summary>One page of the documentation of formats, and the formats that it is about.</summary>
public sealed record FormatDoc(string Key, string Title, string Text, IReadOnlyList<IInventoryReader> Readers);

/// <summary>The pages under docs/formats, as they were when this was built.</summary>
internal static partial class FormatDocs
{
    private const string Prefix = "Governance.Docs.Formats.";

    /// <summary>Each documented format once, then formats without a page of their own, which say what they are recognised by.</summary>
    public static IReadOnlyList<FormatDoc> Of(InventoryReaders readers)
    {
        var docs = Pages().Select(p => p with { Readers = readers.All.Where(r => Names(p).Contains(r.Format, StringComparer.Ordinal)).ToList() }).Where(p => p.Key != "README").ToList();
        var told = docs.SelectMany(d => d.Readers).ToHashSet();
        return docs.Concat(readers.All.Where(r => !told.Contains(r)).Select(r => new FormatDoc(r.Format, r.Format, string.Empty, [r]))).OrderBy(d => d.Title, StringComparer.OrdinalIgnoreCase).ToList();
    }

    private static IEnumerable<FormatDoc> Pages()
    {
        var assembly = typeof(FormatDocs).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var text = reader.ReadToEnd();
            var title = Title().Match(text);
            yield return new FormatDoc(name[Prefix.Length..^".md".Length], title.Success ? title.Groups["title"].Value.Trim() : name, text, []);
        }
    }

    /// <summary>The names in the page's first comment, or its own name.</summary>
    private static IReadOnlyList<string> Names(FormatDoc page) => Formats().Match(page.Text) is { Success: true } match
        ? match.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : [page.Key, .. Quoted().Matches(page.Text).Select(m => m.Groups["name"].Value)];

    [GeneratedRegex("^# (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Title();

    [GeneratedRegex("<!-- formats: (?<names>[^>]*?) -->", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Formats();

    [GeneratedRegex("`(?<name>[a-z0-9-]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();
}
