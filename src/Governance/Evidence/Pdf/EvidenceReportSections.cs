namespace Governance.Evidence;

/// <summary>The page of each statement, and the list of those without evidence.</summary>
internal sealed partial class EvidenceReportLayout
{
    private static readonly PdfColumn[] RecordColumns = [new("Record", 24), new("Where", 17), new("Verdict", 10, Fit: true), new("Detail", 30), new("Who", 14), new("When", 12, Fit: true), new("Why", 18)];
    private readonly HashSet<string> shown = new(StringComparer.Ordinal);

    private void Section(PdfSheet sheet, Subcategory subcategory)
    {
        Begin(sheet, Key(subcategory), subcategory.Id);
        sheet.Heading($"{subcategory.Id}  {subcategory.Category}", 17, Key(subcategory));
        var top = sheet.Y - 10;
        sheet.Paragraph(subcategory.Statement, size: 11, color: PdfSheet.Ink, leading: 16, indent: 12);
        sheet.Rectangle(sheet.Left, top, 3, sheet.Y - top - 6, PdfSheet.Green);
        if (facts.Crosswalk.Where(c => c.Subcategory == subcategory.Id).ToList() is { Count: > 0 } others)
        {
            sheet.Space(4);
            sheet.Paragraph("Same theme: " + string.Join("; ", others.Select(o => $"{Short(o.Framework)} {string.Join(", ", o.Controls)}")) + ". Our judgement, no equivalence.", size: 8, color: PdfSheet.Soft, leading: 11);
        }

        sheet.Space(16);
        foreach (var id in subcategory.Metrics)
            Figure(sheet, facts.Metric(id), subcategory);
    }

    private static string Short(string title) => title.Split(',')[0];

    // A metric that speaks to several statements is shown whole under the first, and by its figure under the others.
    private void Figure(PdfSheet sheet, MetricFact m, Subcategory within)
    {
        sheet.Need(150);
        sheet.Rule();
        sheet.Space(12);
        sheet.Paragraph($"{m.Id}  {m.Title}", PdfFonts.Bold, 11);
        sheet.Space(15);
        sheet.Paragraph(ReportWords.Figure(m), PdfFonts.Bold, m.Status == MetricStatus.NotEvidenced ? 14 : 22, m.Status == MetricStatus.Exceptions ? PdfSheet.Ink : PdfSheet.Soft, 22);
        sheet.Paragraph(ReportWords.Meaning(m), size: 9.5f, color: PdfSheet.Soft);
        if (ReportWords.Values(m) is { } values)
            sheet.Paragraph(values, size: 9.5f);
        sheet.Space(4);
        sheet.Paragraph("Population: " + m.Population, size: 9);
        sheet.Paragraph("Criterion: " + m.Criterion, size: 9);
        if (m.Caution is not null)
            sheet.Paragraph("Limit: " + m.Caution, size: 9);
        if (m.Denominator > 0)
            sheet.Paragraph(m.HasFiles ? $"{(m.Denominator == 1 ? "The 1 record" : $"All {ReportWords.N(m.Denominator)} records")}: {m.PopulationFile}" : "See audit-head.json.", size: 9);
        if (m.Trend.Count > 1 && !shown.Contains(m.Id))
            Trend(sheet, m);
        if (!shown.Add(m.Id))
        {
            var first = facts.Framework.Subcategories.First(s => s.Metrics.Contains(m.Id, StringComparer.Ordinal));
            if (m.HasFiles && m.Denominator > 0)
                sheet.Paragraph($"Exceptions and sample are listed under {first.Id}, page {known.GetValueOrDefault(Key(first))}.", size: 9);
            sheet.Space(16);
            return;
        }

        sheet.Space(8);
        if (m.FirstExceptions.Count > 0)
        {
            sheet.Paragraph(m.Exceptions > m.FirstExceptions.Count ? $"Exceptions: the first {m.FirstExceptions.Count} of {ReportWords.N(m.Exceptions)}; all in {m.ExceptionFile}" : "Exceptions", PdfFonts.Bold, 9);
            sheet.Space(4);
            Records(sheet, m.FirstExceptions);
        }

        if (m.Sample.Count > 0)
        {
            sheet.Need(80);
            sheet.Paragraph(m.Sample.Count == m.Denominator ? "Sample: all of them" : $"Sample: {m.Sample.Count} of {ReportWords.N(m.Denominator)}, drawn with the seed \"{facts.Seed}|{m.Id}\"", PdfFonts.Bold, 9);
            sheet.Space(4);
            Records(sheet, m.Sample);
        }

        sheet.Space(14);
        _ = within;
    }

    private static void Trend(PdfSheet sheet, MetricFact m)
    {
        sheet.Need(44);
        sheet.Space(6);
        Spark(sheet, m, sheet.Left + 60, sheet.Y - 8, 150, 24);
        sheet.Text("Trend", sheet.Left, sheet.Y, PdfFonts.Regular, 9, PdfSheet.Soft);
        var (first, last) = (m.Trend[0], m.Trend[^1]);
        sheet.Text($"{ReportWords.ShortDay(first.Day)}: {ReportWords.N(first.Numerator)} of {ReportWords.N(first.Denominator)}", sheet.Left + 222, sheet.Y - 2, PdfFonts.Regular, 8.5f, PdfSheet.Soft);
        sheet.Text($"{ReportWords.ShortDay(last.Day)}: {ReportWords.N(last.Numerator)} of {ReportWords.N(last.Denominator)}", sheet.Left + 222, sheet.Y + 10, PdfFonts.Regular, 8.5f, PdfSheet.Soft);
        sheet.Space(24);
    }

    // Who, when and why are left out where no record has them: an empty column tells nothing and takes the room of the others.
    private static void Records(PdfSheet sheet, IReadOnlyList<PopulationRow> rows)
    {
        var used = Enumerable.Range(0, RecordColumns.Length).Where(c => (c != 4 || rows.Any(r => r.Who is not null)) && (c != 5 || rows.Any(r => r.When is not null)) && (c != 6 || rows.Any(r => r.Why is not null))).ToArray();
        PdfTable.Draw(sheet, [.. used.Select(c => RecordColumns[c])], rows.Select(r => (IReadOnlyList<string>)[.. used.Select(c => Cells(r)[c])]));
    }

    private static IReadOnlyList<string> Cells(PopulationRow r) => [r.Name, r.Where, ReportWords.Verdict(r.Verdict), r.Detail, r.Who ?? "–", ReportWords.ShortDay(r.When), r.Why ?? "–"];

    private void Gaps(PdfSheet sheet)
    {
        if (Silent.Count == 0)
            return;
        Begin(sheet, "gaps", "Not evidenced");
        sheet.Heading("Not evidenced by this system", 20, "gaps");
        sheet.Paragraph("The console holds no data that speaks to these statements. That is no result, in either direction: attach the evidence of the system that does.");
        sheet.Space(10);
        PdfTable.Draw(sheet, [new("Identifier", 14), new("Statement", 62), new("Why", 24)], Silent.Select(s => (IReadOnlyList<string>)[s.Id + (s.Unchecked ? " (unchecked)" : string.Empty), s.Statement, s.OutOfScope ?? "No data in this console."]));
    }
}
