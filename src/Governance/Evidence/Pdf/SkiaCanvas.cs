using SkiaSharp;

namespace Governance.Evidence.Pdf;

/// <summary>The canvas by SkiaSharp, with the product's own fonts embedded; a character that they lack comes from a font of the system.</summary>
internal sealed class SkiaCanvas : IPdfCanvas, IDisposable
{
    private static readonly string[] Files = ["IBMPlexSans_400Regular.ttf", "IBMPlexSans_600SemiBold.ttf", "IBMPlexSans_700Bold.ttf", "IBMPlexMono_400Regular.ttf"];
    private static readonly SKTypeface[] Faces = [.. Files.Select(Load)];

    private readonly MemoryStream stream = new();
    private readonly SKDocument document;
    private SKCanvas canvas = null!;

    public SkiaCanvas(string title, string author, DateTimeOffset at) => document = SKDocument.CreatePdf(stream, new SKDocumentPdfMetadata(72)
    {
        Title = title, Author = author, Creator = "Governance console", Producer = "Governance console", Creation = at.UtcDateTime, Modified = at.UtcDateTime,
    });

    public void BeginPage(float width, float height) => canvas = document.BeginPage(width, height);

    public void EndPage() => document.EndPage();

    public float Measure(string text, Face face, float size)
    {
        var width = 0f;
        foreach (var (part, typeface) in Runs(text, face))
        {
            using var font = new SKFont(typeface, size);
            width += font.MeasureText(part);
        }

        return width;
    }

    public void Text(string text, float x, float baseline, Face face, float size, uint color)
    {
        using var paint = new SKPaint { Color = new SKColor(color), IsAntialias = true };
        foreach (var (part, typeface) in Runs(text, face))
        {
            using var font = new SKFont(typeface, size) { Subpixel = true };
            canvas.DrawText(part, x, baseline, SKTextAlign.Left, font, paint);
            x += font.MeasureText(part);
        }
    }

    public void Fill(float x, float y, float width, float height, uint color)
    {
        using var paint = new SKPaint { Color = new SKColor(color) };
        canvas.DrawRect(x, y, width, height, paint);
    }

    public void Line(float x, float y, float x2, float y2, float thickness, uint color)
    {
        using var paint = new SKPaint { Color = new SKColor(color), StrokeWidth = thickness, IsStroke = true };
        canvas.DrawLine(x, y, x2, y2, paint);
    }

    public void Watermark(string text, float width, float height)
    {
        const float size = 150;
        canvas.Save();
        canvas.Translate(width / 2, height / 2);
        canvas.RotateDegrees(-52);
        Text(text, -Measure(text, Face.Bold, size) / 2, size / 3, Face.Bold, size, 0xFFF1F3F5);
        canvas.Restore();
    }

    public void Destination(string name, float y) => canvas.DrawNamedDestinationAnnotation(new SKPoint(0, y), name).Dispose();

    public void Link(string name, float x, float y, float width, float height) => canvas.DrawLinkDestinationAnnotation(new SKRect(x, y, x + width, y + height), name).Dispose();

    public byte[] Finish()
    {
        document.Close();
        return stream.ToArray();
    }

    public void Dispose()
    {
        document.Dispose();
        stream.Dispose();
    }

    private static SKTypeface Load(string name)
    {
        using var resource = typeof(SkiaCanvas).Assembly.GetManifestResourceStream(name)!;
        using var bytes = SKData.Create(resource);
        return SKTypeface.FromData(bytes);
    }

    private static IEnumerable<(string Part, SKTypeface Typeface)> Runs(string text, Face face)
    {
        var own = Faces[(int)face];
        using var glyphs = new SKFont(own);
        var (start, current, at) = (0, own, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var wanted = glyphs.ContainsGlyph(rune.Value) ? own : SKFontManager.Default.MatchCharacter(rune.Value) ?? own;
            if (wanted.Handle != current.Handle && at > start)
            {
                yield return (text[start..at], current);
                start = at;
            }

            current = wanted;
            at += rune.Utf16SequenceLength;
        }

        if (at > start)
            yield return (text[start..at], current);
    }
}
