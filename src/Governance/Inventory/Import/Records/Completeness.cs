using System.Text;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>Whether a document is all pages of its list, by what the API says beside it. Part of a list is told, and never taken for the whole source.</summary>
internal static partial class Completeness
{
    private const int Tail = 4096;

    /// <summary>What to tell when the last page says that more follow (<c>has_more</c>); nothing else.</summary>
    public static IEnumerable<ReadItem> OfPages(ImportFile file)
    {
        foreach (var document in file.Documents)
        {
            if (More().Match(End(document)) is { Success: true })
                yield return Told(file, document, "the list goes on after it (has_more is true)");
        }
    }

    /// <summary>What to tell when fewer records stand in the file than its <c>total_count</c> says.</summary>
    /// <param name="held">Records of the document's list.</param>
    public static IEnumerable<ReadItem> OfTotals(ImportFile file, IReadOnlyDictionary<ImportDocument, int> held)
    {
        var totals = file.Documents.Select(d => (Document: d, Total: Total().Match(d.Head.Text) is { Success: true } m && int.TryParse(m.Groups["n"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : (int?)null)).Where(d => d.Total is not null).ToList();
        // Pages of one list all name its total; lists of several repositories each their own.
        if (totals.Count > 1 && totals.TrueForAll(t => t.Total == totals[0].Total) && totals.Sum(t => held.GetValueOrDefault(t.Document)) == totals[0].Total)
            yield break;
        foreach (var (document, total) in totals)
        {
            if (held.GetValueOrDefault(document) < total)
                yield return Told(file, document, $"it holds {held.GetValueOrDefault(document)} of {total} (total_count)");
        }
    }

    private static ReadItem Told(ImportFile file, ImportDocument document, string why)
    {
        var message = $"{why}: export all pages";
        return file.Full
            ? throw new UnreadableFileException($"{(document.Name is null ? "The file" : document.Name)} is said to be the whole source, and is not: {message}, or import it as a part. Nothing was imported.")
            : ReadItem.Rejected(document.Place("the end of the list"), null, message);
    }

    private static string End(ImportDocument document)
    {
        using var stream = document.Open();
        var (buffer, kept) = (new byte[64 * 1024], Array.Empty<byte>());
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            var both = kept.Concat(buffer.AsSpan(0, read).ToArray()).ToArray();
            kept = both.Length > Tail ? both[^Tail..] : both;
        }

        return Encoding.UTF8.GetString(kept);
    }

    [GeneratedRegex("\"has_more\"\\s*:\\s*true\\s*[,}](?!.*\"has_more\")", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex More();

    [GeneratedRegex("^\\s*\\{[^\\[]{0,200}?\"total_count\"\\s*:\\s*(?<n>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Total();
}
