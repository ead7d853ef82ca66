namespace Governance.Evidence;

/// <summary>The executive page: the conclusion, what is wrong, one chart, where the exceptions are.</summary>
internal sealed partial class EvidenceReportLayout
{
    private void Executive(PdfSheet sheet)
    {
        Begin(sheet, "executive", "Executive summary");
        sheet.Heading("Executive summary", 20, "executive");
        Tiles(sheet);
        sheet.Paragraph(ReportWords.Conclusion(facts), size: 10, leading: 15);
        sheet.Space(12);
        sheet.Heading("What a tester would object to", 13);
        var deficiencies = ReportWords.Deficiencies(facts);
        if (deficiencies.Count == 0)
            sheet.Paragraph("None of the checks of completeness, accuracy, freshness and timeliness failed.");
        foreach (var line in deficiencies)
        {
            sheet.Need(14);
            sheet.Text("•", sheet.Left, sheet.Y, PdfFonts.Regular, 9.5f, PdfSheet.Soft);
            sheet.Paragraph(line, size: 9.5f, indent: 12);
            sheet.Space(2);
        }

        sheet.Space(12);
        sheet.Need(120);
        sheet.Heading("All metrics", 13);
        Bars(sheet);
        sheet.Space(12);
        Where(sheet);
    }

    private void Tiles(PdfSheet sheet)
    {
        (string Words, MetricStatus Status)[] tiles = [("with exceptions", MetricStatus.Exceptions), ("without exception", MetricStatus.Met), ("no population", MetricStatus.NoPopulation), ("not evidenced", MetricStatus.NotEvidenced)];
        var width = (sheet.Measure - 36) / 4;
        var y = sheet.Y - 4;
        for (var n = 0; n < tiles.Length; n++)
        {
            var x = sheet.Left + (n * (width + 12));
            sheet.Rectangle(x, y, width, 54, PdfSheet.Pale);
            sheet.Rectangle(x, y, 3, 54, tiles[n].Status switch { MetricStatus.Exceptions => PdfSheet.Amber, MetricStatus.Met => PdfSheet.Green, _ => PdfSheet.Soft });
            sheet.Text(ReportWords.N(facts.Metrics.Count(m => m.Status == tiles[n].Status)), x + 12, y + 26, PdfFonts.Bold, 20, PdfSheet.Ink);
            sheet.Text(tiles[n].Words, x + 12, y + 43, PdfFonts.Regular, 9, PdfSheet.Soft);
        }

        sheet.Space(78);
    }

    private void Bars(PdfSheet sheet)
    {
        var trends = facts.Metrics.Any(m => m.Trend.Count > 1);
        var (titleWidth, trendWidth) = (trends ? 196f : 236f, trends ? 58f : 0f);
        if (trends)
        {
            sheet.TextRight("Trend, 12 months", sheet.Right, sheet.Y - 2, PdfFonts.Regular, 7.5f, PdfSheet.Soft);
            sheet.Space(10);
        }

        foreach (var m in facts.Metrics)
        {
            sheet.Need(20);
            var x = sheet.Left + 34 + titleWidth;
            var width = sheet.Right - x - 84 - (trends ? trendWidth + 10 : 0);
            sheet.Text(m.Id, sheet.Left, sheet.Y, PdfFonts.Bold, 8, PdfSheet.Ink);
            sheet.Text(Cut(m.Title, titleWidth - 6), sheet.Left + 28, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Ink);
            if (m.Denominator == 0)
            {
                sheet.Text(m.Status == MetricStatus.NotEvidenced ? "not evidenced" : "no population", x, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Soft);
            }
            else
            {
                // Solid for met, hatched by steps for what can't be told, empty for exceptions: told apart without colour.
                var solid = width * m.Numerator / m.Denominator;
                var grey = width * m.CannotTell / m.Denominator;
                sheet.Rectangle(x, sheet.Y - 7.5f, solid, 9, PdfSheet.Green);
                for (var h = x + solid + 1; h < x + solid + grey; h += 3)
                    sheet.Rectangle(h, sheet.Y - 7.5f, 1.2f, 9, PdfSheet.Soft);
                sheet.Frame(x, sheet.Y - 7.5f, width, 9);
                sheet.Text($"{ReportWords.N(m.Numerator)} of {ReportWords.N(m.Denominator)}", x + width + 6, sheet.Y, PdfFonts.Regular, 8, PdfSheet.Ink);
            }

            if (m.Trend.Count > 1)
                Spark(sheet, m, sheet.Right - trendWidth, sheet.Y - 8, trendWidth, 10);
            sheet.Space(14);
        }

        sheet.Paragraph("Solid: met. Hatched: can't be told. Empty: exception.", size: 8, color: PdfSheet.Soft);
    }

    /// <summary>The share over time, from 0 at the bottom to all at the top; a dot at its end.</summary>
    private static void Spark(PdfSheet sheet, MetricFact m, float x, float y, float width, float height)
    {
        sheet.StrokeLine(x, y + height, x + width, y + height, PdfSheet.Line, 0.5f);
        var points = m.Trend.Where(p => p.Denominator > 0).ToList();
        if (points.Count < 2)
            return;
        var (first, last) = (points[0].Day, points[^1].Day);
        var span = Math.Max(1, (last - first).TotalDays);
        (float X, float Y) At(TrendPoint p) => (x + (float)((width - 3) * (p.Day - first).TotalDays / span), y + height - (height * p.Numerator / p.Denominator));
        for (var n = 1; n < points.Count; n++)
        {
            var ((ax, ay), (bx, by)) = (At(points[n - 1]), At(points[n]));
            sheet.StrokeLine(ax, ay, bx, by, PdfSheet.Ink, 0.9f);
        }

        var end = At(points[^1]);
        sheet.Rectangle(end.X - 1.4f, end.Y - 1.4f, 2.8f, 2.8f, PdfSheet.Ink);
    }

    private void Where(PdfSheet sheet)
    {
        var failing = facts.Metrics.Where(m => m.Status == MetricStatus.Exceptions).OrderByDescending(m => m.Exceptions).ThenBy(m => m.Id, StringComparer.Ordinal).ToList();
        sheet.Heading("Where the exceptions are", 13);
        if (failing.Count == 0)
            sheet.Paragraph("No metric shows one.");
        else
            PdfTable.Draw(sheet, [new("Metric", 8), new("What is measured", 46), new("Met", 9, Number: true), new("Of", 9, Number: true), new("Exceptions", 12, Number: true), new("Can't tell", 11, Number: true), new("Met, share", 12, Number: true)],
                failing.Select(m => (IReadOnlyList<string>)[m.Id, m.Title, ReportWords.N(m.Numerator), ReportWords.N(m.Denominator), ReportWords.N(m.Exceptions - m.CannotTell), ReportWords.N(m.CannotTell), ReportWords.Share(m)]));
    }

    private static string Cut(string title, float width)
    {
        using var font = PdfFonts.Of(PdfFonts.Regular, 8);
        var lines = PdfText.Wrap(title, font, width);
        return lines.Count == 1 ? title : lines[0] + "…";
    }
}
