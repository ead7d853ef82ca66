using System.Globalization;
using Governance.Audit.Checkpoints;
using Governance.Audit.Retention;
using Governance.Audit.Signing;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>What the verifier found.</summary>
/// <param name="Intact">Whether every entry is what was appended, in order, and head, checkpoints and seals agree.</param>
/// <param name="Entries">The number of the last entry read.</param>
/// <param name="HeadHash">The hash of the last entry read; of an empty log 64 zeros.</param>
/// <param name="FirstBroken">Number of the first entry that isn't what it should be; null when intact.</param>
/// <param name="Problem">What is wrong with it, in words.</param>
/// <param name="From">The first entry read: 1, or the one after the checkpoint or seal that the reading began at.</param>
/// <param name="Checkpoints">Signed checkpoints whose signature and root were recomputed and agree.</param>
public sealed record ChainReport(bool Intact, long Entries, string HeadHash, long? FirstBroken, string? Problem, long From = 1, int Checkpoints = 0);

/// <summary>Recomputes the chain and the tree from the stored entries and compares them with the signed checkpoints. It reads what is stored and trusts no stored hash (I-29).</summary>
public sealed class ChainVerifier(IDbContextFactory<GovernanceDb> contexts, SigningKeys keys)
{
    /// <summary>All of it: from the first entry, or the first that is not sealed away.</summary>
    public Task<ChainReport> VerifyAsync(CancellationToken ct) => VerifyAsync(null, [], ct);

