using System.Text.Json;

namespace Governance.Inventory;

/// <summary>Reports of gitleaks: a JSON list, CSV, or SARIF. The secret, the match and the commit's message are never kept.</summary>
public sealed class GitleaksReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["runs", "results"], "$schema", "version", "tool", "invocations", "originalUriBaseIds", "automationDetails", "columnKind", "properties", "versionControlProvenance");

    public string Format => "gitleaks";

    public string Description => "gitleaks reports (JSON, CSV or SARIF)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        ? head.Has("RuleID", "Secret", "Match") || string.Equals(head.TextAt("runs[].tool.driver.name"), "gitleaks", StringComparison.OrdinalIgnoreCase)
        : head.Columns.Contains("ruleid") && head.Columns.Contains("secret") && head.Columns.Contains("startline");

    public IEnumerable<ReadItem> Read(ImportFile file) => ScanReport.Read(file, f => f.Documents.SelectMany(d => d.Head.IsJson ? Json(f.With([d])) : Csv(f.With([d]))));

    private static IEnumerable<ScanRow> Json(ImportFile file)
    {
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            ScanRow row;
            try
            {
                row = record.Problem is { } problem ? new ScanRow(record.Place, null) { Problem = problem }
                    : record.Element.Has("ruleId") ? new ScanRow(record.Place, Sarif(record.Element))
                    : record.Element.Has("RuleID") ? new ScanRow(record.Place, Finding(n => record.Element.Id(n)))
                    : record.Element.Has("tool") ? new ScanRow(record.Place, null) { Skipped = "runs without results" }
                    : new ScanRow(record.Place, null) { Problem = "it is not a finding of gitleaks: it has no RuleID" };
            }
            catch (BadValueException e)
            {
                row = new ScanRow(record.Place, null) { Problem = e.Message };
            }

            yield return row;
        }
    }

    private static IEnumerable<ScanRow> Csv(ImportFile file)
    {
        foreach (var line in CsvTable.Read(file))
        {
            if (line.Problem is { } problem)
                yield return new ScanRow(line.Place, null) { Problem = problem };
            else if (line["ruleid"] is null)
                yield return new ScanRow(line.Place, null) { Problem = "RuleID is empty" };
            else
                yield return new ScanRow(line.Place, Finding(n => line[n.ToLowerInvariant()]));
        }
    }

    private static ScanFinding Finding(Func<string, string?> field) => new("gitleaks", CsvValues.Required("RuleID", field("RuleID")))
    {
        Secret = Shown(field("Secret")),
        File = field("File"),
        Commit = field("Commit"),
        Line = field("StartLine"),
        Author = field("Email") ?? field("Author"),
        At = ScanTime.Of(field("Date")),
        AtText = field("Date"),
        OwnKey = field("Fingerprint"),
        Description = field("Description"),
    };

    private static ScanFinding Sarif(JsonElement e)
    {
        var place = e.List("locations").FirstOrDefault().Inner("physicalLocation");
        var commit = e.Inner("partialFingerprints");
        return new ScanFinding("gitleaks", CsvValues.Required("ruleId", e.Text("ruleId")))
        {
            Secret = Shown(place.Inner("region").Inner("snippet").Text("text")),
            File = place.Inner("artifactLocation").Text("uri"),
            Commit = commit.Text("commitSha"),
            Line = place.Inner("region").Id("startLine"),
            Author = commit.Text("email", "author"),
            At = ScanTime.Of(commit.Text("date")),
            AtText = commit.Text("date"),
        };
    }

    /// <summary>Null where the report was made with <c>--redact</c>: whole, or all but its beginning.</summary>
    private static string? Shown(string? secret) =>
        secret is null || secret.Contains("REDACTED", StringComparison.Ordinal) || secret.EndsWith("...", StringComparison.Ordinal) ? null : secret;
}
