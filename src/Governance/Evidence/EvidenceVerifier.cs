using System.Text.Json;

namespace Governance.Evidence;

/// <summary>What checking a package found.</summary>
/// <param name="Intact">Whether every file is what the manifest says, none is missing and none was added.</param>
/// <param name="Files">How many files were checked.</param>
/// <param name="Problem">The first thing that is wrong, naming the file.</param>
public sealed record EvidenceReport(bool Intact, int Files, string? Problem);

/// <summary>Recomputes a package from its files alone; needs neither console nor database.</summary>
public static class EvidenceVerifier
{
    public static async Task<EvidenceReport> VerifyAsync(string folder, CancellationToken ct)
    {
        var path = Path.Combine(folder, PackageWriter.ManifestName);
        if (!File.Exists(path))
            return new EvidenceReport(false, 0, $"manifest.json is missing in {folder}: this is no finished package");
        Manifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(await File.ReadAllTextAsync(path, ct), PackageWriter.Json);
        }
        catch (JsonException fault)
        {
            return new EvidenceReport(false, 0, $"manifest.json can't be read: {fault.Message}");
        }

        if (manifest?.Files is null)
            return new EvidenceReport(false, 0, "manifest.json lists no files");
        var there = (await PackageWriter.ListAsync(folder, ct)).ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (!there.Remove(file.Path, out var found))
                return new EvidenceReport(false, manifest.Files.Count, $"{file.Path} is missing");
            if (found.Sha256 != file.Sha256 || found.Bytes != file.Bytes)
                return new EvidenceReport(false, manifest.Files.Count, $"{file.Path} was changed: its SHA-256 is {found.Sha256}, the manifest says {file.Sha256}");
        }

        if (there.Count > 0)
            return new EvidenceReport(false, manifest.Files.Count, $"{there.Keys.Order(StringComparer.Ordinal).First()} was added: the manifest doesn't name it");
        return string.Equals(manifest.DataHash, await PackageWriter.DataHashAsync(folder, ct), StringComparison.Ordinal)
            ? new EvidenceReport(true, manifest.Files.Count, null)
            : new EvidenceReport(false, manifest.Files.Count, "the data hash in manifest.json is not that of facts.json and the populations");
    }
}
