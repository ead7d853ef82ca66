using System.Numerics;

namespace Governance.Audit.Merkle;

/// <summary>Checks proofs after RFC 6962, sections 2.1.1 and 2.1.2 (in the iterative form of RFC 9162). Pure; what does not fit is false, never an exception.</summary>
public static class MerkleProof
{
    /// <summary>Whether the leaf with number <paramref name="index"/> (from 0) is in the tree of that size with that root.</summary>
    public static bool Includes(long index, long size, byte[] leaf, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || leaf.Length != MerkleHash.Size || proof.Any(p => p.Length != MerkleHash.Size))
            return false;
        var (inner, border) = Shape(index, size);
        if (proof.Count != inner + border)
            return false;
        var hash = leaf;
        for (var at = 0; at < inner; at++)
            hash = ((index >> at) & 1) == 0 ? MerkleHash.Node(hash, proof[at]) : MerkleHash.Node(proof[at], hash);
        for (var at = inner; at < proof.Count; at++)
            hash = MerkleHash.Node(proof[at], hash);
        return root.AsSpan().SequenceEqual(hash);
    }

    /// <summary>Whether the tree of the second size holds that of the first unchanged, as its beginning. An empty first tree says nothing, so nothing is proved of it.</summary>
    public static bool IsConsistent(long first, long second, byte[] firstRoot, byte[] secondRoot, IReadOnlyList<byte[]> proof)
    {
        if (first <= 0 || second < first || proof.Any(p => p.Length != MerkleHash.Size))
            return false;
        if (first == second)
            return proof.Count == 0 && firstRoot.AsSpan().SequenceEqual(secondRoot);
        var (inner, border) = Shape(first - 1, second);
        var shift = BitOperations.TrailingZeroCount((ulong)first);
        inner -= shift;
        // A first tree that is one complete subtree of the second is its own seed.
        var whole = first == 1L << shift;
        var start = whole ? 0 : 1;
        if (proof.Count != start + inner + border)
            return false;
        var seed = whole ? firstRoot : proof[0];
        var mask = (first - 1) >> shift;
        var (hash1, hash2) = (seed, seed);
        for (var at = 0; at < inner; at++)
        {
            var next = proof[start + at];
            if (((mask >> at) & 1) == 1)
                (hash1, hash2) = (MerkleHash.Node(next, hash1), MerkleHash.Node(next, hash2));
            else
                hash2 = MerkleHash.Node(hash2, next);
        }

        for (var at = start + inner; at < proof.Count; at++)
            (hash1, hash2) = (MerkleHash.Node(proof[at], hash1), MerkleHash.Node(proof[at], hash2));
        return firstRoot.AsSpan().SequenceEqual(hash1) && secondRoot.AsSpan().SequenceEqual(hash2);
    }

    /// <summary>How many steps of a leaf's way up may turn either way, and how many are along the right border.</summary>
    private static (int Inner, int Border) Shape(long index, long size)
    {
        var inner = 64 - BitOperations.LeadingZeroCount((ulong)(index ^ (size - 1)));
        return (inner, BitOperations.PopCount((ulong)index >> inner));
    }
}