    /// <summary>Verifies the log.</summary>
    /// <param name="since">Begins after the checkpoint over so many entries; what came before is taken from its signature. Null for all.</param>
    /// <param name="outside">Checkpoints that were kept outside of the database: the only way to notice that a log and all its checkpoints were cut off.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async Task<ChainReport> VerifyAsync(long? since, IReadOnlyList<AuditCheckpoint> outside, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.AuditHeads.AsNoTracking().SingleOrDefaultAsync(h => h.Id == AuditHead.TheId, ct) is not { } head)
            return new ChainReport(false, 0, AuditCanonicalForm.Genesis, 1, "the log's head is missing: its row was taken away or changed");
        var own = await db.AuditCheckpoints.AsNoTracking().OrderBy(c => c.Size).ToListAsync(ct);
        var seals = await db.AuditSeals.AsNoTracking().OrderBy(s => s.UpTo).ToListAsync(ct);
        var run = new Run(head, own, outside, keys);
        if (run.Begin(since, seals) is { } early)
            return early;
        foreach (var node in await db.AuditNodes.AsNoTracking().ToListAsync(ct))
            run.Nodes[(node.Level, node.Number)] = node.Hash;
        try
        {
            return await ReadAsync(db, run, head, ct);
        }
        catch (UnreadableEntryException fault)
        {
            return run.Broken(run.Chain.Size + 1, $"it can't be read: {fault.Message}");
        }
    }

    private async Task<ChainReport> ReadAsync(GovernanceDb db, Run run, AuditHead head, CancellationToken ct)
    {
        await foreach (var batch in EntriesAhead.ReadAsync(db.AuditEntries.AsNoTracking().Where(e => e.Sequence > run.Start).OrderBy(e => e.Sequence), ct))
        {
            foreach (var entry in batch)
            {
                // An entry appended after the head was read is left for the next run.
                if (entry.Sequence > head.Sequence && run.Chain.Size == head.Sequence)
                    return await HeadAsync(ct) >= entry.Sequence ? run.End() : run.Broken(entry.Sequence, "the entry stands after the recorded head: it was added behind the log's back");
                if (run.Read(entry) is { } broken)
                    return broken;
            }
        }

        return run.End();
    }

    private async Task<long> HeadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AuditHeads.AsNoTracking().Select(h => h.Sequence).SingleAsync(ct);
    }

    /// <summary>One reading of the log.</summary>
    private sealed class Run(AuditHead head, List<AuditCheckpoint> own, IReadOnlyList<AuditCheckpoint> outside, SigningKeys keys)
    {
        private readonly ILookup<long, AuditCheckpoint> expected = own.Concat(outside).ToLookup(c => c.Size);
        private long good;
        private int agreed;
        private long? differs;

        public ChainReader Chain { get; private set; } = ChainReader.FromStart();

        public long Start { get; private set; }

        /// <summary>The kept roots of 256 entries each (level 1), 65,536 (level 2) …, by number.</summary>
        public Dictionary<(int Level, long Number), string> Nodes { get; } = [];

        public ChainReport? Begin(long? since, List<AuditSeal> seals)
        {
            foreach (var checkpoint in own.Concat(outside))
            {
                if (ChainReader.ProblemOf(checkpoint, keys) is { } problem)
                    return Broken(checkpoint.Size, problem);
            }

            foreach (var seal in seals)
            {
                if (AuditSealing.ProblemOf(seal, keys) is { } problem)
                    return Broken(seal.From, problem);
            }

            Start = Math.Max(since ?? 0, seals.Count > 0 ? seals[^1].UpTo : 0);
            if (Start == 0)
                return null;
            if (own.Find(c => c.Size == Start) is not { } from)
                return Broken(Start, string.Create(CultureInfo.InvariantCulture, $"there is no checkpoint over {Start} entries to begin at"));
            try
            {
                Chain = ChainReader.After(from, keys);
            }
            catch (AuditBrokenException broken)
            {
                return Broken(broken.Sequence, broken.Problem);
            }

            good = Start;
            return null;
        }

        public ChainReport? Read(AuditEntry entry)
        {
            var at = Chain.Size + 1;
            if (Chain.Read(entry, Compare) is { } problem)
                return Broken(at, problem);
            foreach (var checkpoint in expected[at])
            {
                if (checkpoint.Root != Convert.ToHexStringLower(Chain.Root()) || checkpoint.HeadHash != Chain.Head)
                {
                    return Broken(
                        differs ?? good + 1,
                        $"the log was rewritten: entries {good + 1} to {at} are chained, but are not those that were signed at {checkpoint.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC");
                }

                if (own.Contains(checkpoint) && checkpoint.Peaks != Chain.Peaks)
                    return Broken(at, $"the parts kept with the checkpoint over {at} entries are not those of the log: its row was changed");
                agreed++;
            }

            if (expected.Contains(at))
                good = at;
            return null;
        }

        public ChainReport End()
        {
            if (head.Sequence != Chain.Size)
                return Broken(Chain.Size + 1, $"the log ends at {Chain.Size} but its head says {head.Sequence}: entries were cut off");
            if (!string.Equals(head.Hash, Chain.Head, StringComparison.Ordinal))
                return Broken(Math.Max(Chain.Size, 1), "the head's hash is not that of the last entry");
            if (expected.Where(e => e.Key > Chain.Size).Select(e => (long?)e.Key).Max() is { } signed)
                return Broken(Chain.Size + 1, $"the log ends at {Chain.Size}, but {signed} entries were signed: entries were cut off");
            return differs is { } torn
                ? Broken(torn, $"the tree kept beside the log does not fit the entries from {torn} on: its rows were changed")
                : new ChainReport(true, Chain.Size, Chain.Head, null, null, Start + 1, agreed);
        }

        public ChainReport Broken(long at, string problem) => new(false, Chain.Size, Chain.Head, at, problem, Start + 1, agreed);

        // Kept are the parts that a checkpoint of ours covers.
        private void Compare(int level, long number, string hash)
        {
            var covered = own.Count > 0 && (number + 1) << (8 * level) <= own[^1].Size;
            if (Nodes.TryGetValue((level, number), out var kept) ? kept != hash : covered)
                differs ??= (number << (8 * level)) + 1;
        }
    }
}
