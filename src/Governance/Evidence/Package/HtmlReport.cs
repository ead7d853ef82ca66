using System.Net;
using System.Text;

namespace Governance.Evidence;

/// <summary>
/// The report as an accessible page: the same facts in the same order and words as the PDF. One file that loads nothing: no script, no font, no picture from elsewhere.
/// </summary>
internal sealed class HtmlReport(Facts facts, ReportStatus status, string dataHash, string keyId)
{
    private const string Style = """
        :root{--ink:#14181f;--soft:#4a5565;--line:#c9d0d9;--green:#0e6b62;--amber:#9a4a00;--pale:#eef1f5}
        *{box-sizing:border-box}body{margin:0;font:15px/1.5 "IBM Plex Sans",system-ui,sans-serif;color:var(--ink);background:#fff}
        main,header,nav{max-width:1000px;margin:0 auto;padding:0 24px}header{padding-top:40px}h1{font-size:32px;line-height:1.2;margin:8px 0}h2{font-size:23px;margin:56px 0 12px;padding-top:16px;border-top:2px solid var(--line)}
        h3{font-size:17px;margin:28px 0 6px}.kind{color:var(--green)}.lead,.soft{color:var(--soft)}.draft{display:inline-block;padding:4px 12px;border:2px solid var(--amber);color:var(--amber);font-weight:600}
        dl{display:grid;grid-template-columns:minmax(110px,160px) 1fr;gap:4px 16px;margin:20px 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}blockquote{margin:12px 0;padding:4px 16px;border-left:4px solid var(--green);font-size:17px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;padding:0;list-style:none}.tiles li{background:var(--pale);padding:12px 16px;border-left:4px solid var(--soft)}.tiles b{display:block;font-size:26px}
        .figure{font-size:26px;font-weight:600;margin:4px 0 0}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px;margin:8px 0 20px}caption{text-align:left;font-weight:600;padding:6px 0}
        th{text-align:left;background:var(--pale);color:var(--soft)}th,td{padding:6px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        code{font-family:"IBM Plex Mono",ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}a{color:var(--green)}nav ul{columns:2;gap:32px;padding-left:18px}nav a{display:inline-block;padding:3px 0}.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:#fff;padding:8px}
        @media(max-width:700px){nav ul{columns:1}dl{grid-template-columns:1fr}}@media print{h2{break-before:page}}
        """;

    private readonly StringBuilder html = new(64 * 1024);
    private readonly HashSet<string> shown = new(StringComparer.Ordinal);

    public static string Write(Facts facts, ReportStatus status, string dataHash, string keyId) => new HtmlReport(facts, status, dataHash, keyId).Build();

