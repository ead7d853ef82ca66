namespace Governance.Evidence;

/// <summary>Method, the page of each statement, the appendices and the verification page.</summary>
internal sealed partial class EvidenceReportLayout
{
    private void Method(PdfSheet sheet)
    {
        Begin(sheet, "method");
        sheet.Heading("Method", 18, "method");
        sheet.Paragraph("Each metric is one query over the console's records. It lists its whole population as of the time on the cover; each record is met, an exception, or can't be told. "
            + "The list is kept as a file of this package, and every figure here is a count of its rows. The period begins at its first instant and ends before its last day's instant, both in UTC.");
        sheet.Space(6);
        sheet.Paragraph("Identities are live when they are discovered, active or quarantined and the last full import of their source still named them. "
            + $"A sample is drawn by ordering a population by SHA-256 of \"seed|metric|id\" and taking the first {FactsReader.SampleSize}; the seed is \"{facts.Seed}\".");
        sheet.Space(6);
        sheet.Paragraph("Limits: states are those at the time this was made; identities that came and went within the period between two imports are not seen. "
            + "What the console holds no data for is marked as not evidenced, and is not thereby met.");
        sheet.Space(12);
        sheet.Heading("Sources and their freshness", 12);
        if (facts.Sources.Count == 0)
            sheet.Paragraph("No source is registered.");
        else
            PdfTable.Draw(sheet, [new("Source", 34), new("System", 16), new("Identities", 12, Number: true), new("Last import", 20), new("Last full import", 20)],
                facts.Sources.Select(s => (IReadOnlyList<string>)[s.Name, SystemWords(s.System), N(s.Identities), Time(s.LastImport), Time(s.LastFullImport)]));
    }

    private void Section(PdfSheet sheet, Subcategory subcategory)
    {
        Begin(sheet, subcategory.Id);
        sheet.Heading($"{subcategory.Id}  {subcategory.Category}", 16, subcategory.Id);
        sheet.Paragraph(subcategory.Statement, size: 10.5f, color: PdfSheet.Soft, leading: 15);
        sheet.Space(12);
        if (subcategory.Metrics.Count == 0)
        {
            sheet.Paragraph("Not evidenced by this system.", PdfFonts.Bold, 11);
            sheet.Paragraph("The console holds no data that speaks to this statement. Attach the evidence of the system that does.");
            return;
        }

        foreach (var id in subcategory.Metrics)
            Figure(sheet, facts.Metric(id));
    }

    // A metric that speaks to several statements is shown whole under the first, and by its figure under the others.
    private void Figure(PdfSheet sheet, MetricFact m)
    {
        sheet.Need(150);
        sheet.Rule();
        sheet.Space(12);
        sheet.Paragraph($"{m.Id}  {m.Title}", PdfFonts.Bold, 11);
        sheet.Space(16);
        var figure = m.Denominator == 0 ? "No population" : $"{N(m.Numerator)} of {N(m.Denominator)}";
        sheet.Paragraph(figure, PdfFonts.Bold, 22, PdfSheet.Ink, 22);
        sheet.Paragraph(m.Denominator == 0
            ? "There was nothing to measure in the period; this is not a result."
            : $"{Share(m)} met; {Count(m.Exceptions - m.CannotTell, "exception")}; {N(m.CannotTell)} cannot be told.", size: 9.5f, color: PdfSheet.Soft);
        sheet.Space(4);
        sheet.Paragraph("Population: " + m.Population, size: 9);
        sheet.Paragraph("Criterion: " + m.Criterion, size: 9);
        if (m.Note is not null)
            sheet.Paragraph(m.Note, size: 9);
        if (m.Denominator > 0)
            sheet.Paragraph($"{(m.Denominator == 1 ? "The 1 record" : $"All {N(m.Denominator)} records")}: {m.PopulationFile}", size: 9);
        if (!shown.Add(m.Id))
        {
            var first = facts.Subcategories.First(s => s.Metrics.Contains(m.Id, StringComparer.Ordinal)).Id;
            sheet.Paragraph($"Exceptions and sample are listed under {first}, page {known.GetValueOrDefault(first)}.", size: 9);
            sheet.Space(14);
            return;
        }

        sheet.Space(8);
        if (m.FirstExceptions.Count > 0)
        {
            sheet.Paragraph(m.Exceptions > m.FirstExceptions.Count ? $"Exceptions: the first {m.FirstExceptions.Count} of {N(m.Exceptions)}; all in {m.ExceptionFile}" : "Exceptions", PdfFonts.Bold, 9);
            sheet.Space(4);
            Records(sheet, m.FirstExceptions);
        }

        if (m.Sample.Count > 0)
        {
            sheet.Need(50 + (24 * m.Sample.Count));
            sheet.Paragraph(m.Sample.Count == m.Denominator ? "Sample: all of them" : $"Sample: {m.Sample.Count} of {N(m.Denominator)}", PdfFonts.Bold, 9);
            sheet.Space(4);
            Records(sheet, m.Sample);
        }

        sheet.Space(10);
    }

