using System.Globalization;

namespace Governance.Evidence;

/// <summary>The order and the words of the report's pages.</summary>
internal sealed partial class EvidenceReportLayout(Facts facts, string dataHash, int total, IReadOnlyDictionary<string, int> known)
{
    private static readonly PdfColumn[] RecordColumns = [new("Record", 25), new("Where", 20), new("Verdict", 11), new("Detail", 32), new("Who", 14), new("When", 13)];
    private readonly HashSet<string> shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> starts = new(StringComparer.Ordinal);

    public int Total => total;

    public int PageCount { get; private set; }

    public IReadOnlyDictionary<string, int> Starts => starts;

    public void Draw(PdfSheet sheet)
    {
        Cover(sheet);
        Contents(sheet);
        Conclusion(sheet);
        Method(sheet);
        foreach (var subcategory in facts.Subcategories)
            Section(sheet, subcategory);
        Appendices(sheet);
        Verification(sheet);
        PageCount = sheet.Pages;
    }

    /// <summary>The bookmarks: the contents, and the cover before them.</summary>
    public IReadOnlyList<(string Title, string Destination)> Outline() =>
        [("Conclusion", "conclusion"), ("Method", "method"), .. facts.Subcategories.Select(s => ($"{s.Id}  {s.Category}", s.Id)), ("Campaigns and imports", "appendix"), ("Verification", "verification")];

    private void Begin(PdfSheet sheet, string key)
    {
        sheet.NewPage();
        starts[key] = sheet.Pages;
    }

    private void Cover(PdfSheet sheet)
    {
        sheet.NewPage(bare: true);
        sheet.Rectangle(PdfSheet.Left, 150, 40, 4, PdfSheet.Green);
        sheet.Space(110);
        sheet.Paragraph("Evidence report", PdfFonts.Regular, 13, PdfSheet.Soft);
        sheet.Space(14);
        sheet.Paragraph(facts.FrameworkTitle, PdfFonts.Bold, 27, PdfSheet.Ink, 34);
        sheet.Space(4);
        sheet.Paragraph("Non-human identities behind AI tools", PdfFonts.Regular, 16, PdfSheet.Ink, 22);
        sheet.Space(220);
        Pair(sheet, "Period", $"{EvidencePdf.Day(facts.From)} to {EvidencePdf.Day(facts.To)}, end not included, UTC");
        Pair(sheet, "As of", Time(facts.AsOf));
        Pair(sheet, "Scope", facts.Scope);
        Pair(sheet, "System", "Governance console " + facts.SystemVersion);
        Pair(sheet, "Prepared by", facts.PreparedBy);
        Pair(sheet, "Approved by", "not yet approved");
        Pair(sheet, "Status", "DRAFT");
    }

    private void Contents(PdfSheet sheet)
    {
        sheet.NewPage();
        sheet.Heading("Contents", 18);
        Entry("Conclusion", null, "conclusion");
        Entry("Method", null, "method");
        foreach (var s in facts.Subcategories)
            Entry(s.Id, s.Category, s.Id);
        Entry("Campaigns and imports", null, "appendix");
        Entry("Verification", null, "verification");

        void Entry(string title, string? note, string key) => sheet.ContentsLine(title, note, known.GetValueOrDefault(key), key);
    }

    private void Conclusion(PdfSheet sheet)
    {
        Begin(sheet, "conclusion");
        sheet.Heading("Conclusion", 18, "conclusion");
        var met = Count(MetricStatus.Met);
        var exceptions = Count(MetricStatus.Exceptions);
        var none = Count(MetricStatus.NoPopulation);
        var silent = facts.Subcategories.Count(s => s.Metrics.Count == 0);
        sheet.Paragraph($"Of {facts.Metrics.Count} metrics, {exceptions} show exceptions, {met} show none, and for {none} there was no population in the period. "
            + $"{silent} of {facts.Subcategories.Count} statements are not evidenced by this system. No grade is given: a reader forms it from the exceptions.");
        sheet.Space(10);
        Bars(sheet);
        sheet.Space(14);
        sheet.Heading("Where the exceptions are", 12);
        if (exceptions == 0)
            sheet.Paragraph("No metric shows one.");
        else
            PdfTable.Draw(sheet, [new("Metric", 8), new("What is measured", 48), new("Met", 9, Number: true), new("Of", 9, Number: true), new("Exceptions", 12, Number: true), new("Cannot tell", 12, Number: true), new("Met, share", 12, Number: true)],
                facts.Metrics.Where(m => m.Status == MetricStatus.Exceptions).OrderByDescending(m => m.Exceptions).Select(m => (IReadOnlyList<string>)
                    [m.Id, m.Title, N(m.Numerator), N(m.Denominator), N(m.Exceptions - m.CannotTell), N(m.CannotTell), Share(m)]));
        sheet.Paragraph("What can't be told, because no source reports it, counts against the metric and is shown apart.", size: 8.5f, color: PdfSheet.Soft);

        int Count(MetricStatus status) => facts.Metrics.Count(m => m.Status == status);
    }

    private void Bars(PdfSheet sheet)
    {
        foreach (var m in facts.Metrics)
        {
            sheet.Need(20);
            const float x = PdfSheet.Left + 272;
            const float width = PdfSheet.Right - x - 74;
            sheet.Text(m.Id, PdfSheet.Left, sheet.Y, PdfFonts.Bold, 8, PdfSheet.Ink);
            sheet.Text(Cut(m.Title, 238), PdfSheet.Left + 28, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Ink);
            if (m.Denominator == 0)
            {
                sheet.Text("no population", x, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Soft);
            }
            else
            {
                // Solid for met, hatched by steps for cannot tell, empty for exceptions: told apart without colour.
                var solid = width * m.Numerator / m.Denominator;
                var grey = width * m.CannotTell / m.Denominator;
                sheet.Rectangle(x, sheet.Y - 7.5f, solid, 9, PdfSheet.Green);
                for (var h = x + solid + 1; h < x + solid + grey; h += 3)
                    sheet.Rectangle(h, sheet.Y - 7.5f, 1.2f, 9, PdfSheet.Soft);
                sheet.Frame(x, sheet.Y - 7.5f, width, 9);
                sheet.Text($"{N(m.Numerator)} of {N(m.Denominator)}", x + width + 6, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Ink);
            }

            sheet.Space(14);
        }

        sheet.Paragraph("Solid: met. Hatched: cannot tell. Empty: exception.", size: 8, color: PdfSheet.Soft);
    }

    private static string Cut(string title, float width)
    {
        using var font = PdfFonts.Of(PdfFonts.Regular, 8);
        var lines = PdfText.Wrap(title, font, width);
        return lines.Count == 1 ? title : lines[0] + "…";
    }

    private static void Pair(PdfSheet sheet, string name, string value)
    {
        sheet.Text(name, PdfSheet.Left, sheet.Y, PdfFonts.Regular, 9.5f, PdfSheet.Soft);
        sheet.Paragraph(value, size: 9.5f, indent: 110);
        sheet.Space(4);
    }

    private static string Share(MetricFact m) => m.Denominator == 0 ? "no population" : (100.0 * m.Numerator / m.Denominator).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "–";

    private static string Day(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "–";
}
