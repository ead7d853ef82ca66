using System.Globalization;
using System.Text;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace Governance.Evidence;

/// <summary>Text as it can be drawn: runs of one typeface each, wrapped to a width.</summary>
internal static class PdfText
{
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("-/_.:@");

    /// <summary>Breaks into lines no wider than <paramref name="width"/>; a word that is wider itself is cut.</summary>
    public static List<string> Wrap(string text, SKFont font, float width)
    {
        var lines = new List<string>();
        foreach (var paragraph in Printable(text).Split('\n'))
        {
            var line = string.Empty;
            foreach (var word in paragraph.Split(' '))
            {
                var next = line.Length == 0 ? word : line + " " + word;
                if (Width(next, font) <= width)
                {
                    line = next;
                    continue;
                }

                if (line.Length > 0)
                    lines.Add(line);
                line = word;
                while (Width(line, font) > width)
                {
                    var fits = Fitting(line, font, width);
                    lines.Add(line[..fits]);
                    line = line[fits..];
                }
            }

            lines.Add(line);
        }

        return lines;
    }

    public static float Width(string text, SKFont font) => font.ContainsGlyphs(text) ? font.MeasureText(text) : Runs(text, font).Sum(run => run.Width);

    public static void Draw(SKCanvas canvas, string text, float x, float y, SKFont font, SKPaint paint)
    {
        if (font.ContainsGlyphs(text))
        {
            canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
            return;
        }

        foreach (var run in Runs(text, font))
        {
            if (run.Shaped)
                canvas.DrawShapedText(PdfFonts.Shaper(run.Font.Typeface), run.Text, x, y, SKTextAlign.Left, run.Font, paint);
            else
                canvas.DrawText(run.Text, x, y, SKTextAlign.Left, run.Font, paint);
            x += run.Width;
        }
    }

    public static void DrawRight(SKCanvas canvas, string text, float right, float y, SKFont font, SKPaint paint) => Draw(canvas, text, right - Width(text, font), y, font, paint);

    /// <summary>Control and direction marks as visible escapes: a name can't turn the line around it (CVE-2021-42574).</summary>
    public static string Printable(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value == '\n')
                clean.Append('\n');
            else if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                clean.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            else
                clean.Append(rune);
        }

        return clean.ToString();
    }

    private static int Fitting(string text, SKFont font, float width)
    {
        var (low, n) = (1, text.Length);
        while (low < n)
        {
            var middle = (low + n + 1) / 2;
            if (Width(text[..middle], font) <= width)
                low = middle;
            else
                n = middle - 1;
        }

        // After a mark within a long name where there is one: "agents/release-" and "notes", not a letter alone on the next line.
        var mark = text.AsSpan(0, n).LastIndexOfAny(Marks);
        if (n < text.Length && mark > n / 3)
            return mark + 1;
        return n > 1 && char.IsHighSurrogate(text[n - 1]) ? n - 1 : n;
    }

    /// <summary>Letters that follow each other in one typeface are drawn together: scripts that join need it, and the file stays small.</summary>
    private static List<Run> Runs(string text, SKFont font)
    {
        var runs = new List<Run>();
        var (part, use, shaped) = (new StringBuilder(), font, false);
        var chinese = PdfFonts.IsChinese(text);
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.ToString();
            var own = font.ContainsGlyphs(letter);
            var face = own ? null : PdfFonts.For(rune.Value, chinese);
            if (!own && face is null)
                letter = string.Create(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            var joins = face is not null && PdfFonts.NeedsShaping(rune.Value);
            // A space between two words of a script belongs to them, so that they keep their order from right to left.
            if (rune.Value == ' ' && shaped && use.ContainsGlyphs(letter))
            {
                part.Append(letter);
                continue;
            }

            var next = face is null ? font : use.Typeface.Handle == face.Handle ? use : PdfFonts.Of(face, font.Size);
            if (part.Length > 0 && (next.Typeface.Handle != use.Typeface.Handle || joins != shaped))
            {
                runs.Add(Measured(part.ToString(), use, shaped));
                part.Clear();
            }

            (use, shaped) = (next, joins);
            part.Append(letter);
        }

        if (part.Length > 0)
            runs.Add(Measured(part.ToString(), use, shaped));
        return runs;
    }

    private static Run Measured(string text, SKFont font, bool shaped) => new(text, font, shaped, shaped ? PdfFonts.Shaper(font.Typeface).Shape(text, font).Width : font.MeasureText(text));

    private sealed record Run(string Text, SKFont Font, bool Shaped, float Width);
}
