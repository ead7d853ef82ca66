using System.Globalization;

namespace Governance.Evidence.Pdf;

/// <summary>The report. Every figure is read from the facts; the same facts give the same bytes.</summary>
public static class EvidencePdf
{
    /// <param name="facts">Everything that is printed.</param>
    /// <param name="dataHash">SHA-256 over facts.json and the populations.</param>
    public static byte[] Draw(Facts facts, string dataHash)
    {
        // Set twice: the first time tells how many pages there are and where the sections begin.
        var (_, pages, places) = Set(facts, dataHash, 0, new Dictionary<string, int>(StringComparer.Ordinal));
        return Set(facts, dataHash, pages, places).Bytes;
    }

    private static (byte[] Bytes, int Pages, Dictionary<string, int> Places) Set(Facts facts, string dataHash, int pages, Dictionary<string, int> known)
    {
        using var canvas = new SkiaCanvas($"Evidence: {facts.Framework.Title}", facts.PreparedBy, facts.AsOf);
        var sheet = new Sheet(canvas, string.Create(CultureInfo.InvariantCulture, $"{facts.Framework.Title} · evidence {facts.From.UtcDateTime:yyyy-MM-dd} to {facts.To.UtcDateTime:yyyy-MM-dd}"), pages);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        Cover(facts, sheet, canvas);
        Contents(facts, sheet, canvas, known);
        Section("Conclusion");
        Conclusion(facts, sheet, canvas);
        Section("Method");
        Method(facts, sheet);
        foreach (var subcategory in facts.Framework.Subcategories)
        {
            Section(subcategory.Id);
            Outcome(facts, subcategory, sheet);
        }

        Section("Appendices");
        Appendices(facts, sheet);
        Section("Verification");
        Verification(facts, sheet, dataHash);
        sheet.Close();
        return (canvas.Finish(), sheet.Page, places);

        void Section(string name)
        {
            sheet.NewPage();
            canvas.Destination(name, 0);
            places[name] = sheet.Page;
            sheet.Text(name, Face.Bold, 20, Sheet.Ink, 10);
        }
    }

    private static void Cover(Facts facts, Sheet sheet, IPdfCanvas canvas)
    {
        sheet.NewPage(bare: true);
        canvas.Fill(Sheet.Left, 120, 44, 5, Sheet.Accent);
        sheet.Y = 140;
        sheet.Text("Evidence report", Face.Regular, 13, Sheet.Soft);
        sheet.Text(facts.Framework.Title, Face.Bold, 28, Sheet.Ink, 10);
        sheet.Text("Identities behind AI tools: ownership, access certification, lifecycle and revocation", Face.Regular, 13, Sheet.Soft, 150);
        foreach (var (label, value) in new[]
        {
            ("Scope", string.Create(CultureInfo.InvariantCulture, $"Non-human identities of {facts.Sources.Count} registered sources. Out of scope: human access, and what no source reports")),
            ("Period", string.Create(CultureInfo.InvariantCulture, $"{facts.From.UtcDateTime:yyyy-MM-dd HH:mm} up to, not including, {facts.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC")),
            ("As of", Time(facts.AsOf)), ("System", facts.System), ("Prepared by", facts.PreparedBy), ("Approver", "not yet approved"), ("Status", "DRAFT"), ("Package", facts.PackageId.ToString()),
        })
        {
            sheet.Text(label, Face.SemiBold, 8, Sheet.Soft, 0);
            sheet.Text(value, Face.Regular, 11, Sheet.Ink, 9);
        }
    }

    private static void Contents(Facts facts, Sheet sheet, IPdfCanvas canvas, Dictionary<string, int> known)
    {
        sheet.NewPage();
        sheet.Text("Contents", Face.Bold, 20, Sheet.Ink, 12);
        foreach (var name in new[] { "Conclusion", "Method" }.Concat(facts.Framework.Subcategories.Select(s => s.Id)).Append("Appendices").Append("Verification"))
        {
            var category = facts.Framework.Subcategories.FirstOrDefault(s => s.Id == name)?.Category;
            var page = known.GetValueOrDefault(name).ToString(CultureInfo.InvariantCulture);
            canvas.Link(name, Sheet.Left, sheet.Y, Sheet.Body, 20);
            canvas.Text(page, Sheet.Width - Sheet.Right - canvas.Measure(page, Face.Regular, 10), sheet.Y + 11, Face.Regular, 10, Sheet.Ink);
            sheet.Text(category is null ? name : $"{name}   {category}", Face.Regular, 10, Sheet.Ink, 2);
            canvas.Line(Sheet.Left, sheet.Y, Sheet.Width - Sheet.Right, sheet.Y, 0.4f, Sheet.Rule);
            sheet.Y += 4;
        }
    }

