using SkiaSharp;

namespace Governance.Evidence;

/// <summary>A column: its title, its share of what the others leave, whether it holds numbers, and whether it is as wide as its widest cell (numbers are anyway).</summary>
internal sealed record PdfColumn(string Title, float Share, bool Number = false, bool Mono = false, bool Fit = false);

/// <summary>A table that continues over pages with its headings repeated; a row never breaks in two unless it is taller than a page.</summary>
internal static class PdfTable
{
    private const float Size = 8;
    private const float Leading = 10.6f;
    private const float Padding = 4;
    private const float WidestFit = 96;
    private const float WidestKept = 84;

    public static void Draw(PdfSheet sheet, IReadOnlyList<PdfColumn> columns, IEnumerable<IReadOnlyList<string>> lines)
    {
        var rows = lines.ToList();
        var widths = Widths(sheet, columns, rows);
        sheet.Need(3 * Leading + (2 * Padding));
        Header(sheet, columns, widths);
        foreach (var row in rows)
        {
            var cells = new List<string>[columns.Count];
            for (var c = 0; c < columns.Count; c++)
            {
                using var font = Font(columns[c], header: false);
                cells[c] = PdfText.Wrap(row[c], font, widths[c] - (2 * Padding));
            }

            var height = Math.Min(cells.Max(c => c.Count), 40) * Leading + (2 * Padding) - 2;
            if (sheet.Need(height))
                Header(sheet, columns, widths);
            Row(sheet, columns, widths, cells, header: false);
            sheet.Space(height);
            sheet.Canvas.DrawLine(sheet.Left, sheet.Y - Leading + 1, sheet.Right, sheet.Y - Leading + 1, Hairline);
        }

        sheet.Space(8);
    }

    // Dates, verdicts and numbers never wrap; what is left goes to the others by their shares.
    private static float[] Widths(PdfSheet sheet, IReadOnlyList<PdfColumn> columns, List<IReadOnlyList<string>> rows)
    {
        var fits = new float[columns.Count];
        for (var c = 0; c < columns.Count; c++)
        {
            if (!columns[c].Fit && !columns[c].Number)
                continue;
            using var head = Font(columns[c], header: true);
            using var cell = Font(columns[c], header: false);
            fits[c] = Math.Min(WidestFit, Math.Max(PdfText.Width(columns[c].Title, head), rows.Count == 0 ? 0 : rows.Max(r => PdfText.Width(r[c], cell))) + (2 * Padding) + 0.5f);
        }

        var (rest, shares) = (sheet.Measure - fits.Sum(), columns.Where((_, c) => fits[c] == 0).Sum(c => c.Share));
        // A table of such columns alone is spread over the whole width.
        if (shares <= 0)
            return [.. fits.Select(f => f + (rest / fits.Length))];
        // A column that a word of its own is too wide for takes that much; the others give it.
        for (var c = 0; c < columns.Count; c++)
        {
            if (fits[c] > 0 || WidestWord(columns[c], rows, c) is var needed && needed <= rest * columns[c].Share / shares)
                continue;
            fits[c] = needed;
            (rest, shares) = (rest - needed, shares - columns[c].Share);
        }

        return [.. columns.Select((c, n) => fits[n] > 0 ? fits[n] : rest * c.Share / shares)];
    }

    // Up to a width: a name without a blank may still break.
    private static float WidestWord(PdfColumn column, List<IReadOnlyList<string>> rows, int at)
    {
        using var font = Font(column, header: false);
        return Math.Min(WidestKept, rows.SelectMany(r => r[at].Split(' ')).Distinct(StringComparer.Ordinal).Select(w => PdfText.Width(w, font)).DefaultIfEmpty(0).Max() + (2 * Padding) + 0.5f);
    }

    private static readonly SKPaint Hairline = new() { Color = PdfSheet.Line, Style = SKPaintStyle.Stroke, StrokeWidth = 0.4f };

    private static void Header(PdfSheet sheet, IReadOnlyList<PdfColumn> columns, float[] widths)
    {
        sheet.Rectangle(sheet.Left, sheet.Y - Leading + 1, sheet.Right - sheet.Left, Leading + (2 * Padding) - 2, PdfSheet.Pale);
        Row(sheet, columns, widths, [.. columns.Select(c => new List<string> { c.Title })], header: true);
        sheet.Space(Leading + (2 * Padding) - 2);
    }

    private static void Row(PdfSheet sheet, IReadOnlyList<PdfColumn> columns, float[] widths, List<string>[] cells, bool header)
    {
        var x = sheet.Left;
        for (var c = 0; c < columns.Count; c++)
        {
            using var font = Font(columns[c], header);
            using var paint = PdfSheet.Fill(header ? PdfSheet.Soft : PdfSheet.Ink);
            var y = sheet.Y + Padding - 1;
            foreach (var line in cells[c].Take(40))
            {
                if (columns[c].Number)
                    PdfText.DrawRight(sheet.Canvas, line, x + widths[c] - Padding, y, font, paint);
                else
                    PdfText.Draw(sheet.Canvas, line, x + Padding, y, font, paint);
                y += Leading;
            }

            x += widths[c];
        }
    }

    private static SKFont Font(PdfColumn column, bool header) => PdfFonts.Of(header ? PdfFonts.Bold : column.Mono ? PdfFonts.Mono : PdfFonts.Regular, column.Mono && !header ? Size - 1 : Size);
}
