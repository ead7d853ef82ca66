using Governance.Common;

namespace Governance.Evidence;

/// <summary>Appendices and the verification page.</summary>
internal sealed partial class EvidenceReportLayout
{
    private const int MostRows = 500;

    private void Appendices(PdfSheet sheet)
    {
        Begin(sheet, "appendix", "Appendices");
        sheet.Heading("Appendices", 20, "appendix");
        Table(sheet, "Campaigns that ran in the period", "campaigns.csv", facts.Campaigns,
            [new("Campaign", 28), new("Launched", 12, Fit: true), new("By", 14), new("Due", 12, Fit: true), new("Items", 8, Number: true), new("Certified", 11, Number: true), new("Reduced", 10, Number: true), new("Revoked", 10, Number: true), new("Undecided", 11, Number: true)],
            c => [c.Name, ReportWords.ShortDay(c.LaunchedAt), c.LaunchedBy, ReportWords.ShortDay(c.DueAt), ReportWords.N(c.Items), ReportWords.N(c.Certified), ReportWords.N(c.Reduced), ReportWords.N(c.Revoked), ReportWords.N(c.Undecided)]);
        Table(sheet, "Reviewers", "reviewers.csv", facts.Reviewers,
            [new("Reviewer", 50), new("Employed at the as-of time", 20), new("Decisions", 15, Number: true), new("Certify", 15, Number: true)],
            r => [r.Name, r.Here ? "yes" : "no", ReportWords.N(r.Decisions), ReportWords.N(r.Certified)]);
        Table(sheet, "Exemptions in force in the period", "exemptions.csv", facts.Exemptions,
            [new("Identity", 28), new("Reason", 34), new("Granted by", 14), new("Granted", 12, Fit: true), new("Until", 12, Fit: true)],
            e => [e.Identity, e.Reason, e.GrantedBy, ReportWords.ShortDay(e.GrantedAt), ReportWords.ShortDay(e.Until)]);
        Table(sheet, "Import runs that ended in the period", "imports.csv", facts.Imports,
            [new("Source", 18), new("File", 22), new("SHA-256", 12, Mono: true, Fit: true), new("Ended", 12, Fit: true), new("By", 12), new("Read", 8, Number: true), new("Created", 9, Number: true), new("Changed", 10, Number: true), new("Unchanged", 11, Number: true), new("Rejected", 10, Number: true)],
            i => [i.Source, i.File, i.Sha256.Length >= 12 ? i.Sha256[..12] : "–", ReportWords.ShortDay(i.EndedAt), i.By, ReportWords.N(i.Read), ReportWords.N(i.Created), ReportWords.N(i.Changed), ReportWords.N(i.Unchanged), ReportWords.N(i.Rejected)]);
        sheet.Paragraph(facts.CrosswalkNote, size: 8, color: PdfSheet.Soft);
    }

    private static void Table<T>(PdfSheet sheet, string title, string file, IReadOnlyList<T> rows, PdfColumn[] columns, Func<T, IReadOnlyList<string>> cells)
    {
        sheet.Heading(title, 13);
        if (rows.Count == 0)
            sheet.Paragraph("None.");
        else
            PdfTable.Draw(sheet, columns, rows.Take(MostRows).Select(cells));
        if (rows.Count > MostRows)
            sheet.Paragraph($"The first {MostRows} of {ReportWords.N(rows.Count)}; all in {file}.", size: 9);
        sheet.Space(14);
    }

    private void Verification(PdfSheet sheet)
    {
        Begin(sheet, "verification", "Verification");
        sheet.Heading("Verification", 20, "verification");
        sheet.Paragraph("This report was drawn from facts.json and the populations beside it. Their data hash is");
        sheet.Space(3);
        sheet.Paragraph(dataHash, PdfFonts.Mono, 9);
        sheet.Space(6);
        sheet.Paragraph("SHA-256 over the lines \"sha256  path\" (two spaces, line feed) of facts.json and all .csv files in order of path. The hash of this PDF itself stands in manifest.json, which covers every file of the package; the manifest is signed (manifest.jws, ES256) with the key of thumbprint");
        sheet.Space(3);
        sheet.Paragraph(keyId, PdfFonts.Mono, 9);
        sheet.Space(14);
        Square(sheet);
        sheet.Paragraph("Audit log", PdfFonts.Bold, 11);
        sheet.Paragraph(facts.Audit.Intact ? $"Intact when this was made. Before the period's end it had {ReportWords.Count(facts.Audit.Entries, "entry").Replace("entrys", "entries", StringComparison.Ordinal)}, the last one with hash" : $"NOT INTACT: {facts.Audit.Problem}. Hash of the last entry before the period's end:");
        sheet.Space(2);
        sheet.Paragraph(facts.Audit.HeadHash, PdfFonts.Mono, 9);
        if (facts.Audit.Checkpoint is { } checkpoint)
        {
            sheet.Space(4);
            sheet.Paragraph($"The last checkpoint signed by then covers {ReportWords.N(checkpoint.Size)} entries under the Merkle root (audit-checkpoint.json)");
            sheet.Space(2);
            sheet.Paragraph(checkpoint.Root, PdfFonts.Mono, 9);
        }

        sheet.Space(14);
        sheet.Paragraph("To check, without the console", PdfFonts.Bold, 11);
        sheet.Paragraph($"python3 verify.py --key {keyId}", PdfFonts.Mono, 8.5f);
        sheet.Paragraph("It recomputes every hash, the signature, each figure from its population and each sample from its seed. Ask somebody you trust for the thumbprint, and don't take it from the package.", size: 9);
        sheet.Space(8);
        sheet.Paragraph("With the console", PdfFonts.Bold, 11);
        sheet.Paragraph("governance verify-evidence FOLDER\ngovernance verify-audit", PdfFonts.Mono, 8.5f);
        sheet.Space(8);
        sheet.Paragraph("Who holds both the database and the signing key could make another history and sign it. Keep this page, or the hash of the manifest, outside of their reach.", size: 9, color: PdfSheet.Soft);
    }

    /// <summary>Data hash and key as a QR code, for a telephone beside the paper.</summary>
    private void Square(PdfSheet sheet)
    {
        var squares = QrCode.Matrix($"governance-evidence:{dataHash}:{keyId}");
        var count = squares.GetLength(0);
        const float module = 2.4f;
        var size = count * module;
        sheet.Need(size + 20);
        var (x, y) = (sheet.Left, sheet.Y - 6);
        for (var row = 0; row < count; row++)
        {
            // Runs of dark modules as one rectangle: no hairlines between them.
            for (var column = 0; column < count; column++)
            {
                var end = column;
                while (end < count && squares[row, end])
                    end++;
                if (end > column)
                    sheet.Rectangle(x + (column * module), y + (row * module), (end - column) * module, module, PdfSheet.Ink);
                column = end;
            }
        }

        var text = sheet.Left + size + 14;
        sheet.Text("The code holds the data hash and the key's thumbprint:", text, y + 20, PdfFonts.Regular, 9, PdfSheet.Soft);
        sheet.Text("compare it with the package in hand.", text, y + 33, PdfFonts.Regular, 9, PdfSheet.Soft);
        sheet.Space(size + 18);
    }
}
