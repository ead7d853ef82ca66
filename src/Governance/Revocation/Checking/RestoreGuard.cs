using System.Globalization;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// Notices that the database came from a backup (I-04): beside it a small file holds how far the audit log had come. A log that is shorter, or tells another
/// story, than what this installation has already seen pulls the stop switch, and two administrators release it: the world has moved on since.
/// </summary>
public sealed class RestoreGuard(IDbContextFactory<GovernanceDb> contexts, DataDirectory data, StopService stops, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly string path = data.File("audit-head");
    private (long Sequence, string Hash) written;

    /// <summary>Looks, pulls the switch if it must, and notes the head. Before anything is sent.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            await LookAloneAsync(ct);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    // The file first and the head after it: another process may write in between, and only what was committed before.
    private async Task LookAloneAsync(CancellationToken ct)
    {
        var seen = await ReadAsync(ct);
        await using var db = await contexts.CreateDbContextAsync(ct);
        var head = await db.AuditHeads.AsNoTracking().Select(h => new { h.Sequence, h.Hash }).SingleAsync(ct);
        if (written == (head.Sequence, head.Hash))
            return;
        if (seen is var (sequence, hash) && await LostAsync(db, sequence, hash, head.Sequence, ct) is { } reason)
            await StopAsync(db, reason, ct);
        var now = await db.AuditHeads.AsNoTracking().Select(h => new { h.Sequence, h.Hash }).SingleAsync(ct);
        await WriteAsync(now.Sequence, now.Hash, ct);
    }

    /// <summary>An operator says that the data came from a backup: stops everything, whatever the file says.</summary>
    public async Task StopAsync(string reason, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await StopAsync(db, reason, ct);
    }

    private async Task StopAsync(GovernanceDb db, string reason, CancellationToken ct) => await db.InTransactionAsync(async () =>
    {
        await RevocationOrders.LockAsync(db, ct);
        await stops.StopAfterRestoreAsync(db, reason, clock.Now(), ct);
        return Done.Value;
    }, ct);

    private static async Task<string?> LostAsync(GovernanceDb db, long sequence, string hash, long head, CancellationToken ct)
    {
        const string Lift = "Compare with the sources what was revoked since, then release.";
        if (sequence == 0)
            return null;
        if (head < sequence)
            return string.Create(CultureInfo.InvariantCulture, $"The database ends at audit entry {head}, but this installation has seen entry {sequence}: it came from a backup. {Lift}");
        var stored = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence == sequence).Select(e => e.Hash).SingleOrDefaultAsync(ct);
        return string.Equals(stored, hash, StringComparison.Ordinal) ? null
            : string.Create(CultureInfo.InvariantCulture, $"Audit entry {sequence} is not the one that this installation has seen: the database came from a backup and went on from there. {Lift}");
    }

    private async Task<(long Sequence, string Hash)?> ReadAsync(CancellationToken ct)
    {
        if (!File.Exists(path))
            return null;
        var parts = (await File.ReadAllTextAsync(path, ct)).Split(' ');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? (sequence, parts[1].Trim()) : null;
    }

    // Written beside and moved over it: killed in between, the one before still stands.
    private async Task WriteAsync(long sequence, string hash, CancellationToken ct)
    {
        var beside = $"{path}.{Environment.ProcessId}.new";
        await File.WriteAllTextAsync(beside, string.Create(CultureInfo.InvariantCulture, $"{sequence} {hash}"), ct);
        File.Move(beside, path, overwrite: true);
        written = (sequence, hash);
    }
}
