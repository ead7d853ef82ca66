using System.Globalization;
using System.Text;

namespace Governance.Evidence;

/// <summary>
/// Bookmarks and the language of a document, which SkiaSharp has no call for: appended as an incremental update (ISO 32000-1, 7.5.6), so that
/// not one byte of what was drawn changes. Leads to the named destinations that the sheet has set.
/// </summary>
internal static class PdfOutline
{
    /// <summary>The document with an outline of these entries, in order, and English as its language.</summary>
    /// <exception cref="InvalidOperationException">The document does not end as a PDF with a plain cross-reference table does.</exception>
    public static byte[] Append(byte[] document, IReadOnlyList<(string Title, string Destination)> entries)
    {
        // Latin-1 keeps a character for each byte, so that positions in the text are positions in the file.
        var text = Encoding.Latin1.GetString(document);
        var trailer = text[text.LastIndexOf("trailer", StringComparison.Ordinal)..];
        var (size, root, info) = (Number(trailer, "/Size "), Number(trailer, "/Root "), Number(trailer, "/Info "));
        var before = Number(trailer, "startxref\n");
        var catalog = Catalog(text, root);

        var written = new StringBuilder();
        var places = new SortedDictionary<int, int>();
        void Write(int number, string body)
        {
            places[number] = document.Length + written.Length;
            written.Append(CultureInfo.InvariantCulture, $"{number} 0 obj\n{body}\nendobj\n");
        }

        var (outline, first) = (size, size + 1);
        var last = first + entries.Count - 1;
        Write(root, string.Create(CultureInfo.InvariantCulture, $"{catalog[..^2]}\n/Lang (en)\n/PageMode /UseOutlines\n/Outlines {outline} 0 R>>"));
        Write(outline, string.Create(CultureInfo.InvariantCulture, $"<</Type /Outlines\n/First {first} 0 R\n/Last {last} 0 R\n/Count {entries.Count}>>"));
        for (var n = first; n <= last; n++)
        {
            var (title, destination) = entries[n - first];
            var beside = (n > first ? string.Create(CultureInfo.InvariantCulture, $"\n/Prev {n - 1} 0 R") : string.Empty) + (n < last ? string.Create(CultureInfo.InvariantCulture, $"\n/Next {n + 1} 0 R") : string.Empty);
            Write(n, string.Create(CultureInfo.InvariantCulture, $"<</Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}>\n/Parent {outline} 0 R{beside}\n/Dest /{destination}>>"));
        }

        var table = document.Length + written.Length;
        written.Append("xref\n");
        foreach (var (number, place) in places)
            written.Append(CultureInfo.InvariantCulture, $"{number} 1\n{place:D10} 00000 n \n");
        written.Append(CultureInfo.InvariantCulture, $"trailer\n<</Size {last + 1}\n/Root {root} 0 R\n/Info {info} 0 R\n/Prev {before}>>\nstartxref\n{table}\n%%EOF\n");
        return [.. document, .. Encoding.Latin1.GetBytes(written.ToString())];
    }

    private static string Catalog(string text, int root)
    {
        var begin = text.IndexOf(string.Create(CultureInfo.InvariantCulture, $"\n{root} 0 obj\n<</Type /Catalog"), StringComparison.Ordinal);
        if (begin < 0)
            throw new InvalidOperationException("The document has no catalog where its trailer says.");
        begin = text.IndexOf("<<", begin, StringComparison.Ordinal);
        return text[begin..text.IndexOf("\nendobj", begin, StringComparison.Ordinal)];
    }

    private static int Number(string text, string after)
    {
        var begin = text.IndexOf(after, StringComparison.Ordinal);
        var digits = begin < 0 ? string.Empty : new string([.. text[(begin + after.Length)..].TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidOperationException($"The document's trailer has no {after.Trim()}.");
    }
}
