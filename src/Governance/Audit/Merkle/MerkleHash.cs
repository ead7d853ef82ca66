using System.Numerics;
using System.Security.Cryptography;

namespace Governance.Audit.Merkle;

/// <summary>The hashes of a Merkle tree after RFC 6962, section 2.1: SHA-256, a leaf behind the byte 0, a node behind the byte 1.</summary>
public static class MerkleHash
{
    /// <summary>Bytes of each hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>The root of a tree without leaves: SHA-256 of nothing.</summary>
    public static byte[] Empty { get; } = SHA256.HashData([]);

    /// <summary>The hash of a leaf with that content.</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = content.Length <= 256 ? stackalloc byte[content.Length + 1] : new byte[content.Length + 1];
        bytes[0] = 0;
        content.CopyTo(bytes[1..]);
        return SHA256.HashData(bytes);
    }

    /// <summary>The hash of the node above two others.</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Size)];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Size)..]);
        return SHA256.HashData(bytes);
    }

    /// <summary>The leaf of an audit entry: its content is the entry's own hash, 32 bytes, which covers all of its fields.</summary>
    public static byte[] LeafOfEntry(string entryHash) => Leaf(Convert.FromHexString(entryHash));

    /// <summary>The largest power of two below <paramref name="count"/>, which is at least 2: where the tree parts.</summary>
    internal static long Split(long count) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(count - 1)));
}
