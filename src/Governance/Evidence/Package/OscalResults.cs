using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Governance.Evidence;

/// <summary>
/// The package as OSCAL Assessment Results 1.2.1. Each metric is an observation, each statement with a measured population a finding; a statement without one has
/// no finding, since OSCAL knows no state for "not evidenced", and is named in the remarks. Identifiers are UUIDs of version 5 from the data, so that the same facts
/// give the same bytes.
/// </summary>
internal static class OscalResults
{
    public const string PropertyNamespace = "urn:governance-console:evidence:1";

    // Of this product, so that its names can't meet another's.
    private static readonly Guid Space = new("5f0c2d53-7b1e-5b0e-9d5a-0a4c8a1f3e77");

    public static string Write(Facts facts, ReportStatus status, string dataHash, IReadOnlyList<ManifestFile> files)
    {
        var method = Uuid(dataHash, "method");
        var root = new JsonObject
        {
            ["assessment-results"] = new JsonObject
            {
                ["uuid"] = Uuid(dataHash, "results", status.State.ToString()),
                ["metadata"] = Metadata(facts, status, dataHash),
                ["import-ap"] = new JsonObject { ["href"] = "#" + method, ["remarks"] = "No assessment plan in OSCAL exists; the method is stated in the report." },
                ["results"] = new JsonArray(Result(facts, dataHash)),
                ["back-matter"] = new JsonObject { ["resources"] = Resources(facts, dataHash, method, files) },
            },
        };
        return root.ToJsonString(new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    /// <summary>An identifier as OSCAL's token type takes it: CSF and SP 800-53 as NIST's own catalogues have them.</summary>
    public static string ControlId(string framework, string id)
    {
        if (framework == "nist-csf-2.0")
            return id;
        if (framework == "nist-sp-800-53-r5")
            return id.ToLowerInvariant().Replace('(', '.').Replace(")", string.Empty, StringComparison.Ordinal);
        var token = string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')).Trim('-');
        return char.IsAsciiLetter(token[0]) ? token : $"{framework.Split('-')[0]}-{token}";
    }

    private static JsonObject Metadata(Facts facts, ReportStatus status, string dataHash)
    {
        var (preparer, approver) = (Uuid(dataHash, "party", "preparer"), Uuid(dataHash, "party", "approver"));
        var parties = new JsonArray(new JsonObject { ["uuid"] = preparer, ["type"] = "person", ["name"] = Line(status.PreparedBy) });
        var roles = new JsonArray(new JsonObject { ["id"] = "preparer", ["title"] = "Preparer" });
        var responsible = new JsonArray(new JsonObject { ["role-id"] = "preparer", ["party-uuids"] = new JsonArray(preparer) });
        if (status.ApprovedBy is { } name)
        {
            roles.Add(new JsonObject { ["id"] = "approver", ["title"] = "Approver" });
            parties.Add(new JsonObject { ["uuid"] = approver, ["type"] = "person", ["name"] = Line(name) });
            responsible.Add(new JsonObject { ["role-id"] = "approver", ["party-uuids"] = new JsonArray(approver) });
        }

        return new JsonObject
        {
            ["title"] = Line($"{facts.Framework.Title}: evidence, identities behind AI tools"),
            ["last-modified"] = Time(status.IssuedAt ?? facts.AsOf),
            ["version"] = status.IsDraft ? "draft" : "1.0",
            ["oscal-version"] = "1.2.1",
            ["props"] = new JsonArray(Property("data-hash", dataHash), Property("status", status.State.ToString())),
            ["roles"] = roles,
            ["parties"] = parties,
            ["responsible-parties"] = responsible,
        };
    }

    private static JsonObject Result(Facts facts, string dataHash)
    {
        var result = new JsonObject
        {
            ["uuid"] = Uuid(dataHash, "result"),
            ["title"] = Line($"{facts.Framework.Title}, {facts.From:yyyy-MM-dd} to {facts.To:yyyy-MM-dd}"),
            ["description"] = Line($"Measured over whole populations as of {Time(facts.AsOf)}. Scope: {facts.Scope}"),
            ["start"] = Time(facts.From),
            ["end"] = Time(facts.To),
            ["reviewed-controls"] = new JsonObject
            {
                ["control-selections"] = new JsonArray(new JsonObject
                {
                    ["description"] = facts.Framework.Id is "nist-csf-2.0" or "nist-sp-800-53-r5" ? "Identifiers of NIST's catalogue." : "Organisation-defined identifiers: the publisher has no OSCAL catalogue.",
                    ["include-controls"] = Array(facts.Framework.Subcategories.Select(s => new JsonObject { ["control-id"] = ControlId(facts.Framework.Id, s.Id) })),
                }),
            },
            ["observations"] = Array(facts.Metrics.Select(m => Observation(m, facts, dataHash))),
        };
        var findings = facts.Framework.Subcategories.Select(s => Finding(s, facts, dataHash)).OfType<JsonObject>().ToList();
        if (findings.Count > 0)
            result["findings"] = Array(findings);
        if (facts.Metrics.Count == 0)
            result.Remove("observations");
        var silent = facts.Framework.Subcategories.Where(s => Measured(s, facts).Count == 0).Select(s => s.Id).ToList();
        if (silent.Count > 0)
            result["remarks"] = Line("Not evidenced by this system, or without a population in the period: " + string.Join(", ", silent) + ". No finding is given for these.");
        return result;
    }

    private static JsonObject Observation(MetricFact m, Facts facts, string dataHash)
    {
        var observation = new JsonObject
        {
            ["uuid"] = Uuid(dataHash, "observation", m.Id),
            ["title"] = Line($"{m.Id} {m.Title}"),
            ["description"] = Line(m.Unmeasured ?? (m.Denominator == 0 ? $"No population in the period. Criterion: {m.Criterion}" : $"{m.Numerator} of {m.Denominator} met, {m.CannotTell} can't be told. Criterion: {m.Criterion} Population: {m.Population}")),
            ["props"] = new JsonArray(Property("status", m.Status.ToString()), Property("numerator", Number(m.Numerator)), Property("denominator", Number(m.Denominator)), Property("cannot-tell", Number(m.CannotTell))),
            ["methods"] = new JsonArray("EXAMINE"),
            ["collected"] = Time(facts.AsOf),
        };
        if (m.HasFiles)
        {
            observation["relevant-evidence"] = new JsonArray(
                new JsonObject { ["href"] = "#" + Uuid(dataHash, "file", m.PopulationFile), ["description"] = "The whole population, one row a record." },
                new JsonObject { ["href"] = "#" + Uuid(dataHash, "file", m.ExceptionFile), ["description"] = "The records that are not met." });
        }

        return observation;
    }

    private static JsonObject? Finding(Subcategory s, Facts facts, string dataHash)
    {
        var measured = Measured(s, facts);
        if (measured.Count == 0)
            return null;
        var failed = measured.Where(m => m.Status == MetricStatus.Exceptions).ToList();
        var state = new JsonObject { ["state"] = failed.Count == 0 ? "satisfied" : "not-satisfied", ["reason"] = failed.Count == 0 ? "pass" : "fail" };
        state["remarks"] = "Of the metrics that speak to it; a reader judges whether they suffice.";
        return new JsonObject
        {
            ["uuid"] = Uuid(dataHash, "finding", s.Id),
            ["title"] = Line($"{s.Id} {s.Category}"),
            ["description"] = Line(failed.Count == 0 ? $"No exception in {string.Join(", ", measured.Select(m => m.Id))}." : string.Join(" ", failed.Select(m => $"{m.Id}: {m.Exceptions} of {m.Denominator} not met, {m.CannotTell} of them can't be told."))),
            ["target"] = new JsonObject { ["type"] = "statement-id", ["target-id"] = ControlId(facts.Framework.Id, s.Id) + "_statement", ["status"] = state },
            ["related-observations"] = Array(measured.Select(m => new JsonObject { ["observation-uuid"] = Uuid(dataHash, "observation", m.Id) })),
        };
    }

    private static JsonArray Resources(Facts facts, string dataHash, string method, IReadOnlyList<ManifestFile> files)
    {
        var resources = new JsonArray(new JsonObject { ["uuid"] = method, ["title"] = "Report with the statement of method", ["rlinks"] = new JsonArray(Link("report.html", "text/html", files), Link("report.pdf", "application/pdf", files)) });
        foreach (var path in facts.Metrics.Where(m => m.HasFiles).SelectMany(m => new[] { m.PopulationFile, m.ExceptionFile }))
            resources.Add(new JsonObject { ["uuid"] = Uuid(dataHash, "file", path), ["title"] = path, ["rlinks"] = new JsonArray(Link(path, "text/csv", files)) });
        return resources;
    }

    private static JsonObject Link(string path, string type, IReadOnlyList<ManifestFile> files) => new()
    {
        ["href"] = path,
        ["media-type"] = type,
        ["hashes"] = new JsonArray(new JsonObject { ["algorithm"] = "SHA-256", ["value"] = files.Single(f => f.Path == path).Sha256 }),
    };

    private static List<MetricFact> Measured(Subcategory s, Facts facts) => [.. s.Metrics.Select(facts.Metric).Where(m => m.Status is MetricStatus.Met or MetricStatus.Exceptions)];

    private static JsonObject Property(string name, string value) => new() { ["name"] = name, ["ns"] = PropertyNamespace, ["value"] = value };

    private static JsonArray Array(IEnumerable<JsonObject> items) => [.. items];

    private static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>One line without space at its edges, never empty: what OSCAL's string type takes.</summary>
    private static string Line(string text)
    {
        var clean = string.Join(' ', text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return clean.Length == 0 ? "-" : clean;
    }

    /// <summary>RFC 9562, version 5: SHA-1 is what the format asks for, as a name and not as a protection.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "RFC 9562 demands SHA-1 for UUIDs of version 5.")]
    private static string Uuid(params string[] parts)
    {
        var hash = SHA1.HashData([.. Space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(string.Join('\n', parts))])[..16];
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString("D");
    }
}
