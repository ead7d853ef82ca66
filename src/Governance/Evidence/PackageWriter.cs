using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Governance.Evidence;

/// <summary>One file of a package as its manifest names it.</summary>
public sealed record ManifestFile(string Path, long Bytes, string Sha256);

/// <summary>Every file of a package but the manifest itself.</summary>
public sealed record Manifest(string Format, IReadOnlyList<ManifestFile> Files);

/// <summary>Turns a reading into files: beside the name first, renamed when whole, so that a kill leaves no half package.</summary>
internal static class PackageWriter
{
    public const string ManifestName = "manifest.json";

    public static async Task<(string Hash, int Files)> WriteAsync(Reading reading, string folder, CancellationToken ct)
    {
        var files = Files(reading);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new Manifest("governance-evidence-v1", [.. files.Select(f => new ManifestFile(f.Key, f.Value.Length, Hash(f.Value)))]), Facts.Json);
        var temporary = folder.TrimEnd(Path.DirectorySeparatorChar) + ".part-" + reading.Facts.PackageId.ToString("N");
        foreach (var (path, bytes) in files.Append(new(ManifestName, manifest)))
        {
            var target = Path.Combine(temporary, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, bytes, ct);
        }

        if (Directory.Exists(folder))
            Directory.Delete(folder);
        Directory.Move(temporary, folder);
        return (Hash(manifest), files.Count + 1);
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static SortedDictionary<string, byte[]> Files(Reading reading)
    {
        var facts = reading.Facts;
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal) { ["facts.json"] = JsonSerializer.SerializeToUtf8Bytes(facts, Facts.Json) };
        foreach (var (id, rows) in reading.Populations)
            files[$"populations/{id}.csv"] = Rows(rows);
        // The data hash covers what the figures stand on; it can't cover the PDF that prints it.
        var lines = string.Concat(files.Select(f => $"{Hash(f.Value)}  {f.Key}\n"));
        files["report.pdf"] = Pdf.EvidencePdf.Draw(facts, Hash(Encoding.UTF8.GetBytes(lines)));
        foreach (var (id, rows) in reading.Populations)
        {
            files[$"exceptions/{id}.csv"] = Rows(rows.Where(r => r.Answer != Answer.Met));
            files[$"samples/{id}.csv"] = Rows(facts.Metric(id).Sample);
        }

        files["decisions.csv"] = Csv.Write(["at", "reviewer", "verdict", "identity", "justification"], facts.Decisions.Select(d => new object?[] { d.At, d.Reviewer, d.Verdict, d.Identity, d.Justification }));
        files["imports.csv"] = Csv.Write(["started_at", "source", "file", "sha256", "state", "by", "read", "created", "changed", "unchanged", "rejected", "reconciles"],
            facts.Imports.Select(i => new object?[] { i.StartedAt, i.Source, i.File, i.Sha256, i.State, i.By, i.Read, i.Created, i.Changed, i.Unchanged, i.Rejected, i.Reconciles }));
        files["audit-head.json"] = JsonSerializer.SerializeToUtf8Bytes(facts.Audit, Facts.Json);
        files["VERIFY.md"] = Encoding.UTF8.GetBytes(Verify(facts));
        return files;
    }

    private static byte[] Rows(IEnumerable<PopulationRow> rows) => Csv.Write(["id", "name", "source", "answer", "note"], rows.Select(r => new object?[] { r.Id, r.Name, r.Source, r.Answer, r.Note }));

    private static string Verify(Facts facts) => string.Create(CultureInfo.InvariantCulture, $"""
        # How to check this package

        1. Every file: `governance verify-evidence .` recomputes each SHA-256 of manifest.json and names the first file that is changed, missing or extra.
        2. The data hash printed in report.pdf: `sha256sum facts.json populations/*.csv | LC_ALL=C sort -k2 | sha256sum`.
        3. The audit chain: `governance verify-audit --json` on the console. At entry {facts.Audit.Sequence} its hash must be {facts.Audit.Hash}.
        4. A sample: order populations/Mnn.csv by SHA-256(seed + id) and take the first {Metric.SampleSize}. The seed is {facts.Seed}.

        The package proves that its files are what was written. It is not signed: keep the SHA-256 of manifest.json outside it.
        """).ReplaceLineEndings("\n");
}
