using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Governance.Audit.Checkpoints;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Exports;

/// <summary>Takes entries out of the console in a form that proves itself: the entries, each with its proof, the signed checkpoint, the public keys, and a verifier that needs Python and nothing else.</summary>
public sealed class AuditExports(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, CheckpointService checkpoints, SigningKeys keys, TimeProvider clock)
{
    private const int Batch = 2000;

    /// <summary>Writes the archive. The export itself stands in the log first, so that the archive covers it.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="format">As what.</param>
    /// <param name="into">Receives a zip.</param>
    /// <param name="by">Who takes it: an auditor or administrator.</param>
    /// <param name="ct">Cancels it.</param>
    /// <returns>How many entries went out.</returns>
    public async Task<Outcome<long>> WriteAsync(AuditFilter filter, AuditExportFormat format, Stream into, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync<Done>(
            async () =>
            {
                await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.AuditExported, Subjects.AuditLog, "log", Details: new { format, filter }), ct);
                return Done.Value;
            },
            ct);

        var checkpoint = await checkpoints.MakeAsync(ct) ?? throw new InvalidOperationException("The log has the entry of this export, so there is a checkpoint.");
        await using var archive = await ZipArchive.CreateAsync(into, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, ct);
        var count = await WriteEntriesAsync(archive, db, checkpoint, filter, format, ct);
        await AddSurroundingsAsync(archive, checkpoint, ct);
        return count;
    }

    /// <summary>What goes with entries so that a stranger can check them: checkpoint, keys, verifier and a page that says how.</summary>
    internal async Task AddSurroundingsAsync(ZipArchive archive, AuditCheckpoint checkpoint, CancellationToken ct)
    {
        await AddAsync(archive, "checkpoint.json", JsonSerializer.SerializeToUtf8Bytes(CheckpointFile.Of(checkpoint), JsonSerializerOptions.Web), ct);
        await AddAsync(archive, "keys.json", JsonSerializer.SerializeToUtf8Bytes(new { keys = keys.Known }, JsonSerializerOptions.Web), ct);
        await AddAsync(archive, "verify_audit.py", Verifier(), ct);
        await AddAsync(archive, "README.txt", Encoding.UTF8.GetBytes(ReadMe), ct);
    }

    /// <summary>The verifier in Python, which needs its standard library only.</summary>
    public static byte[] Verifier()
    {
        using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream("Governance.Audit.verify_audit.py") ?? throw new InvalidOperationException("The verifier is missing from this build.");
        using var bytes = new MemoryStream();
        script.CopyTo(bytes);
        return bytes.ToArray();
    }

    private const string ReadMe =
        """
        This archive holds entries of an audit log and what proves them.

          entries.*         the entries; each line carries its hash and a proof (RFC 6962)
          checkpoint.json   what the console signed: so many entries, under this root
          keys.json         the public keys. Ask the console's owner, on another way, for the key id that is theirs
          verify_audit.py   checks all of it:  python3 verify_audit.py .

        The verifier needs Python 3.8 or newer, no network, and no other package. Exit code 0 means that everything holds.
        """;

    /// <summary>Writes the entries up to the checkpoint that match, each with its proof. Returns how many.</summary>
    internal static async Task<long> WriteEntriesAsync(ZipArchive archive, GovernanceDb db, AuditCheckpoint checkpoint, AuditFilter filter, AuditExportFormat format, CancellationToken ct)
    {
        var name = format switch { AuditExportFormat.Csv => "entries.csv", AuditExportFormat.Cef => "entries.cef", _ => "entries.jsonl" };
        await using var writer = new StreamWriter(await archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(ct), new UTF8Encoding(false));
        var tree = LogTree.Of(db, checkpoint.Size);
        await using var csv = format == AuditExportFormat.Csv ? new CsvWriter(writer, CsvWriting.Configuration, leaveOpen: true) : null;
        if (csv is not null)
            await CsvWriting.RowAsync(csv, AuditEntryText.Columns);
        var (after, count) = (0L, 0L);
        while (true)
        {
            var from = after;
            var entries = await filter.On(db.AuditEntries.AsNoTracking()).Where(e => e.Sequence > from && e.Sequence <= checkpoint.Size).OrderBy(e => e.Sequence).Take(Batch).ToListAsync(ct);
            foreach (var entry in entries)
            {
                var proven = new ProvenEntry(entry, [.. (await tree.InclusionAsync(entry.Sequence - 1, ct)).Select(Convert.ToHexStringLower)]);
                if (csv is not null)
                    await CsvWriting.RowAsync(csv, AuditEntryText.Row(proven));
                else
                    await writer.WriteAsync((format == AuditExportFormat.Cef ? AuditEntryText.CefLine(entry, proven.Proof, Environment.MachineName) : AuditEntryText.JsonLine(proven)) + "\n");
            }

            count += entries.Count;
            if (entries.Count < Batch)
                return count;
            after = entries[^1].Sequence;
        }
    }

    private static async Task AddAsync(ZipArchive archive, string name, byte[] content, CancellationToken ct)
    {
        await using var stream = await archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(ct);
        await stream.WriteAsync(content, ct);
    }
}
