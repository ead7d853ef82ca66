using System.Globalization;
using Governance.Audit.Merkle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Checkpoints;

/// <summary>The tree over the log as a checkpoint covers it, read from the database a tile at a time.</summary>
public static class LogTree
{
    /// <summary>The tree that the checkpoint of that size signed.</summary>
    public static MerkleTree Of(GovernanceDb db, long size) => new(size, async (level, number, ct) =>
    {
        var from = number * MerkleTile.Width;
        var to = Math.Min(from + MerkleTile.Width, size);
        if (level == 0)
        {
            var hashes = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence > from && e.Sequence <= to)
                .OrderBy(e => e.Sequence).Select(e => new { e.Sequence, e.Hash }).ToListAsync(ct);
            return Whole(hashes.Select(h => h.Sequence - 1), from, hashes.Select(h => MerkleHash.LeafOfEntry(h.Hash)));
        }

        var nodes = await db.AuditNodes.AsNoTracking().Where(n => n.Level == level && n.Number >= from && n.Number < from + MerkleTile.Width)
            .OrderBy(n => n.Number).Select(n => new { n.Number, n.Hash }).ToListAsync(ct);
        return Whole(nodes.Select(n => n.Number), from, nodes.Select(n => Convert.FromHexString(n.Hash)));
    });

    // A gap would shift what comes after it, and prove the wrong thing.
    private static List<byte[]> Whole(IEnumerable<long> numbers, long from, IEnumerable<byte[]> hashes)
    {
        if (numbers.Where((number, at) => number != from + at).Any())
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Rows of the audit log's tree are missing after {from}."));
        return [.. hashes];
    }
}
