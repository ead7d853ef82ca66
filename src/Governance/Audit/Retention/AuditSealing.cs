using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Governance.Audit.Checkpoints;
using Governance.Audit.Exports;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Retention;

/// <summary>What was sealed.</summary>
/// <param name="Seal">The signed statement.</param>
/// <param name="Path">The archive.</param>
/// <param name="Removed">Entries that left the database.</param>
public sealed record Sealed(AuditSeal Seal, string Path, long Removed);

/// <summary>
/// Retention: old entries leave the database only into a sealed archive, never silently (NIST SP 800-53 AU-11). The archive is written and hashed first; seal, removal and the entry that tells of it are one transaction. What is left goes on
/// verifying, from the signed checkpoint that the archive ends with.
/// </summary>
public sealed class AuditSealing(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, AuditExports exports, CheckpointService checkpoints, SigningKeys keys, DataDirectory data, TimeProvider clock)
{
    /// <summary>What is younger stays.</summary>
    public static readonly TimeSpan Youngest = TimeSpan.FromDays(366);

    /// <summary>Every seal, oldest first.</summary>
    public async Task<IReadOnlyList<AuditSeal>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AuditSeals.AsNoTracking().OrderBy(s => s.UpTo).ToListAsync(ct);
    }

    /// <summary>Seals what was written before a time into an archive and takes it out of the database.</summary>
    public async Task<Outcome<Sealed>> SealAsync(DateTimeOffset before, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (by.Kind != ActorKind.CommandLine && Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (before > now - Youngest)
            return new Refusal("audit.too-young", "Entries of the last 366 days stay in the database. Name an earlier day.", "before");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var from = (await db.AuditSeals.MaxAsync(s => (long?)s.UpTo, ct) ?? 0) + 1;
        var old = await db.AuditEntries.Where(e => e.At < before).MaxAsync(e => (long?)e.Sequence, ct) ?? 0;
        // A follower that is behind still has to read its entries.
        var followed = await db.FollowerCursors.MinAsync(c => (long?)c.LastSequence, ct) ?? 0;
        // Nor does an entry go that the SIEM has yet to take.
        if (await db.LogReceivers.Where(r => r.Enabled).Select(r => (long?)r.Confirmed).SingleOrDefaultAsync(ct) is { } taken)
            followed = Math.Min(followed, taken);
        var upTo = Math.Min(old, followed) / 256 * 256;
        if (upTo < from)
            return new Refusal("audit.nothing", "Nothing to seal: fewer than 256 entries are that old, or features or the SIEM have yet to read them.", "before");
        var checkpoint = (await checkpoints.MakeAsync(upTo, ct))!;
        var path = await WriteAsync(db, from, checkpoint, ct);
        string hash;
        await using (var written = File.OpenRead(path))
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(written, ct));
        var key = keys.Current.Kid;
        var seal = new AuditSeal
        {
            From = from,
            UpTo = upTo,
            FileName = Path.GetFileName(path),
            FileHash = hash,
            At = now,
            KeyId = key,
            Signature = DetachedJws.Sign(Encoding.UTF8.GetBytes(AuditSeal.TextOf(from, upTo, hash, now, key)), keys),
        };
        return await db.InTransactionAsync<Sealed>(
            async () =>
            {
                if (await db.AuditSeals.AnyAsync(s => s.UpTo >= from, ct))
                    return new Refusal("audit.sealed-meanwhile", "Somebody else sealed these entries at the same time. Look at the list of seals.");
                db.AuditSeals.Add(seal);
                await db.SaveChangesAsync(ct);
                var removed = await db.AuditEntries.Where(e => e.Sequence <= upTo).ExecuteDeleteAsync(ct);
                await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.AuditSealed, Subjects.AuditLog, "log", Details: new { from, upTo, file = seal.FileName, sha256 = hash, removed }), ct);
                return new Sealed(seal, path, removed);
            },
            ct);
    }

    /// <summary>What is wrong with a seal; null when nothing.</summary>
    public static string? ProblemOf(AuditSeal seal, SigningKeys keys) =>
        seal.FileName == NameOf(seal.From, seal.UpTo) && AuditCanonicalForm.IsWhole(seal.At) && keys.Known.FirstOrDefault(k => k.Kid == seal.KeyId) is { } key && DetachedJws.Problem(seal.Signature, Encoding.UTF8.GetBytes(seal.SignedText), key) is null
            ? null
            : $"the seal of entries {seal.From} to {seal.UpTo} does not bear a signature of a key of this console, or names another file";

    private static string NameOf(long from, long upTo) => string.Create(CultureInfo.InvariantCulture, $"audit-{from:D10}-{upTo:D10}.zip");

    private async Task<string> WriteAsync(GovernanceDb db, long from, AuditCheckpoint checkpoint, CancellationToken ct)
    {
        var path = Path.Combine(data.Folder("audit-archive"), NameOf(from, checkpoint.Size));
        var fresh = path + ".part";
        await using (var file = File.Create(fresh))
        {
            await using (var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, ct))
            {
                await AuditExports.WriteEntriesAsync(archive, db, checkpoint, new AuditFilter(), AuditExportFormat.JsonLines, ct);
                await exports.AddSurroundingsAsync(archive, checkpoint, ct);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        return path;
    }
}
