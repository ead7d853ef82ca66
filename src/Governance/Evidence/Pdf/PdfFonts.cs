using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace Governance.Evidence;

/// <summary>The report's typefaces, shipped with the product, so that it looks the same on every machine; for other scripts the first of the others that has the letter.</summary>
internal static class PdfFonts
{
    public static readonly SKTypeface Regular = Load("IBMPlexSans_400Regular");
    public static readonly SKTypeface Bold = Load("IBMPlexSans_600SemiBold");
    public static readonly SKTypeface Mono = Load("IBMPlexMono_400Regular");

    private static readonly Lazy<SKTypeface> Japanese = new(() => Load("IBMPlexSansJP_400Regular"));

    // 8,954 signs of Noto Sans SC: all of GB 2312, and the common ones of Big5.
    private static readonly Lazy<SKTypeface> Chinese = new(() => Load("NotoSansSC_400Subset"));

    private static readonly Lazy<SKTypeface>[] Others =
    [
        .. new[] { "IBMPlexSansArabic_400Regular", "IBMPlexSansHebrew_400Regular", "IBMPlexSansThai_400Regular", "NotoSansDevanagari_400Regular" }.Select(name => new Lazy<SKTypeface>(() => Load(name))),
        Japanese, new(() => Load("IBMPlexSansKR_400Regular")), Chinese,
    ];

    private static readonly ConcurrentDictionary<(int Letter, bool Chinese), SKTypeface?> Found = new();
    private static readonly ConcurrentDictionary<IntPtr, SKShaper> Shapers = new();

    public static SKFont Of(SKTypeface face, float size) => new(face, size) { Subpixel = true, Hinting = SKFontHinting.None };

    /// <summary>A typeface with the letter: a shipped one, else one of this machine; null when there is none.</summary>
    /// <param name="codePoint">The letter.</param>
    /// <param name="chinese">Whether it stands in a text that <see cref="IsChinese"/>.</param>
    public static SKTypeface? For(int codePoint, bool chinese) => Found.GetOrAdd((codePoint, chinese), static key =>
        key.Chinese && Has(Chinese.Value, key.Letter) ? Chinese.Value : Others.Select(o => o.Value).FirstOrDefault(f => Has(f, key.Letter)) ?? SKFontManager.Default.MatchCharacter(key.Letter));

    /// <summary>Whether signs of the text are not written in Japan, and no kana or hangul stands beside them: then all of its signs are set in the Chinese face, so that a name is of one hand.</summary>
    public static bool IsChinese(string text) =>
        !text.Any(c => c is (>= '\u3040' and <= '\u30FF') or (>= '\uAC00' and <= '\uD7AF')) && text.Any(c => c is >= '\u3400' and <= '\u9FFF' && !Has(Japanese.Value, c));

    /// <summary>For scripts whose letters join, stack or run from right to left.</summary>
    public static SKShaper Shaper(SKTypeface face) => Shapers.GetOrAdd(face.Handle, _ => new SKShaper(face));

    /// <summary>Whether a letter needs shaping: Hebrew, Arabic and its kin, the scripts of India, Thai and Lao, marks that combine.</summary>
    public static bool NeedsShaping(int c) => c is (>= 0x0300 and <= 0x036F) or (>= 0x0590 and <= 0x08FF) or (>= 0x0900 and <= 0x0EFF) or (>= 0x1780 and <= 0x17FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC);

    private static bool Has(SKTypeface face, int codePoint)
    {
        using var font = new SKFont(face);
        return font.ContainsGlyph(codePoint);
    }

    private static SKTypeface Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Governance.Evidence.Fonts.{name}.ttf") ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The font {name} is not in the assembly."));
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The font {name} can't be read.");
    }
}
