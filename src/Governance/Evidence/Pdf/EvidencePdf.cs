using System.Globalization;
using SkiaSharp;

namespace Governance.Evidence;

/// <summary>
/// The report. It computes no figure: everything on it stands in the facts. The same facts give the same bytes: dates in the file come
/// from the facts, fonts are shipped, and the pages are laid out twice only to know how many there are.
/// </summary>
public static class EvidencePdf
{
    public static byte[] Draw(Facts facts, string dataHash)
    {
        // First pass for the number of pages and where each section begins, second for the document.
        var first = new EvidenceReportLayout(facts, dataHash, 0, new Dictionary<string, int>(StringComparer.Ordinal));
        Run(facts, first);
        var second = new EvidenceReportLayout(facts, dataHash, first.PageCount, first.Starts);
        return PdfOutline.Append(Run(facts, second), second.Outline());
    }

    private static byte[] Run(Facts facts, EvidenceReportLayout layout)
    {
        using var stream = new MemoryStream();
        var metadata = new SKDocumentPdfMetadata
        {
            Title = $"{facts.FrameworkTitle}: evidence {Day(facts.From)} to {Day(facts.To)}",
            Author = facts.PreparedBy,
            Subject = "Identities behind AI tools",
            Creator = "Governance console " + facts.SystemVersion,
            Producer = "Governance console " + facts.SystemVersion,
            Creation = facts.AsOf.UtcDateTime,
            Modified = facts.AsOf.UtcDateTime,
            RasterDpi = 144,
            EncodingQuality = 101,
        };
        using (var sheet = new PdfSheet(stream, metadata, $"{facts.FrameworkTitle} · {Day(facts.From)} to {Day(facts.To)} (end not included)", layout.Total))
            layout.Draw(sheet);
        return stream.ToArray();
    }

    internal static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
