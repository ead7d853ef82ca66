using System.Globalization;
using SkiaSharp;

namespace Governance.Evidence;

/// <summary>
/// Pages of one document with a cursor that breaks by itself. The seam to the PDF library: the report below knows only this class,
/// so that another library can take SkiaSharp's place.
/// </summary>
internal sealed class PdfSheet : IDisposable
{
    private const float Margin = 56;
    private const float Top = 84;

    public static readonly SKColor Ink = new(0x14, 0x18, 0x1F);
    public static readonly SKColor Soft = new(0x4A, 0x55, 0x65);
    public static readonly SKColor Line = new(0xC9, 0xD0, 0xD9);
    public static readonly SKColor Green = new(0x0E, 0x6B, 0x62);
    public static readonly SKColor Pale = new(0xEE, 0xF1, 0xF5);
    public static readonly SKColor Amber = new(0x9A, 0x4A, 0x00);

    private readonly SKDocument document;
    private readonly string running;
    private readonly string foot;
    private readonly bool draft;
    private readonly int total;
    private SKCanvas canvas = null!;
    private bool open;

    public PdfSheet(Stream stream, SKDocumentPdfMetadata metadata, PaperSize paper, string running, string foot, bool draft, int total)
    {
        document = SKDocument.CreatePdf(stream, metadata);
        (this.running, this.foot, this.draft, this.total) = (running, foot, draft, total);
        (Width, Height) = paper == PaperSize.Letter ? (612f, 792f) : (595f, 842f);
    }

    public float Width { get; }

    public float Height { get; }

    public float Left { get; } = Margin;

    public float Right => Width - Margin;

    public float Measure => Right - Left;

    private float Bottom => Height - 66;

    public int Pages { get; private set; }

    /// <summary>The cursor: baseline of what comes next.</summary>
    public float Y { get; set; }

    public SKCanvas Canvas => canvas;

    /// <summary>Small capitals above the line at the top: the section.</summary>
    public string? Section { get; set; }

    public void NewPage(bool bare = false)
    {
        EndPage();
        canvas = document.BeginPage(Width, Height);
        open = true;
        Pages++;
        Y = Top;
        if (draft)
            Draft();
        if (bare)
            return;
        Text(running, Left, 44, PdfFonts.Regular, 8, Soft);
        using var font = PdfFonts.Of(PdfFonts.Regular, 8);
        using var paint = Fill(Soft);
        if (Section is not null)
            PdfText.DrawRight(canvas, Section, Right, 44, font, paint);
        canvas.DrawLine(Left, 52, Right, 52, Stroke(Line, 0.6f));
        canvas.DrawLine(Left, Height - 50, Right, Height - 50, Stroke(Line, 0.6f));
        var page = total > 0 ? $"Page {Pages} of {total}" : $"Page {Pages}";
        PdfText.DrawRight(canvas, page, Right, Height - 36, font, paint);
        Text(foot, Left, Height - 36, PdfFonts.Regular, 8, Soft);
    }

    /// <summary>Begins a new page when less than <paramref name="height"/> is left; says whether it did.</summary>
    public bool Need(float height)
    {
        if (Y + height <= Bottom)
            return false;
        NewPage();
        return true;
    }

    public void Space(float height) => Y += height;

    public void Heading(string text, float size, string? destination = null)
    {
        Need(size * 1.6f + 40);
        if (destination is not null)
            canvas.DrawNamedDestinationAnnotation(new SKPoint(Left, Y - size - 12), Name(destination));
        Paragraph(text, PdfFonts.Bold, size, Ink, size * 1.25f);
        Space(size * 0.4f);
    }

    public void Paragraph(string text, SKTypeface? face = null, float size = 9.5f, SKColor? color = null, float? leading = null, float indent = 0, float? width = null)
    {
        using var font = PdfFonts.Of(face ?? PdfFonts.Regular, size);
        using var paint = Fill(color ?? Ink);
        foreach (var line in PdfText.Wrap(text, font, (width ?? Measure) - indent))
        {
            Need(size);
            PdfText.Draw(canvas, line, Left + indent, Y, font, paint);
            Y += leading ?? size * 1.45f;
        }
    }

    /// <summary>A line of contents: title, dots, page; a click goes there.</summary>
    public void ContentsLine(string title, string? note, int page, string destination)
    {
        Need(17);
        using var font = PdfFonts.Of(PdfFonts.Regular, 9.5f);
        using var paint = Fill(Ink);
        using var soft = Fill(Soft);
        PdfText.Draw(canvas, title, Left, Y, font, paint);
        if (note is not null)
            PdfText.Draw(canvas, note, Left + 92, Y, font, soft);
        var number = page.ToString(CultureInfo.InvariantCulture);
        PdfText.DrawRight(canvas, number, Right, Y, font, paint);
        canvas.DrawLine(Left, Y + 5, Right, Y + 5, Stroke(Pale, 0.6f));
        canvas.DrawLinkDestinationAnnotation(new SKRect(Left, Y - 11, Right, Y + 5), Name(destination));
        Y += 17;
    }

    public void Text(string text, float x, float y, SKTypeface face, float size, SKColor color)
    {
        using var font = PdfFonts.Of(face, size);
        using var paint = Fill(color);
        PdfText.Draw(canvas, PdfText.Printable(text), x, y, font, paint);
    }

    public void TextRight(string text, float right, float y, SKTypeface face, float size, SKColor color)
    {
        using var font = PdfFonts.Of(face, size);
        using var paint = Fill(color);
        PdfText.DrawRight(canvas, PdfText.Printable(text), right, y, font, paint);
    }

    public void Rule() => canvas.DrawLine(Left, Y - 6, Right, Y - 6, Stroke(Line, 0.6f));

    public void StrokeLine(float x1, float y1, float x2, float y2, SKColor color, float width) => canvas.DrawLine(x1, y1, x2, y2, Stroke(color, width));

    public void Rectangle(float x, float y, float width, float height, SKColor color)
    {
        using var paint = Fill(color);
        canvas.DrawRect(x, y, width, height, paint);
    }

    public void Frame(float x, float y, float width, float height) => canvas.DrawRect(x, y, width, height, Stroke(Soft, 0.6f));

    public void Dispose()
    {
        EndPage();
        document.Close();
        document.Dispose();
    }

    public static SKPaint Fill(SKColor color) => new() { Color = color, IsAntialias = true };

    private static SKPaint Stroke(SKColor color, float width) => new() { Color = color, Style = SKPaintStyle.Stroke, StrokeWidth = width, IsAntialias = true };

    private static SKData Name(string destination) => SKData.CreateCopy([.. System.Text.Encoding.ASCII.GetBytes(destination), 0]);

    private void Draft()
    {
        canvas.Save();
        canvas.Translate(Width / 2, Height / 2);
        canvas.RotateDegrees(-52);
        using var font = PdfFonts.Of(PdfFonts.Bold, 150);
        using var paint = Fill(new SKColor(0xF3, 0xF4, 0xF6));
        var width = font.MeasureText("DRAFT");
        canvas.DrawText("DRAFT", -width / 2, 50, SKTextAlign.Left, font, paint);
        canvas.Restore();
    }

    private void EndPage()
    {
        if (open)
            document.EndPage();
        open = false;
    }
}
