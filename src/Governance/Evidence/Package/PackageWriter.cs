using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Audit.Signing;

namespace Governance.Evidence;

/// <summary>One file of a package.</summary>
public sealed record ManifestFile(string Path, long Bytes, string Sha256);

/// <summary>What manifest.json holds.</summary>
public sealed record Manifest(string Version, string Framework, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, string Status, string DataHash, long AuditEntries, string AuditHead, string KeyId, IReadOnlyList<ManifestFile> Files);

/// <summary>Writes the files of a package into a folder. The manifest and its signature come last, so that a folder without them was never finished.</summary>
internal static class PackageWriter
{
    public const string Version = "governance-evidence-2";
    public const string ManifestName = "manifest.json";
    public const string SignatureName = "manifest.jws";
    public const string KeyName = "signing-key.json";
    public const string FactsName = "facts.json";
    public const string CheckpointName = "audit-checkpoint.json";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Beside the populations that stand in the folder already: facts and the appendices as CSV.</summary>
    public static async Task WriteFactsAsync(string folder, Facts facts, CancellationToken ct)
    {
        await CsvText.WriteAsync(Path.Combine(folder, "imports.csv"), ["source", "file", "sha256", "ended", "by", "full", "read", "created", "changed", "unchanged", "rejected", "missing"],
            facts.Imports.Select(i => (IReadOnlyList<string?>)[i.Source, i.File, i.Sha256, CsvText.Time(i.EndedAt), i.By, i.Full ? "yes" : "no", N(i.Read), N(i.Created), N(i.Changed), N(i.Unchanged), N(i.Rejected), N(i.Missing)]), ct);
        await CsvText.WriteAsync(Path.Combine(folder, "campaigns.csv"), ["name", "launched", "by", "due", "items", "certified", "reduced", "revoked", "undecided"],
            facts.Campaigns.Select(c => (IReadOnlyList<string?>)[c.Name, CsvText.Time(c.LaunchedAt), c.LaunchedBy, CsvText.Time(c.DueAt), N(c.Items), N(c.Certified), N(c.Reduced), N(c.Revoked), N(c.Undecided)]), ct);
        await CsvText.WriteAsync(Path.Combine(folder, "reviewers.csv"), ["name", "employed", "decisions", "certified"],
            facts.Reviewers.Select(r => (IReadOnlyList<string?>)[r.Name, r.Here ? "yes" : "no", N(r.Decisions), N(r.Certified)]), ct);
        await CsvText.WriteAsync(Path.Combine(folder, "exemptions.csv"), ["identity", "reason", "granted by", "granted", "until"],
            facts.Exemptions.Select(e => (IReadOnlyList<string?>)[e.Identity, e.Reason, e.GrantedBy, CsvText.Time(e.GrantedAt), CsvText.Time(e.Until)]), ct);
        await WriteJsonAsync(Path.Combine(folder, "audit-head.json"), facts.Audit with { Checkpoint = null }, ct);
        if (facts.Audit.Checkpoint is { } checkpoint)
            await WriteJsonAsync(Path.Combine(folder, CheckpointName), checkpoint, ct);
        await WriteJsonAsync(Path.Combine(folder, FactsName), facts, ct);
    }

    /// <summary>What is drawn from the facts for a status, then the manifest over everything, then its signature.</summary>
    public static async Task<Manifest> WriteReportsAsync(string folder, Facts facts, ReportStatus status, SigningKeys keys, CancellationToken ct)
    {
        await WriteJsonAsync(Path.Combine(folder, "status.json"), status, ct);
        await WriteJsonAsync(Path.Combine(folder, KeyName), keys.Current, ct);
        var dataHash = await DataHashAsync(folder, ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, "report.pdf"), EvidencePdf.Draw(facts, status, dataHash, keys.Current.Kid), ct);
        await WriteTextAsync(Path.Combine(folder, "report.html"), HtmlReport.Write(facts, status, dataHash, keys.Current.Kid), ct);
        await WriteTextAsync(Path.Combine(folder, "verify.py"), VerifyScript.Text, ct);
        await WriteTextAsync(Path.Combine(folder, "VERIFY.md"), VerifyText.For(dataHash, keys.Current.Kid), ct);
        await WriteTextAsync(Path.Combine(folder, "assessment-results.json"), OscalResults.Write(facts, status, dataHash, await ListAsync(folder, ct)), ct);

        var manifest = new Manifest(Version, facts.Framework.Id, facts.From, facts.To, facts.AsOf, status.State.ToString(), dataHash, facts.Audit.Entries, facts.Audit.HeadHash, keys.Current.Kid, await ListAsync(folder, ct));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
        await File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), bytes, ct);
        await WriteTextAsync(Path.Combine(folder, SignatureName), DetachedJws.Sign(bytes, keys) + "\n", ct);
        return manifest;
    }

    /// <summary>Every file below the folder but the manifest and its signature, by path in ordinal order with forward slashes.</summary>
    public static async Task<IReadOnlyList<ManifestFile>> ListAsync(string folder, CancellationToken ct)
    {
        var files = new List<ManifestFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (name is not (ManifestName or SignatureName))
                files.Add(new ManifestFile(name, new FileInfo(path).Length, await HashAsync(path, ct)));
        }

        return files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
    }

    /// <summary>SHA-256 over the lines <c>sha256  path</c> of facts.json and all CSVs, in ordinal order of path: what <c>sha256sum</c> would print.</summary>
    public static async Task<string> DataHashAsync(string folder, CancellationToken ct) => DataHash(await ListAsync(folder, ct));

    public static string DataHash(IEnumerable<ManifestFile> files)
    {
        var data = files.Where(f => f.Path.EndsWith(".csv", StringComparison.Ordinal) || f.Path is FactsName).OrderBy(f => f.Path, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(data.Select(f => $"{f.Sha256}  {f.Path}\n")))));
    }

    public static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
    }

    private static Task WriteJsonAsync<T>(string path, T value, CancellationToken ct) => WriteTextAsync(path, JsonSerializer.Serialize(value, Json) + "\n", ct);

    private static Task WriteTextAsync(string path, string text, CancellationToken ct) => File.WriteAllTextAsync(path, text.ReplaceLineEndings("\n"), ct);

    private static string N(int n) => n.ToString(CultureInfo.InvariantCulture);
}