    private string Build()
    {
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(E($"{facts.Framework.Title}: evidence {ReportWords.Period(facts)}")).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the report</a>\n");
        Cover();
        Contents();
        html.Append("<main id=\"main\">\n");
        Executive();
        Method();
        foreach (var subcategory in facts.Framework.Subcategories.Where(s => s.Metrics.Count > 0))
            Section(subcategory);
        Gaps();
        Appendices();
        Verification();
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private void Cover()
    {
        html.Append("<header>\n<p class=\"kind\">Evidence report</p>\n<h1>").Append(E(facts.Framework.Title)).Append("</h1>\n<p class=\"lead\">Non-human identities behind AI tools<br>").Append(E(ReportWords.Period(facts))).Append("</p>\n");
        if (status.IsDraft)
            html.Append("<p class=\"draft\">DRAFT: prepared, not yet issued</p>\n");
        html.Append("<dl>\n");
        Pair("Scope", facts.Scope);
        Pair("Out of scope", facts.OutOfScope);
        Pair("Period", $"{ReportWords.Time(facts.From)} to {ReportWords.Time(facts.To)}, the end not included");
        Pair("As of", ReportWords.Time(facts.AsOf) + (facts.AsOf < facts.To ? " (the period still runs)" : string.Empty));
        Pair("Framework", $"Version {facts.Framework.Version}, {facts.Framework.Publisher}");
        Pair("System", $"Governance console {facts.SystemVersion} on {facts.Database}");
        Pair("Prepared by", facts.PreparedBy);
        Pair("Approved by", status.ApprovedBy is { } name ? $"{name}, {ReportWords.Time(status.ApprovedAt)}" : "not yet approved");
        Pair("Status", status.IssuedAt is { } at ? $"{ReportWords.Status(status.State)} {ReportWords.Time(at)}" : ReportWords.Status(status.State));
        html.Append("</dl>\n</header>\n");
    }

    private void Contents()
    {
        html.Append("<nav aria-label=\"Contents\">\n<ul>\n");
        foreach (var (key, title) in (IEnumerable<(string, string)>)[("executive", "Executive summary"), ("method", "Method"), .. facts.Framework.Subcategories.Where(s => s.Metrics.Count > 0).Select(s => (Anchor(s), $"{s.Id} {s.Category}")), ("appendix", "Appendices"), ("verification", "Verification")])
            html.Append("<li><a href=\"#").Append(key).Append("\">").Append(E(title)).Append("</a></li>\n");
        html.Append("</ul>\n</nav>\n");
    }

    private void Executive()
    {
        H2("executive", "Executive summary");
        html.Append("<ul class=\"tiles\">\n");
        foreach (var (words, kind) in new[] { ("with exceptions", MetricStatus.Exceptions), ("without exception", MetricStatus.Met), ("no population", MetricStatus.NoPopulation), ("not evidenced", MetricStatus.NotEvidenced) })
            html.Append("<li><b>").Append(ReportWords.N(facts.Metrics.Count(m => m.Status == kind))).Append("</b>").Append(words).Append("</li>\n");
        html.Append("</ul>\n");
        P(ReportWords.Conclusion(facts));
        H3("What a tester would object to");
        var deficiencies = ReportWords.Deficiencies(facts);
        if (deficiencies.Count == 0)
            P("None of the checks of completeness, accuracy, freshness and timeliness failed.");
        else
            html.Append("<ul>\n").AppendJoin('\n', deficiencies.Select(d => $"<li>{E(d)}</li>")).Append("\n</ul>\n");
        Table("All metrics", ["Metric", "What is measured", "#Met", "#Of", "#Exceptions", "#Can't tell", "#Met, share"],
            facts.Metrics.Select(m => (string[])[m.Id, m.Title, m.Denominator == 0 ? "–" : ReportWords.N(m.Numerator), m.Status switch { MetricStatus.NotEvidenced => "not evidenced", MetricStatus.NoPopulation => "no population", _ => ReportWords.N(m.Denominator) },
                m.Denominator == 0 ? "–" : ReportWords.N(m.Exceptions - m.CannotTell), m.Denominator == 0 ? "–" : ReportWords.N(m.CannotTell), ReportWords.Share(m)]));
    }

    private void Method()
    {
        H2("method", "Method");
        P("Each metric is one query over the console's records. It lists its whole population; each record is met, an exception, or can't be told. The list is kept as a file of this package, and every figure here is a count of its rows. States, owners, credentials, grants, findings and decisions are read from their histories as they stood just before the period's end. Where a metric rests on something that has no history, it says so.");
        P("What no source reports, or whose time isn't over, can't be told: it counts against the metric and is shown apart. Without a population there is no result, and never 100 %.");
        P($"A sample is drawn by ordering a population by SHA-256 of \"seed|metric|id\" and taking the first {facts.SampleSize}; the seed is \"{facts.Seed}\". The exact query texts are in queries.sql.");
        P($"{ReportWords.Wording(facts.Framework)} {facts.Framework.Source} {facts.Framework.Note} {facts.Framework.Attribution}".Trim(), "soft");
        Table("Completeness and accuracy", ["Check", "Question", "Answer", "Passed"], facts.Checks.Select(c => (string[])[c.Name, c.Question, c.Answer, c.Passed ? "yes" : "no"]));
        Table("Sources of the population and their freshness", ["Source", "System", "#Live identities", "Last import", "Last full import"],
            facts.Sources.Select(s => (string[])[s.Name, ReportWords.System(s.System), ReportWords.N(s.Identities), ReportWords.Time(s.LastImport), ReportWords.Time(s.LastFullImport)]));
    }

    private void Section(Subcategory subcategory)
    {
        H2(Anchor(subcategory), $"{subcategory.Id} {subcategory.Category}");
        html.Append("<blockquote>").Append(E(subcategory.Statement)).Append("</blockquote>\n");
        if (facts.Crosswalk.Where(c => c.Subcategory == subcategory.Id).ToList() is { Count: > 0 } others)
            P("Same theme: " + string.Join("; ", others.Select(o => $"{o.Framework.Split(',')[0]} {string.Join(", ", o.Controls)}")) + ". Our judgement, no equivalence.", "soft");
        foreach (var id in subcategory.Metrics)
            Figure(facts.Metric(id));
    }

    private void Figure(MetricFact m)
    {
        H3($"{m.Id} {m.Title}");
        html.Append("<p class=\"figure\">").Append(E(ReportWords.Figure(m))).Append("</p>\n");
        P(ReportWords.Meaning(m), "soft");
        if (ReportWords.Values(m) is { } values)
            P(values);
        html.Append("<dl>\n");
        Pair("Population", m.Population);
        Pair("Criterion", m.Criterion);
        if (m.Caution is not null)
            Pair("Limit", m.Caution);
        html.Append("</dl>\n");
        if (m.HasFiles && m.Denominator > 0)
            html.Append("<p><a href=\"").Append(m.PopulationFile).Append("\">All ").Append(ReportWords.Count(m.Denominator, "record")).Append(" (").Append(m.PopulationFile).Append(")</a></p>\n");
        if (!shown.Add(m.Id))
            return;
        if (m.Trend.Count > 1)
            Table($"{m.Id}: trend", ["Day", "#Met", "#Of"], m.Trend.Select(t => (string[])[ReportWords.ShortDay(t.Day), ReportWords.N(t.Numerator), ReportWords.N(t.Denominator)]));
        if (m.FirstExceptions.Count > 0)
            Records($"{m.Id}: exceptions" + (m.Exceptions > m.FirstExceptions.Count ? $", the first {m.FirstExceptions.Count} of {ReportWords.N(m.Exceptions)}; all in {m.ExceptionFile}" : string.Empty), m.FirstExceptions);
        if (m.Sample.Count > 0)
            Records($"{m.Id}: sample, {m.Sample.Count} of {ReportWords.N(m.Denominator)}, drawn with the seed \"{facts.Seed}|{m.Id}\"", m.Sample);
    }

    private void Records(string caption, IReadOnlyList<PopulationRow> rows) => Table(caption, ["Record", "Where", "Verdict", "Detail", "Who", "When", "Why"],
        rows.Select(r => (string[])[r.Name, r.Where, ReportWords.Verdict(r.Verdict), r.Detail, r.Who ?? "–", ReportWords.ShortDay(r.When), r.Why ?? "–"]));

    private void Gaps()
    {
        var silent = facts.Framework.Subcategories.Where(s => s.Metrics.Count == 0).ToList();
        if (silent.Count == 0)
            return;
        H2("gaps", "Not evidenced by this system");
        P("The console holds no data that speaks to these statements. That is no result, in either direction: attach the evidence of the system that does.");
        Table("Statements without evidence", ["Identifier", "Statement", "Why"], silent.Select(s => (string[])[s.Id + (s.Unchecked ? " (unchecked)" : string.Empty), s.Statement, s.OutOfScope ?? "No data in this console."]));
    }

    private void Appendices()
    {
        H2("appendix", "Appendices");
        Table("Campaigns that ran in the period", ["Campaign", "Launched", "By", "Due", "#Items", "#Certified", "#Reduced", "#Revoked", "#Undecided"], facts.Campaigns.Select(c => (string[])[c.Name, ReportWords.ShortDay(c.LaunchedAt), c.LaunchedBy, ReportWords.ShortDay(c.DueAt), ReportWords.N(c.Items), ReportWords.N(c.Certified), ReportWords.N(c.Reduced), ReportWords.N(c.Revoked), ReportWords.N(c.Undecided)]));
        Table("Reviewers", ["Reviewer", "Employed at the as-of time", "#Decisions", "#Certify"], facts.Reviewers.Select(r => (string[])[r.Name, r.Here ? "yes" : "no", ReportWords.N(r.Decisions), ReportWords.N(r.Certified)]));
        Table("Exemptions in force in the period", ["Identity", "Reason", "Granted by", "Granted", "Until"], facts.Exemptions.Select(e => (string[])[e.Identity, e.Reason, e.GrantedBy, ReportWords.ShortDay(e.GrantedAt), ReportWords.ShortDay(e.Until)]));
        Table("Import runs that ended in the period", ["Source", "File", "SHA-256", "Ended", "By", "#Read", "#Created", "#Changed", "#Unchanged", "#Rejected"],
            facts.Imports.Select(i => (string[])[i.Source, i.File, i.Sha256.Length >= 12 ? i.Sha256[..12] : "–", ReportWords.ShortDay(i.EndedAt), i.By, ReportWords.N(i.Read), ReportWords.N(i.Created), ReportWords.N(i.Changed), ReportWords.N(i.Unchanged), ReportWords.N(i.Rejected)]));
        P(facts.CrosswalkNote, "soft");
    }

    private void Verification()
    {
        H2("verification", "Verification");
        html.Append("<dl>\n");
        Pair("Data hash", dataHash, code: true);
        Pair("Signing key", keyId, code: true);
        Pair("Audit log", facts.Audit.Intact ? $"Intact when this was made; entries before the period's end: {ReportWords.N(facts.Audit.Entries)}" : $"NOT INTACT: {facts.Audit.Problem}");
        Pair("Hash of the last entry", facts.Audit.HeadHash, code: true);
        if (facts.Audit.Checkpoint is { } checkpoint)
            Pair($"Merkle root of the checkpoint over {ReportWords.N(checkpoint.Size)} entries", checkpoint.Root, code: true);
        html.Append("</dl>\n<p>To check, without the console: <code>python3 verify.py --key ").Append(E(keyId)).Append("</code>. With it: <code>governance verify-evidence FOLDER</code>. Ask somebody you trust for the thumbprint of the key, and don't take it from the package.</p>\n");
    }

    private void H2(string id, string text) => html.Append("<h2 id=\"").Append(id).Append("\">").Append(E(text)).Append("</h2>\n");

    private void H3(string text) => html.Append("<h3>").Append(E(text)).Append("</h3>\n");

    private void P(string text, string? kind = null) => html.Append(kind is null ? "<p>" : $"<p class=\"{kind}\">").Append(E(text)).Append("</p>\n");

    private void Pair(string name, string value, bool code = false) => html.Append("<dt>").Append(E(name)).Append("</dt><dd>").Append(code ? "<code>" : string.Empty).Append(E(value)).Append(code ? "</code>" : string.Empty).Append("</dd>\n");

    /// <summary>A heading with # before it is of numbers.</summary>
    private void Table(string caption, string[] header, IEnumerable<string[]> rows)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"").Append(E(caption)).Append("\">\n<table>\n<caption>").Append(E(caption)).Append("</caption>\n<thead><tr>");
        foreach (var title in header)
            html.Append(title[0] == '#' ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">").Append(E(title.TrimStart('#'))).Append("</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        var any = false;
        foreach (var row in rows)
        {
            any = true;
            html.Append("<tr>");
            for (var n = 0; n < row.Length; n++)
                html.Append(header[n][0] == '#' ? "<td class=\"n\">" : n == 0 ? "<th scope=\"row\">" : "<td>").Append(E(row[n])).Append(n == 0 && header[n][0] != '#' ? "</th>" : "</td>");
            html.Append("</tr>\n");
        }

        if (!any)
            html.Append("<tr><td colspan=\"").Append(header.Length).Append("\">None.</td></tr>\n");
        html.Append("</tbody>\n</table>\n</div>\n");
    }

    private static string Anchor(Subcategory s) => "s-" + string.Concat(s.Id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));

    /// <summary>Untrusted text: encoded, and control and direction marks shown as what they are.</summary>
    private static string E(string text) => WebUtility.HtmlEncode(PdfText.Printable(text));
}
