using System.Text;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Checkpoints;

/// <summary>Signs what the log holds: reads what came since the last checkpoint, recomputes it, and puts a root and a signature beside it. It never signs an entry that is not what was appended.</summary>
public sealed class CheckpointService(IDbContextFactory<GovernanceDb> contexts, SigningKeys keys, CheckpointCopies copies, TimeProvider clock)
{
    /// <summary>The last checkpoint; null before the first.</summary>
    public async Task<AuditCheckpoint?> LastAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await LastAsync(db, ct);
    }

    /// <summary>Makes a checkpoint over all that is committed, or gives the last one when nothing came since. Null for an empty log. Two nodes that do it at once make one.</summary>
    /// <exception cref="AuditBrokenException">An entry is not what was appended: nothing is signed.</exception>
    public Task<AuditCheckpoint?> MakeAsync(CancellationToken ct) => MakeAsync(null, ct);

    /// <summary>Makes a checkpoint over the entries up to that number, or gives the one that is there.</summary>
    internal async Task<AuditCheckpoint?> MakeAsync(long? size, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (made, found) = await db.InTransactionAsync<(AuditCheckpoint? Made, AuditCheckpoint? Found)>(
            async () =>
            {
                // The head's lock: entries up to it are committed, and another node's checkpoint is seen or waits.
                await db.AuditHeads.Where(h => h.Id == AuditHead.TheId).ExecuteUpdateAsync(s => s.SetProperty(h => h.Id, h => h.Id), ct);
                var head = await db.AuditHeads.AsNoTracking().SingleAsync(h => h.Id == AuditHead.TheId, ct);
                var target = size ?? head.Sequence;
                var before = await db.AuditCheckpoints.AsNoTracking().Where(c => c.Size <= target).OrderByDescending(c => c.Size).FirstOrDefaultAsync(ct);
                return target == (before?.Size ?? 0) ? (null, before) : (await SignAsync(db, target, before, ct), null);
            },
            ct);
        if (made is not null)
            await copies.AddAsync(made, ct);
        return made ?? found;
    }

    private static Task<AuditCheckpoint?> LastAsync(GovernanceDb db, CancellationToken ct) =>
        db.AuditCheckpoints.AsNoTracking().OrderByDescending(c => c.Size).FirstOrDefaultAsync(ct);

    private async Task<AuditCheckpoint> SignAsync(GovernanceDb db, long target, AuditCheckpoint? before, CancellationToken ct)
    {
        var chain = before is null ? ChainReader.FromStart() : ChainReader.After(before, keys);
        var from = chain.Size;
        var kept = await db.AuditCheckpoints.MaxAsync(c => (long?)c.Size, ct) ?? 0;
        await foreach (var entry in db.AuditEntries.AsNoTracking().Where(e => e.Sequence > from && e.Sequence <= target).OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (chain.Read(entry, Keep) is { } problem)
                throw new AuditBrokenException(chain.Size + 1, problem);
        }

        if (chain.Size != target)
            throw new AuditBrokenException(chain.Size + 1, $"the log ends at {chain.Size} but its head says {target}");
        var now = clock.Now();
        var root = Convert.ToHexStringLower(chain.Root());
        var key = keys.Current.Kid;
        var text = AuditCheckpoint.TextOf(chain.Size, root, chain.Head, now, key);
        var checkpoint = new AuditCheckpoint
        {
            Size = chain.Size,
            Root = root,
            HeadHash = chain.Head,
            At = now,
            KeyId = key,
            Signature = DetachedJws.Sign(Encoding.UTF8.GetBytes(text), keys),
            Peaks = chain.Peaks,
        };
        db.AuditCheckpoints.Add(checkpoint);
        await db.SaveChangesAsync(ct);
        return checkpoint;

        // Parts that end before the last checkpoint were kept with it.
        void Keep(int level, long number, string hash)
        {
            if ((number + 1) << (8 * level) > kept)
                db.AuditNodes.Add(new AuditNode { Level = level, Number = number, Hash = hash });
        }
    }
}

/// <summary>The log holds an entry that is not what was appended, so that nothing can be signed over it.</summary>
/// <param name="sequence">Number of the first such entry.</param>
/// <param name="problem">What is wrong with it, in words.</param>
public sealed class AuditBrokenException(long sequence, string problem) : Exception($"The audit log is broken at entry {sequence}: {problem}.")
{
    /// <summary>Number of the first such entry.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>What is wrong with it, in words.</summary>
    public string Problem { get; } = problem;
}
