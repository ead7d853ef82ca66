using System.Numerics;

namespace Governance.Audit.Merkle;

/// <summary>
/// The right edge of a growing tree: the roots of its complete subtrees, largest first. It is all that is needed to go on appending and to know the root, so
/// a checkpoint keeps it and the next one reads only what came since.
/// </summary>
public sealed class MerkleFrontier
{
    private readonly List<byte[]> peaks = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>The peaks as lower-case hex, one after the other.</summary>
    public string Peaks => string.Concat(peaks.Select(Convert.ToHexStringLower));

    /// <summary>The frontier of a tree of that size with those peaks. <see cref="FormatException"/> when they can't belong together.</summary>
    public static MerkleFrontier Restore(long size, string peaks)
    {
        var frontier = new MerkleFrontier { Size = size };
        var bytes = Convert.FromHexString(peaks);
        if (size < 0 || bytes.Length != BitOperations.PopCount((ulong)size) * MerkleHash.Size)
            throw new FormatException($"A tree of {size} leaves has {BitOperations.PopCount((ulong)size)} complete parts, not {bytes.Length / MerkleHash.Size}.");
        for (var at = 0; at < bytes.Length; at += MerkleHash.Size)
            frontier.peaks.Add(bytes[at..(at + MerkleHash.Size)]);
        return frontier;
    }

    /// <summary>Adds a leaf. Tells each complete subtree that it completes: its level (0 is the leaf), its number on that level, and its hash.</summary>
    public void Append(byte[] leaf, Action<int, long, byte[]>? completed = null)
    {
        var hash = leaf;
        var level = 0;
        completed?.Invoke(0, Size, hash);
        for (var rest = Size; (rest & 1) == 1; rest >>= 1)
        {
            hash = MerkleHash.Node(peaks[^1], hash);
            peaks.RemoveAt(peaks.Count - 1);
            level++;
            completed?.Invoke(level, Size >> level, hash);
        }

        peaks.Add(hash);
        Size++;
    }

    /// <summary>The root over all leaves so far.</summary>
    public byte[] Root()
    {
        if (peaks.Count == 0)
            return MerkleHash.Empty;
        var root = peaks[^1];
        for (var at = peaks.Count - 2; at >= 0; at--)
            root = MerkleHash.Node(peaks[at], root);
        return root;
    }
}
