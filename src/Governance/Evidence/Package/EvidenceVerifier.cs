using System.Text.Json;
using Governance.Audit.Checkpoints;
using Governance.Audit.Signing;

namespace Governance.Evidence;

/// <summary>What checking a package found.</summary>
/// <param name="Intact">Whether every file is what the manifest says, none is missing or added, the signature holds and the figures are those of the populations.</param>
/// <param name="Files">How many files were checked.</param>
/// <param name="Figures">How many figures were counted again.</param>
/// <param name="KeyId">Thumbprint of the key that signed; compare it with what the console publishes.</param>
/// <param name="Problems">Everything that is wrong, naming the file.</param>
public sealed record EvidenceReport(bool Intact, int Files, int Figures, string? KeyId, IReadOnlyList<string> Problems)
{
    /// <summary>The first of them.</summary>
    public string? Problem => Problems.Count == 0 ? null : Problems[0];
}

/// <summary>Recomputes a package from its files alone; needs neither console nor database.</summary>
public static class EvidenceVerifier
{
    /// <param name="folder">The package.</param>
    /// <param name="trustedKeyId">The thumbprint that must have signed; null to take the package's own key, which shows only that it is whole.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task<EvidenceReport> VerifyAsync(string folder, string? trustedKeyId, CancellationToken ct)
    {
        var problems = new List<string>();
        var path = Path.Combine(folder, PackageWriter.ManifestName);
        if (!File.Exists(path))
            return new EvidenceReport(false, 0, 0, null, [$"manifest.json is missing in {folder}: this is no finished package"]);
        var bytes = await File.ReadAllBytesAsync(path, ct);
        var kid = await SignatureAsync(folder, bytes, trustedKeyId, problems, ct);
        Manifest? manifest = null;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(bytes, PackageWriter.Json);
        }
        catch (JsonException fault)
        {
            problems.Add($"manifest.json can't be read: {fault.Message}");
        }

        if (manifest?.Files is null)
            return new EvidenceReport(false, 0, 0, kid, problems.Count > 0 ? problems : ["manifest.json lists no files"]);
        if (manifest.KeyId != kid && kid is not null)
            problems.Add("manifest.json names another key than signing-key.json holds");
        var there = (await PackageWriter.ListAsync(folder, ct)).ToDictionary(f => f.Path, StringComparer.Ordinal);
        if (!string.Equals(manifest.DataHash, PackageWriter.DataHash(there.Values), StringComparison.Ordinal))
            problems.Add("the data hash in manifest.json is not that of facts.json and the populations");
        foreach (var file in manifest.Files)
        {
            if (!there.Remove(file.Path, out var found))
                problems.Add($"{file.Path} is missing");
            else if (found.Sha256 != file.Sha256 || found.Bytes != file.Bytes)
                problems.Add($"{file.Path} was changed: its SHA-256 is {found.Sha256}, the manifest says {file.Sha256}");
        }

