using System.Reflection;
using SkiaSharp;

namespace Governance.Evidence;

/// <summary>The report's typefaces, shipped with the product, so that it looks the same on every machine.</summary>
internal static class PdfFonts
{
    public static readonly SKTypeface Regular = Load("IBMPlexSans_400Regular");
    public static readonly SKTypeface Bold = Load("IBMPlexSans_600SemiBold");
    public static readonly SKTypeface Mono = Load("IBMPlexMono_400Regular");

    public static SKFont Of(SKTypeface face, float size) => new(face, size) { Subpixel = true, Hinting = SKFontHinting.None };

    private static SKTypeface Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Governance.Evidence.Fonts.{name}.ttf") ?? throw new InvalidOperationException($"The font {name} is not in the assembly.");
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The font {name} can't be read.");
    }
}
