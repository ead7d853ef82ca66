using System.Globalization;
using System.Text;
using SkiaSharp;

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

    public static float Width(string text, SKFont font) => Runs(text, font).Sum(run => run.Font.MeasureText(run.Text));

    public static void Draw(SKCanvas canvas, string text, float x, float y, SKFont font, SKPaint paint)
    {
        foreach (var run in Runs(text, font))
        {
            canvas.DrawText(run.Text, x, y, SKTextAlign.Left, run.Font, paint);
            x += run.Font.MeasureText(run.Text);
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
        var n = text.Length;
        while (n > 1 && Width(text[..n], font) > width)
            n--;
        // After a mark within a long name where there is one: "agents/release-" and "notes", not a letter alone on the next line.
        var mark = text.AsSpan(0, n).LastIndexOfAny(Marks);
        if (n < text.Length && mark > n / 3)
            return mark + 1;
        return n > 1 && char.IsHighSurrogate(text[n - 1]) ? n - 1 : n;
    }

    private static List<(string Text, SKFont Font)> Runs(string text, SKFont font)
    {
        if (font.ContainsGlyphs(text))
            return [(text, font)];
        var runs = new List<(string, SKFont)>();
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.ToString();
            var use = font;
            if (!font.ContainsGlyphs(letter))
            {
                var other = SKFontManager.Default.MatchCharacter(rune.Value);
                if (other is null)
                    letter = string.Create(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
                else
                    use = PdfFonts.Of(other, font.Size);
            }

            runs.Add((letter, use));
        }

        return runs;
    }
}