        problems.AddRange(there.Keys.Order(StringComparer.Ordinal).Select(k => $"{k} was added: the manifest doesn't name it"));
        await CheckpointAsync(folder, problems, ct);
        var figures = await FiguresAsync(folder, problems, ct);
        // What names a file comes before what follows from it.
        problems = [.. problems.OrderBy(p => p.StartsWith("the data hash", StringComparison.Ordinal) || p.StartsWith("figures:", StringComparison.Ordinal) ? 1 : 0)];
        return new EvidenceReport(problems.Count == 0, manifest.Files.Count, figures, kid, problems);
    }

    private static async Task<string?> SignatureAsync(string folder, byte[] manifest, string? trusted, List<string> problems, CancellationToken ct)
    {
        var (keyPath, jwsPath) = (Path.Combine(folder, PackageWriter.KeyName), Path.Combine(folder, PackageWriter.SignatureName));
        if (!File.Exists(keyPath) || !File.Exists(jwsPath))
        {
            problems.Add($"{(File.Exists(keyPath) ? PackageWriter.SignatureName : PackageWriter.KeyName)} is missing: the signature can't be checked");
            return null;
        }

        PublicSigningKey? key;
        try
        {
            key = JsonSerializer.Deserialize<PublicSigningKey>(await File.ReadAllTextAsync(keyPath, ct), PackageWriter.Json);
        }
        catch (JsonException)
        {
            key = null;
        }

        if (key?.Kid is null)
        {
            problems.Add($"{PackageWriter.KeyName} was changed: it is no key");
            return null;
        }

        if (DetachedJws.Problem(await File.ReadAllTextAsync(jwsPath, ct), manifest, key) is { } wrong)
            problems.Add($"{PackageWriter.ManifestName}, {PackageWriter.SignatureName} or {PackageWriter.KeyName} was changed: the signature does not hold, {wrong}");
        if (trusted is not null && trusted != key.Kid)
            problems.Add($"{PackageWriter.KeyName}: signed by {key.Kid}, and not by the key {trusted} that you trust");
        return key.Kid;
    }

    /// <summary>The checkpoint of the audit log, where it was signed with the package's own key.</summary>
    private static async Task CheckpointAsync(string folder, List<string> problems, CancellationToken ct)
    {
        var (path, keyPath) = (Path.Combine(folder, PackageWriter.CheckpointName), Path.Combine(folder, PackageWriter.KeyName));
        if (!File.Exists(path) || !File.Exists(keyPath))
            return;
        try
        {
            var key = JsonSerializer.Deserialize<PublicSigningKey>(await File.ReadAllTextAsync(keyPath, ct), PackageWriter.Json);
            var read = CheckpointFile.Parse(await File.ReadAllTextAsync(path, ct));
            if (read.IsRefused)
                problems.Add($"{PackageWriter.CheckpointName} can't be read");
            else if (key is not null && read.Value.KeyId == key.Kid && DetachedJws.Problem(read.Value.Signature, System.Text.Encoding.UTF8.GetBytes(read.Value.SignedText), key) is { } wrong)
                problems.Add($"{PackageWriter.CheckpointName}: its signature does not hold, {wrong}");
        }
        catch (JsonException)
        {
            // The key's file is told of where the manifest's signature is checked.
        }
    }

    /// <summary>Counts each population again and redraws its sample.</summary>
    private static async Task<int> FiguresAsync(string folder, List<string> problems, CancellationToken ct)
    {
        Facts? facts;
        try
        {
            facts = JsonSerializer.Deserialize<Facts>(await File.ReadAllTextAsync(Path.Combine(folder, PackageWriter.FactsName), ct), PackageWriter.Json);
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            problems.Add("figures: facts.json can't be read");
            return 0;
        }

        var counted = 0;
        foreach (var metric in facts?.Metrics.Where(m => m.HasFiles) ?? [])
        {
            try
            {
                var s = await PopulationSummary.ReadAsync(Path.Combine(folder, metric.PopulationFile), $"{facts!.Seed}|{metric.Id}", facts.SampleSize, null, ct);
                if (s.Met != metric.Numerator || s.Count != metric.Denominator || s.CannotTell != metric.CannotTell)
                    problems.Add($"figures: {metric.PopulationFile} counts {s.Met} of {s.Count} ({s.CannotTell} can't be told), facts.json says {metric.Numerator} of {metric.Denominator} ({metric.CannotTell})");
                if (!s.Sample.Select(r => r.Id).SequenceEqual(metric.Sample.Select(r => r.Id), StringComparer.Ordinal) || !await SameAsync(folder, metric.SampleFile, s.Sample.Select(r => r.Id), ct))
                    problems.Add($"figures: {metric.SampleFile} is not the sample that the seed draws");
                var exceptions = 0;
                await foreach (var row in PopulationSummary.RowsAsync(Path.Combine(folder, metric.ExceptionFile), ct))
                    exceptions += row.Verdict == Verdicts.Met ? 0 : 1;
                if (exceptions != metric.Exceptions)
                    problems.Add($"figures: {metric.ExceptionFile} lists {exceptions} records, facts.json says {metric.Exceptions}");
                counted++;
            }
            catch (Exception fault) when (fault is FormatException or IOException)
            {
                problems.Add($"figures: {metric.Id} can't be counted: {fault.Message}");
            }
        }

        return counted;
    }

    private static async Task<bool> SameAsync(string folder, string file, IEnumerable<string> ids, CancellationToken ct)
    {
        var there = new List<string>();
        await foreach (var row in PopulationSummary.RowsAsync(Path.Combine(folder, file), ct))
            there.Add(row.Id);
        return there.SequenceEqual(ids, StringComparer.Ordinal);
    }
}
