using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Common;

namespace Governance.Evidence;

/// <summary>One file of a package.</summary>
public sealed record ManifestFile(string Path, long Bytes, string Sha256);

/// <summary>What manifest.json holds.</summary>
public sealed record Manifest(string Version, string Framework, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, string DataHash, long AuditEntries, string AuditHead, IReadOnlyList<ManifestFile> Files);

/// <summary>Writes the files of a package into a folder. The manifest comes last, so that a folder without one was never finished.</summary>
internal static class PackageWriter
{
    public const string ManifestName = "manifest.json";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly string[] Header = ["id", "name", "where", "verdict", "detail", "who", "when"];

    public static async Task<Manifest> WriteAsync(string folder, Measured measured, CancellationToken ct)
    {
        var facts = measured.Facts;
        foreach (var (metric, rows) in measured.Populations)
        {
            await CsvWriting.WriteAsync(Path.Combine(folder, "populations", metric + ".csv"), Header, rows.Select(Cells), ct);
            await CsvWriting.WriteAsync(Path.Combine(folder, "exceptions", metric + ".csv"), Header, rows.Where(r => r.Verdict != Verdicts.Met).Select(Cells), ct);
            await CsvWriting.WriteAsync(Path.Combine(folder, "samples", metric + ".csv"), Header, facts.Metric(metric).Sample.Select(Cells), ct);
        }

        await CsvWriting.WriteAsync(Path.Combine(folder, "imports.csv"), ["source", "file", "sha256", "ended", "by", "read", "created", "changed", "unchanged", "rejected", "missing"],
            facts.Imports.Select(i => (IReadOnlyList<string?>)[i.Source, i.File, i.Sha256, CsvWriting.Time(i.EndedAt), i.By, N(i.Read), N(i.Created), N(i.Changed), N(i.Unchanged), N(i.Rejected), N(i.Missing)]), ct);
        await CsvWriting.WriteAsync(Path.Combine(folder, "campaigns.csv"), ["name", "launched", "due", "state", "items", "certified", "reduced", "revoked", "undecided"],
            facts.Campaigns.Select(c => (IReadOnlyList<string?>)[c.Name, CsvWriting.Time(c.LaunchedAt), CsvWriting.Time(c.DueAt), c.State, N(c.Items), N(c.Certified), N(c.Reduced), N(c.Revoked), N(c.Undecided)]), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "audit-head.json"), JsonSerializer.Serialize(facts.Audit, Json), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "facts.json"), JsonSerializer.Serialize(facts, Json), ct);

        // Printed in the PDF, which the manifest covers: the manifest's own hash can't stand in it.
        var dataHash = await DataHashAsync(folder, ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, "report.pdf"), EvidencePdf.Draw(facts, dataHash), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "VERIFY.md"), VerifyText.For(dataHash), ct);

        var manifest = new Manifest("governance-evidence-1", facts.FrameworkId, facts.From, facts.To, facts.AsOf, dataHash, facts.Audit.Entries, facts.Audit.HeadHash, await ListAsync(folder, ct));
        await File.WriteAllTextAsync(Path.Combine(folder, ManifestName), JsonSerializer.Serialize(manifest, Json), ct);
        return manifest;
    }

    /// <summary>Every file below the folder but the manifest, by path in ordinal order with forward slashes.</summary>
    public static async Task<IReadOnlyList<ManifestFile>> ListAsync(string folder, CancellationToken ct)
    {
        var files = new List<ManifestFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (!string.Equals(name, ManifestName, StringComparison.Ordinal))
                files.Add(new ManifestFile(name, new FileInfo(path).Length, await HashAsync(path, ct)));
        }

        return files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
    }

    /// <summary>SHA-256 over the lines <c>sha256  path</c> of facts.json and all CSVs, in ordinal order of path: what <c>sha256sum</c> would print.</summary>
    public static async Task<string> DataHashAsync(string folder, CancellationToken ct)
    {
        var data = (await ListAsync(folder, ct)).Where(f => f.Path.EndsWith(".csv", StringComparison.Ordinal) || f.Path is "facts.json");
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Concat(data.Select(f => $"{f.Sha256}  {f.Path}\n")))));
    }

    public static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
    }

    private static IReadOnlyList<string?> Cells(PopulationRow r) => [r.Id, r.Name, r.Where, r.Verdict.ToString(), r.Detail, r.Who, CsvWriting.Time(r.When)];

    private static string N(int n) => n.ToString(CultureInfo.InvariantCulture);
}
