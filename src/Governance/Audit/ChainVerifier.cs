using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>What the verifier found.</summary>
/// <param name="Intact">Whether every entry is what was appended, in order, and the head agrees.</param>
/// <param name="Entries">How many entries were read.</param>
/// <param name="HeadHash">The hash of the last entry read; of an empty log 64 zeros. Keep a copy outside to notice truncation.</param>
/// <param name="FirstBroken">Number of the first entry that isn't what it should be; null when intact.</param>
/// <param name="Problem">What is wrong with it, in words.</param>
public sealed record ChainReport(bool Intact, long Entries, string HeadHash, long? FirstBroken, string? Problem);

/// <summary>Recomputes the whole chain from the stored entries. It reads what is stored and trusts no stored hash.</summary>
public sealed class ChainVerifier(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<ChainReport> VerifyAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var head = await db.AuditHeads.AsNoTracking().SingleAsync(h => h.Id == AuditHead.TheId, ct);
        var (count, previous) = (0L, AuditCanonicalForm.Genesis);
        // An entry appended after the head was read is left for the next run.
        await foreach (var entry in db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (entry.Sequence > head.Sequence && count == head.Sequence)
            {
                if (await db.AuditHeads.AsNoTracking().Select(h => h.Sequence).SingleAsync(ct) >= entry.Sequence)
                    break;
                return Broken(entry.Sequence, "the entry stands after the recorded head: it was added behind the log's back");
            }

            count++;
            if (entry.Sequence != count)
                return Broken(count, $"entry {count} is missing: the next one stored is {entry.Sequence}");
            if (!string.Equals(entry.PreviousHash, previous, StringComparison.Ordinal))
                return Broken(count, "its previous hash is not the hash of the entry before it: one of the two was changed, or entries were reordered");
            if (!string.Equals(entry.Hash, AuditCanonicalForm.HashOf(entry), StringComparison.Ordinal))
                return Broken(count, "its content no longer gives its hash: it was changed after it was written");
            previous = entry.Hash;
        }

        if (head.Sequence != count)
            return Broken(count + 1, $"the log ends at {count} but its head says {head.Sequence}: entries were cut off");
        if (!string.Equals(head.Hash, previous, StringComparison.Ordinal))
            return Broken(Math.Max(count, 1), "the head's hash is not that of the last entry");
        return new ChainReport(true, count, previous, null, null);

        ChainReport Broken(long at, string problem) => new(false, count, previous, at, problem);
    }
}
