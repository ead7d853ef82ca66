namespace Governance.Evidence;

/// <summary>The order of the report's pages: cover, contents, executive page, method.</summary>
internal sealed partial class EvidenceReportLayout(Facts facts, ReportStatus status, string dataHash, string keyId, int total, IReadOnlyDictionary<string, int> known)
{
    private readonly Dictionary<string, int> starts = new(StringComparer.Ordinal);

    public int Total => total;

    public int PageCount { get; private set; }

    public IReadOnlyDictionary<string, int> Starts => starts;

    private IReadOnlyList<Subcategory> Evidenced => [.. facts.Framework.Subcategories.Where(s => s.Metrics.Count > 0)];

    private IReadOnlyList<Subcategory> Silent => [.. facts.Framework.Subcategories.Where(s => s.Metrics.Count == 0)];

    public void Draw(PdfSheet sheet)
    {
        Cover(sheet);
        Contents(sheet);
        Executive(sheet);
        Method(sheet);
        foreach (var subcategory in Evidenced)
            Section(sheet, subcategory);
        Gaps(sheet);
        Appendices(sheet);
        Verification(sheet);
        PageCount = sheet.Pages;
    }

    /// <summary>The bookmarks, in the order of the pages.</summary>
    public IReadOnlyList<(string Title, string Destination)> Outline() => [.. Entries().Select(e => (e.Note is null ? e.Title : $"{e.Title}  {e.Note}", e.Key))];

    private IEnumerable<(string Title, string? Note, string Key)> Entries()
    {
        yield return ("Executive summary", null, "executive");
        yield return ("Method", null, "method");
        foreach (var s in Evidenced)
            yield return (s.Id, s.Category, Key(s));
        if (Silent.Count > 0)
            yield return ("Not evidenced", null, "gaps");
        yield return ("Appendices", null, "appendix");
        yield return ("Verification", null, "verification");
    }

