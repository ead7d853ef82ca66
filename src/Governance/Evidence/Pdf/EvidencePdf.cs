using System.Globalization;
using SkiaSharp;

namespace Governance.Evidence;

/// <summary>
/// The report. It computes no figure: everything on it stands in the facts. The same facts give the same bytes: dates in the file come
/// from the facts, fonts are shipped, and the pages are laid out twice only to know how many there are.
/// </summary>
internal static class EvidencePdf
{
    public static byte[] Draw(Facts facts, ReportStatus status, string dataHash, string keyId)
    {
        // First pass for the number of pages and where each section begins, second for the document.
        var first = new EvidenceReportLayout(facts, status, dataHash, keyId, 0, new Dictionary<string, int>(StringComparer.Ordinal));
        Run(facts, status, first);
        var second = new EvidenceReportLayout(facts, status, dataHash, keyId, first.PageCount, first.Starts);
        return PdfOutline.Append(Run(facts, status, second), second.Outline());
    }

    private static byte[] Run(Facts facts, ReportStatus status, EvidenceReportLayout layout)
    {
        using var stream = new MemoryStream();
        var at = (status.IssuedAt ?? facts.AsOf).UtcDateTime;
        var metadata = new SKDocumentPdfMetadata
        {
            Title = $"{facts.Framework.Title}: evidence {ReportWords.Day(facts.From)} to {ReportWords.Day(facts.To)}",
            Author = facts.PreparedBy,
            Subject = "Identities behind AI tools",
            Creator = "Governance console " + facts.SystemVersion,
            Producer = "Governance console " + facts.SystemVersion,
            Creation = at,
            Modified = at,
            RasterDpi = 144,
            EncodingQuality = 101,
        };
        var foot = status.IsDraft ? "DRAFT: prepared, not yet issued" : $"Issued {status.IssuedAt?.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}{(status.State == PackageState.Superseded ? ", superseded since" : string.Empty)}";
        using (var sheet = new PdfSheet(stream, metadata, facts.Paper, $"{facts.Framework.Title} · {ReportWords.Period(facts)}", foot, status.IsDraft, layout.Total))
            layout.Draw(sheet);
        return stream.ToArray();
    }
}