    private static void Conclusion(Facts facts, Sheet sheet, IPdfCanvas canvas)
    {
        sheet.Text("This report gives no grade. It says for each metric how many of its population met the stated rule, and names the rest. Unknown counts against; an empty population is not a pass.");
        sheet.Heading("Metrics by outcome");
        foreach (var (status, words, shade) in new[] { (MetricStatus.Met, "Met", 0xFF14181Fu), (MetricStatus.Exceptions, "Exceptions", 0xFF5A6472u), (MetricStatus.NoPopulation, "No population", 0xFFA9B4C2u), (MetricStatus.NotEvidenced, "Not evidenced", 0xFFDDE2E9u) })
        {
            var count = facts.Metrics.Count(m => m.Status == status);
            canvas.Text(words, Sheet.Left, sheet.Y + 12, Face.Regular, 9, Sheet.Ink);
            var length = 320f * count / facts.Metrics.Count;
            canvas.Fill(Sheet.Left + 90, sheet.Y + 1, length, 15, shade);
            canvas.Text(count.ToString(CultureInfo.InvariantCulture), Sheet.Left + 96 + length, sheet.Y + 12, Face.SemiBold, 9, Sheet.Ink);
            sheet.Y += 23;
        }

        sheet.Heading("All metrics");
        sheet.Table([new("Metric", 0.09f), new("What is counted", 0.45f), new("n", 0.08f, true), new("of d", 0.09f, true), new("Cannot tell", 0.13f, true), new("Outcome", 0.16f)],
            facts.Metrics.Select(m => new[] { m.Id, m.Title, Figure(m, m.Numerator), Figure(m, m.Denominator), Figure(m, m.CannotTell), Words(m.Status) }));
    }

    private static void Method(Facts facts, Sheet sheet)
    {
        sheet.Text("Populations are listed by one query each and frozen in populations/Mnn.csv. Event populations cover the half-open period in UTC; populations of present state are read at the as-of time, which is said in each definition. Nothing is entered by hand.");
        sheet.Heading("Population by source and freshness");
        sheet.Table([new("Source", 0.34f), new("System", 0.16f), new("Identities", 0.14f, true), new("Last import", 0.18f), new("Last full import", 0.18f)],
            facts.Sources.Select(s => new[] { s.Name, s.System, Number(s.Identities), Time(s.LastImportedAt), Time(s.LastFullImportAt) }));
        var bad = facts.Imports.Count(i => !i.Reconciles);
        sheet.Heading("Completeness");
        sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{facts.Imports.Count} import runs in the period; {bad} do not reconcile (read = created + changed + unchanged + rejected). The sources' own totals are not reported to this system: compare them with the table above."));
        sheet.Heading("Definitions");
        sheet.Table([new("Metric", 0.1f), new("Population and rule", 0.9f)], facts.Metrics.Select(m => new[] { m.Id, m.Definition }));
    }

    private static void Outcome(Facts facts, Subcategory subcategory, Sheet sheet)
    {
        sheet.Text($"{subcategory.Function} · {subcategory.Category}", Face.Regular, 9, Sheet.Soft);
        sheet.Text(subcategory.Statement, Face.SemiBold, 11.5f, Sheet.Ink, 2);
        sheet.Text(facts.Framework.Publisher, Face.Regular, 7.5f, Sheet.Soft, 8);
        foreach (var metric in subcategory.Metrics.Select(facts.Metric))
        {
            sheet.Heading($"{metric.Id}  {metric.Title}", 12);
            sheet.Text(metric.Definition, Face.Regular, 8.5f, Sheet.Soft);
            if (metric.Status is MetricStatus.NotEvidenced or MetricStatus.NoPopulation)
            {
                sheet.Text(metric.Status == MetricStatus.NotEvidenced ? "Not evidenced by this system." : "No population: there was nothing to judge. This is not a pass.", Face.SemiBold, 11);
                continue;
            }

            sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{metric.Numerator:N0} of {metric.Denominator:N0}"), Face.Bold, 22, Sheet.Ink, 0);
            sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{metric.Denominator - metric.Numerator:N0} exceptions, of which {metric.CannotTell:N0} cannot be told. Population: populations/{metric.Id}.csv"), Face.Regular, 9, Sheet.Soft);
            if (metric.Figure is not null)
                sheet.Text(metric.Figure, Face.SemiBold);
            if (metric.Exceptions.Count > 0)
                Rows("Exceptions", metric.Exceptions);
            if (metric.Denominator - metric.Numerator > metric.Exceptions.Count)
                sheet.Text(string.Create(CultureInfo.InvariantCulture, $"The first {metric.Exceptions.Count} of {metric.Denominator - metric.Numerator:N0}; see exceptions/{metric.Id}.csv"), Face.Regular, 8.5f, Sheet.Soft);
            Rows($"Sample of {metric.Sample.Count}, drawn by SHA-256(seed‖id)", metric.Sample);
        }

        void Rows(string title, IReadOnlyList<PopulationRow> rows)
        {
            sheet.Heading(title, 9.5f);
            sheet.Table([new("Name", 0.27f), new("Source", 0.16f), new("Answer", 0.13f), new("What the records say", 0.44f)],
                rows.Select(r => new[] { r.Name, r.Source, r.Answer == Answer.CannotTell ? "Cannot tell" : r.Answer.ToString(), r.Note }));
        }
    }

