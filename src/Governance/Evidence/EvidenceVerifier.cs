using System.Text.Json;

namespace Governance.Evidence;

/// <summary>What the check of a package found; the first file that is wrong, by name.</summary>
public sealed record EvidenceReport(bool Intact, int Files, string? FirstWrong, string? Problem);

/// <summary>Recomputes each hash of a package, and finds what is missing or was added.</summary>
public static class EvidenceVerifier
{
    public static EvidenceReport Verify(string folder)
    {
        var path = Path.Combine(folder, PackageWriter.ManifestName);
        if (!File.Exists(path))
            return new EvidenceReport(false, 0, PackageWriter.ManifestName, "the manifest is missing");
        Manifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(path), Facts.Json);
        }
        catch (JsonException)
        {
            manifest = null;
        }

        if (manifest?.Files is null)
            return new EvidenceReport(false, 0, PackageWriter.ManifestName, "the manifest can't be read");
        var named = manifest.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => f != PackageWriter.ManifestName).ToHashSet(StringComparer.Ordinal);
        foreach (var name in named.Keys.Union(found, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var problem = !found.Contains(name) ? "the file is missing" : !named.TryGetValue(name, out var file) ? "the file was added" : Changed(Path.Combine(folder, name), file);
            if (problem is not null)
                return new EvidenceReport(false, named.Count, name, problem);
        }

        return new EvidenceReport(true, named.Count, null, null);
    }

    private static string? Changed(string path, ManifestFile file) =>
        string.Equals(PackageWriter.Hash(File.ReadAllBytes(path)), file.Sha256, StringComparison.Ordinal) ? null : "its content no longer gives its hash";
}
