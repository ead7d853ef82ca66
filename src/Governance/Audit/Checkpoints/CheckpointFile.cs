using System.Globalization;
using System.Text.Json;
using Governance.Common;
using Governance.Persistence;
using Microsoft.Extensions.Options;

namespace Governance.Audit.Checkpoints;

/// <summary>A checkpoint as it goes out of the console: what an auditor keeps, and verifiers read.</summary>
/// <param name="Size">Entries covered.</param>
/// <param name="Root">Merkle root, hex.</param>
/// <param name="HeadHash">Hash of the last entry covered, hex.</param>
/// <param name="At">When it was signed, in microseconds since 1970, as in the signed text.</param>
/// <param name="KeyId">The signing key's thumbprint.</param>
/// <param name="Signature">Detached JWS over the signed text.</param>
public sealed record CheckpointFile(long Size, string Root, string HeadHash, long At, string KeyId, string Signature)
{
    /// <summary>One that is kept here, as it goes out.</summary>
    public static CheckpointFile Of(AuditCheckpoint checkpoint) =>
        new(checkpoint.Size, checkpoint.Root, checkpoint.HeadHash, AuditCanonicalForm.Microseconds(checkpoint.At), checkpoint.KeyId, checkpoint.Signature);

    /// <summary>Reads a kept checkpoint, or the last of a file with one on each line.</summary>
    public static Outcome<AuditCheckpoint> Parse(string text)
    {
        try
        {
            var last = text.TrimStart().StartsWith('{') && text.Contains('\n', StringComparison.Ordinal) && TryWhole(text) is { } whole
                ? whole
                : JsonSerializer.Deserialize<CheckpointFile>(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Last(), JsonSerializerOptions.Web);
            if (last is { Size: > 0, Root.Length: 64, HeadHash.Length: 64, KeyId: not null, Signature: not null })
            {
                return new AuditCheckpoint
                {
                    Size = last.Size,
                    Root = last.Root,
                    HeadHash = last.HeadHash,
                    At = DateTimeOffset.UnixEpoch.AddMicroseconds(last.At),
                    KeyId = last.KeyId,
                    Signature = last.Signature,
                    Peaks = string.Empty,
                };
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Said below.
        }

        return new Refusal("audit.checkpoint", "The file is no checkpoint: it has to be the JSON that the console gave, with size, root, headHash, at, keyId and signature.");
    }

    private static CheckpointFile? TryWhole(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckpointFile>(text, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Keeps a copy of each checkpoint in a file, best on other storage: whoever rewrites the database and its checkpoints can't rewrite that.</summary>
public sealed class CheckpointCopies(DataDirectory data, IOptions<GovernanceOptions> options)
{
    /// <summary>Where the copies are, one line of JSON each.</summary>
    public string Path => options.Value.CheckpointFile is { Length: > 0 } given ? given : data.File("audit-checkpoints.jsonl");

    /// <summary>Adds one. It is in the database already: a file that can't be written is a fault, but loses nothing.</summary>
    public async Task AddAsync(AuditCheckpoint checkpoint, CancellationToken ct) =>
        await File.AppendAllTextAsync(Path, string.Create(CultureInfo.InvariantCulture, $"{JsonSerializer.Serialize(CheckpointFile.Of(checkpoint), JsonSerializerOptions.Web)}\n"), ct);
}
