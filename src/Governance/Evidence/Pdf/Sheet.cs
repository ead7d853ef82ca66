using System.Globalization;
using System.Text;

namespace Governance.Evidence.Pdf;

/// <summary>One column: title, share of the width, numbers at the right.</summary>
internal sealed record Column(string Title, float Share, bool Number = false, bool Mono = false);

/// <summary>Sets text and tables down A4 pages, and turns the page where it must. Says nothing of what it sets.</summary>
internal sealed class Sheet(IPdfCanvas canvas, string running, int total)
{
    public const float Width = 595, Height = 842, Left = 56, Right = 56, Body = Width - Left - Right;
    public const uint Ink = 0xFF14181F, Soft = 0xFF4A5565, Rule = 0xFFC9D0DA, Accent = 0xFF0E6B62, Shade = 0xFFF1F3F6;
    private const float Top = 76, Bottom = 70;
    private bool open;

    public int Page { get; private set; }

    public float Y { get; set; }

    public void NewPage(bool bare = false)
    {
        Close();
        canvas.BeginPage(Width, Height);
        canvas.Watermark("DRAFT", Width, Height);
        (open, Y) = (true, Top);
        Page++;
        var count = string.Create(CultureInfo.InvariantCulture, $"Page {Page} of {total}");
        canvas.Text(count, Width - Right - canvas.Measure(count, Face.Regular, 8), Height - 36, Face.Regular, 8, Soft);
        if (bare)
            return;
        canvas.Text(running, Left, 42, Face.Regular, 8, Soft);
        canvas.Line(Left, 50, Width - Right, 50, 0.5f, Rule);
        canvas.Text("Draft: not approved", Left, Height - 36, Face.Regular, 8, Soft);
    }

    public void Close()
    {
        if (open)
            canvas.EndPage();
        open = false;
    }

    public void Need(float height)
    {
        if (Y + height > Height - Bottom)
            NewPage();
    }

    public void Text(string text, Face face = Face.Regular, float size = 9.5f, uint color = Ink, float after = 6)
    {
        foreach (var line in Wrap(text, face, size, Body))
        {
            Need(size * 1.45f);
            Y += size * 1.45f;
            canvas.Text(line, Left, Y - (size * 0.35f), face, size, color);
        }

        Y += after;
    }

    public void Heading(string text, float size = 13)
    {
        Need(size * 4);
        Y += size * 0.6f;
        Text(text, Face.SemiBold, size, Ink, 5);
    }

    public void Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        const float size = 8, line = 11, pad = 4;
        Head();
        foreach (var row in rows)
        {
            var cells = columns.Select((c, i) => Wrap(row[i], c.Mono ? Face.Mono : Face.Regular, c.Mono ? 7 : size, (c.Share * Body) - (2 * pad))).ToList();
            var height = (cells.Max(c => c.Count) * line) + 5;
            if (Y + height > Height - Bottom)
            {
                NewPage();
                Head();
            }

            var x = Left;
            for (var i = 0; i < columns.Count; i++)
            {
                var (face, points) = columns[i].Mono ? (Face.Mono, 7f) : (Face.Regular, size);
                for (var l = 0; l < cells[i].Count; l++)
                {
                    var text = cells[i][l];
                    var at = columns[i].Number ? x + (columns[i].Share * Body) - pad - canvas.Measure(text, face, points) : x + pad;
                    canvas.Text(text, at, Y + line + (l * line) - 1, face, points, Ink);
                }

                x += columns[i].Share * Body;
            }

            Y += height;
            canvas.Line(Left, Y, Width - Right, Y, 0.4f, Rule);
        }

        Y += 10;

        void Head()
        {
            Need(40);
            canvas.Fill(Left, Y, Body, 17, Shade);
            var x = Left;
            foreach (var column in columns)
            {
                var at = column.Number ? x + (column.Share * Body) - pad - canvas.Measure(column.Title, Face.SemiBold, size) : x + pad;
                canvas.Text(column.Title, at, Y + 12, Face.SemiBold, size, Ink);
                x += column.Share * Body;
            }

            Y += 17;
            canvas.Line(Left, Y, Width - Right, Y, 0.8f, Soft);
        }
    }

    /// <summary>Control and direction characters as visible escapes: what is printed is what is stored.</summary>
    public static string Visible(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u200E' or '\u200F' or '\u061C' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                shown.Append(c);
        }

        return shown.ToString();
    }

    private List<string> Wrap(string raw, Face face, float size, float width)
    {
        var (lines, line) = (new List<string>(), string.Empty);
        foreach (var word in Visible(raw).Split(' '))
        {
            var rest = word;
            if (line.Length > 0 && canvas.Measure(line + " " + rest, face, size) <= width)
            {
                line += " " + rest;
                continue;
            }

            if (line.Length > 0)
                lines.Add(line);
            // A word wider than its column is cut where it must be, never between two halves of one character.
            while (canvas.Measure(rest, face, size) > width)
            {
                var cut = rest.Length - 1;
                while (cut > 1 && (canvas.Measure(rest[..cut], face, size) > width || char.IsLowSurrogate(rest[cut])))
                    cut--;
                if (cut < 1)
                    break;
                lines.Add(rest[..cut]);
                rest = rest[cut..];
            }

            line = rest;
        }

        lines.Add(line);
        return lines;
    }
}