    // Who and when are left out where no record has them: an empty column tells nothing and takes the room of the others.
    private static void Records(PdfSheet sheet, IReadOnlyList<PopulationRow> rows)
    {
        var used = Enumerable.Range(0, RecordColumns.Length).Where(c => (c != 4 || rows.Any(r => r.Who is not null)) && (c != 5 || rows.Any(r => r.When is not null))).ToArray();
        PdfTable.Draw(sheet, [.. used.Select(c => RecordColumns[c])], rows.Select(r => (IReadOnlyList<string>)[.. used.Select(c => Cells(r)[c])]));
    }

    private void Appendices(PdfSheet sheet)
    {
        Begin(sheet, "appendix");
        sheet.Heading("Campaigns and imports", 18, "appendix");
        sheet.Heading("Campaigns that ran in the period", 12);
        if (facts.Campaigns.Count == 0)
            sheet.Paragraph("None.");
        else
            PdfTable.Draw(sheet, [new("Campaign", 30), new("Launched", 14), new("Due", 14), new("State", 11), new("Items", 9, Number: true), new("Certified", 11, Number: true), new("Reduced", 10, Number: true), new("Revoked", 10, Number: true), new("Undecided", 11, Number: true)],
                facts.Campaigns.Select(c => (IReadOnlyList<string>)[c.Name, Day(c.LaunchedAt), Day(c.DueAt), c.State, N(c.Items), N(c.Certified), N(c.Reduced), N(c.Revoked), N(c.Undecided)]));
        sheet.Space(8);
        sheet.Heading("Import runs: read = created + changed + unchanged + rejected", 12);
        if (facts.Imports.Count == 0)
            sheet.Paragraph("None.");
        else
            PdfTable.Draw(sheet, [new("Source", 20), new("File", 24), new("Ended", 14), new("By", 14), new("Read", 9, Number: true), new("Created", 10, Number: true), new("Changed", 10, Number: true), new("Unchanged", 12, Number: true), new("Rejected", 11, Number: true)],
                facts.Imports.Select(i => (IReadOnlyList<string>)[i.Source, i.File, Day(i.EndedAt), i.By, N(i.Read), N(i.Created), N(i.Changed), N(i.Unchanged), N(i.Rejected)]));
    }

    private void Verification(PdfSheet sheet)
    {
        Begin(sheet, "verification");
        sheet.Heading("Verification", 18, "verification");
        sheet.Paragraph("This report was drawn from facts.json and the populations beside it. Their data hash is");
        sheet.Space(2);
        sheet.Paragraph(dataHash, PdfFonts.Mono, 9);
        sheet.Space(8);
        sheet.Paragraph("SHA-256 over the lines \"sha256  path\" (two spaces, line feed) of facts.json and all .csv files in order of path. The hash of this PDF itself stands in manifest.json, which covers every file of the package.");
        sheet.Space(12);
        sheet.Paragraph("Audit log", PdfFonts.Bold, 11);
        sheet.Paragraph(facts.Audit.Intact ? $"Intact when this was made: {N(facts.Audit.Entries)} entries, the last one with hash" : $"NOT INTACT: {facts.Audit.Problem}. Last good hash:");
        sheet.Paragraph(facts.Audit.HeadHash, PdfFonts.Mono, 9);
        sheet.Space(12);
        sheet.Paragraph("To check", PdfFonts.Bold, 11);
        sheet.Paragraph("1  governance verify-evidence FOLDER   every file is what the manifest says\n2  governance verify-audit   the log still leads to the hash above\n3  sha256sum, any spreadsheet   redo a figure by counting the rows of its population", PdfFonts.Mono, 8.5f);
        sheet.Space(8);
        sheet.Paragraph("Who holds the database could rebuild a whole chain of hashes. Keep the hash above outside of it: a later log must still contain it.", size: 9, color: PdfSheet.Soft);
    }

    private static string Count(int n, string what) => n == 1 ? "1 " + what : $"{N(n)} {what}s";

    private static string SystemWords(string system) => system switch { "Aws" => "AWS", "Gcp" => "Google Cloud", "Generic" => "from CSV", "Entra" => "Microsoft Entra", "Saas" => "SaaS", "PostgreSql" => "PostgreSQL", _ => system };

    private static IReadOnlyList<string> Cells(PopulationRow r) =>
        [r.Name, r.Where, r.Verdict switch { Verdicts.Met => "met", Verdicts.CannotTell => "cannot tell", _ => "exception" }, r.Detail, r.Who ?? "–", Day(r.When)];
}