    // A destination is a PDF name: letters, digits, dots and dashes.
    private static string Key(Subcategory s) => "s-" + string.Concat(s.Id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));

    private void Begin(PdfSheet sheet, string key, string section)
    {
        sheet.Section = section;
        sheet.NewPage();
        starts[key] = sheet.Pages;
    }

    private void Cover(PdfSheet sheet)
    {
        sheet.NewPage(bare: true);
        sheet.Rectangle(0, 0, 10, sheet.Height, PdfSheet.Green);
        sheet.Y = 150;
        sheet.Paragraph("Evidence report", PdfFonts.Regular, 14, PdfSheet.Green);
        sheet.Space(16);
        var size = Largest(facts.Framework.Title, sheet.Measure);
        sheet.Paragraph(facts.Framework.Title, PdfFonts.Bold, size, PdfSheet.Ink, size * 1.24f);
        sheet.Space(6);
        sheet.Paragraph("Non-human identities behind AI tools", PdfFonts.Regular, 16, PdfSheet.Soft, 22);
        sheet.Space(8);
        sheet.Paragraph(ReportWords.Period(facts), PdfFonts.Regular, 16, PdfSheet.Soft, 22);
        sheet.Y = sheet.Height - 340;
        sheet.Rule();
        sheet.Space(12);
        Pair(sheet, "Scope", facts.Scope);
        Pair(sheet, "Out of scope", facts.OutOfScope);
        Pair(sheet, "Period", $"{ReportWords.Time(facts.From)} to {ReportWords.Time(facts.To)}, the end not included");
        Pair(sheet, "As of", ReportWords.Time(facts.AsOf) + (facts.AsOf < facts.To ? " (the period still runs)" : string.Empty));
        Pair(sheet, "Framework", $"Version {facts.Framework.Version}, {facts.Framework.Publisher}");
        Pair(sheet, "System", $"Governance console {facts.SystemVersion} on {facts.Database}");
        Pair(sheet, "Prepared by", facts.PreparedBy);
        Pair(sheet, "Approved by", status.ApprovedBy is { } name ? $"{name}, {ReportWords.Time(status.ApprovedAt)}" : "not yet approved");
        Pair(sheet, "Status", status.IssuedAt is { } at ? $"{ReportWords.Status(status.State)} {ReportWords.Time(at)}" : ReportWords.Status(status.State));
    }

    private void Contents(PdfSheet sheet)
    {
        sheet.Section = "Contents";
        sheet.NewPage();
        sheet.Heading("Contents", 20);
        sheet.Space(4);
        foreach (var (title, note, key) in Entries())
            sheet.ContentsLine(title, note, known.GetValueOrDefault(key), key);
    }

    private void Method(PdfSheet sheet)
    {
        Begin(sheet, "method", "Method");
        sheet.Heading("Method", 20, "method");
        sheet.Paragraph("Each metric is one query over the console's records. It lists its whole population; each record is met, an exception, or can't be told. The list is kept as a file of this package, and every figure here is a count of its rows. "
            + "States, owners, credentials, grants, findings and decisions are read from their histories as they stood just before the period's end, so that the same period gives the same figures whenever it is asked for. Where a metric rests on something that has no history, it says so.");
        sheet.Space(6);
        sheet.Paragraph("What no source reports, or whose time isn't over, can't be told: it counts against the metric and is shown apart. Without a population there is no result, and never 100 %.");
        sheet.Space(6);
        sheet.Paragraph($"Identities are live when they were discovered, active or quarantined at the as-of time and the last full import of their source before it named them. A sample is drawn by ordering a population by SHA-256 of \"seed|metric|id\" and taking the first {facts.SampleSize}; the seed is \"{facts.Seed}\". "
            + "The exact query texts are in queries.sql.");
        sheet.Space(6);
        sheet.Paragraph($"{ReportWords.Wording(facts.Framework)} {facts.Framework.Source} {facts.Framework.Note} {facts.Framework.Attribution}".Trim(), color: PdfSheet.Soft, size: 9);
        sheet.Space(14);
        sheet.Heading("Completeness and accuracy", 13);
        PdfTable.Draw(sheet, [new("Check", 16), new("Question", 24), new("Answer", 60)], facts.Checks.Select(c => (IReadOnlyList<string>)[(c.Passed ? "" : "! ") + c.Name, c.Question, c.Answer]));
        sheet.Paragraph("An exclamation mark: not shown by this system, or not passed.", size: 8, color: PdfSheet.Soft);
        sheet.Space(14);
        // A short table stays with its heading on one page.
        sheet.Need(Math.Min(300, 60 + (20 * facts.Sources.Count)));
        sheet.Heading("Sources of the population and their freshness", 13);
        if (facts.Sources.Count == 0)
            sheet.Paragraph("No source is registered.");
        else
            PdfTable.Draw(sheet, [new("Source", 34), new("System", 16), new("Live identities", 14, Number: true), new("Last import", 18, Fit: true), new("Last full import", 18, Fit: true)],
                facts.Sources.Select(s => (IReadOnlyList<string>)[s.Name, ReportWords.System(s.System), ReportWords.N(s.Identities), ReportWords.Time(s.LastImport), ReportWords.Time(s.LastFullImport)]));
    }

    /// <summary>The title on one line where that is possible without getting small.</summary>
    private static float Largest(string title, float width)
    {
        foreach (var size in new[] { 30f, 28f, 26f, 24f })
        {
            using var font = PdfFonts.Of(PdfFonts.Bold, size);
            if (PdfText.Width(title, font) <= width)
                return size;
        }

        return 28f;
    }

    private static void Pair(PdfSheet sheet, string name, string value)
    {
        sheet.Text(name, sheet.Left, sheet.Y, PdfFonts.Regular, 9.5f, PdfSheet.Soft);
        sheet.Paragraph(value, size: 9.5f, indent: 96);
        sheet.Space(3);
    }
}