    private static void Appendices(Facts facts, Sheet sheet)
    {
        sheet.Heading("Campaigns");
        sheet.Table([new("Campaign", 0.32f), new("Launched", 0.18f), new("By", 0.16f), new("Due", 0.18f), new("Items", 0.08f, true), new("Done", 0.08f, true)],
            facts.Campaigns.Select(c => new[] { c.Name, Time(c.LaunchedAt), c.LaunchedBy, Time(c.DueAt), Number(c.Items), Number(c.Decided) }));
        sheet.Heading("Decisions: who, when, why");
        sheet.Table([new("At (UTC)", 0.17f), new("Reviewer", 0.17f), new("Verdict", 0.11f), new("Identity", 0.25f), new("Justification", 0.3f)],
            facts.Decisions.Take(Metric.ShownExceptions).Select(d => new[] { Time(d.At), d.Reviewer, d.Verdict, d.Identity, d.Justification ?? "none given" }));
        sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{facts.Decisions.Count:N0} decisions in all; see decisions.csv"), Face.Regular, 8.5f, Sheet.Soft);
        sheet.Heading("Import runs");
        sheet.Table([new("Started (UTC)", 0.17f), new("Source", 0.21f), new("State", 0.13f), new("Read", 0.09f, true), new("New", 0.08f, true), new("Changed", 0.1f, true), new("Same", 0.09f, true), new("Rejected", 0.13f, true)],
            facts.Imports.TakeLast(Metric.ShownExceptions).Select(i => new[] { Time(i.StartedAt), i.Source, i.State, Number(i.Read), Number(i.Created), Number(i.Changed), Number(i.Unchanged), Number(i.Rejected) }));
        sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{facts.Imports.Count:N0} runs in all; see imports.csv"), Face.Regular, 8.5f, Sheet.Soft);
    }

    private static void Verification(Facts facts, Sheet sheet, string dataHash)
    {
        sheet.Heading("Data hash: SHA-256 over facts.json and the populations");
        sheet.Text(dataHash, Face.Mono, 9);
        sheet.Heading("Audit head");
        sheet.Text(string.Create(CultureInfo.InvariantCulture, $"Entry {facts.Audit.Sequence}, chain {(facts.Audit.Intact ? "intact" : $"NOT INTACT: {facts.Audit.Problem}")}"));
        sheet.Text(facts.Audit.Hash, Face.Mono, 9);
        sheet.Heading("Seed of the samples");
        sheet.Text(facts.Seed, Face.Mono, 9);
        sheet.Heading("How to check");
        foreach (var command in new[] { "governance verify-evidence DIR", "governance verify-audit --json", "sha256sum facts.json populations/*.csv | LC_ALL=C sort -k2 | sha256sum" })
            sheet.Text(command, Face.Mono, 8.5f);
        sheet.Text("The chain and the manifest show any later change to whoever kept their hashes elsewhere. Without such a copy, an administrator of the database could rebuild the chain: keep the hash of manifest.json outside this system.");
    }

    private static string Figure(MetricFact metric, int number) => metric.Status is MetricStatus.NotEvidenced or MetricStatus.NoPopulation ? "–" : Number(number);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "never";

    private static string Words(MetricStatus status) => status switch
    {
        MetricStatus.Met => "Met", MetricStatus.Exceptions => "Exceptions", MetricStatus.NoPopulation => "No population", _ => "Not evidenced",
    };
}
