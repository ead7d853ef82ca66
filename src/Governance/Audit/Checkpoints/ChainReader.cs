using System.Text;
using Governance.Audit.Merkle;
using Governance.Audit.Signing;

namespace Governance.Audit.Checkpoints;

/// <summary>Follows the chain entry by entry, recomputing each hash and the tree over them. Trusts no stored hash.</summary>
internal sealed class ChainReader
{
    private readonly MerkleFrontier frontier;

    private ChainReader(MerkleFrontier frontier, string head) => (this.frontier, Head) = (frontier, head);

    /// <summary>Entries read so far; the last one's number.</summary>
    public long Size => frontier.Size;

    /// <summary>Hash of the last entry read.</summary>
    public string Head { get; private set; }

    /// <inheritdoc cref="MerkleFrontier.Peaks"/>
    public string Peaks => frontier.Peaks;

    /// <inheritdoc cref="MerkleFrontier.Root"/>
    public byte[] Root() => frontier.Root();

    /// <summary>Before the first entry.</summary>
    public static ChainReader FromStart() => new(new MerkleFrontier(), AuditCanonicalForm.Genesis);

    /// <summary>Behind a checkpoint, which is checked first.</summary>
    /// <exception cref="AuditBrokenException">Its signature or its parts are not what they should be.</exception>
    public static ChainReader After(AuditCheckpoint checkpoint, SigningKeys keys)
    {
        if (ProblemOf(checkpoint, keys) is { } problem)
            throw new AuditBrokenException(checkpoint.Size, problem);
        var frontier = FrontierOf(checkpoint);
        return frontier is not null && Convert.ToHexStringLower(frontier.Root()) == checkpoint.Root
            ? new ChainReader(frontier, checkpoint.HeadHash)
            : throw new AuditBrokenException(checkpoint.Size, "the checkpoint's parts do not give its signed root: its row was changed");
    }

    /// <summary>What is wrong with a checkpoint's signature; null when nothing.</summary>
    public static string? ProblemOf(AuditCheckpoint checkpoint, SigningKeys keys)
    {
        if (keys.Known.FirstOrDefault(k => k.Kid == checkpoint.KeyId) is not { } key)
            return $"the checkpoint over {checkpoint.Size} entries names key {checkpoint.KeyId}, which this console never had: it was changed or made elsewhere";
        if (!AuditCanonicalForm.IsWhole(checkpoint.At))
            return $"the time of the checkpoint over {checkpoint.Size} entries was changed";
        return DetachedJws.Problem(checkpoint.Signature, Encoding.UTF8.GetBytes(checkpoint.SignedText), key) is { } problem
            ? $"the signature of the checkpoint over {checkpoint.Size} entries is wrong: {problem}"
            : null;
    }

    /// <summary>Takes the next entry. Returns what is wrong with it, or null. Tells every complete part of 256 entries (level 1), 65,536 (level 2) …</summary>
    public string? Read(AuditEntry entry, Action<int, long, string>? node = null)
    {
        var expected = Size + 1;
        if (entry.Sequence != expected)
            return $"entry {expected} is missing: the next one stored is {entry.Sequence}";
        if (!string.Equals(entry.PreviousHash, Head, StringComparison.Ordinal))
            return "its previous hash is not the hash of the entry before it: one of the two was changed, or entries were reordered";
        Span<byte> hash = stackalloc byte[MerkleHash.Size];
        AuditCanonicalForm.HashOf(entry, hash);
        Span<char> text = stackalloc char[2 * MerkleHash.Size];
        Convert.TryToHexStringLower(hash, text, out _);
        if (!text.SequenceEqual(entry.Hash) || !AuditCanonicalForm.IsWhole(entry.At))
            return "its content no longer gives its hash: it was changed after it was written";
        Head = entry.Hash;
        frontier.Append(MerkleHash.Leaf(hash), (level, number, complete) =>
        {
            if (level > 0 && level % MerkleTile.Height == 0)
                node?.Invoke(level / MerkleTile.Height, number, Convert.ToHexStringLower(complete));
        });
        return null;
    }

    private static MerkleFrontier? FrontierOf(AuditCheckpoint checkpoint)
    {
        try
        {
            return MerkleFrontier.Restore(checkpoint.Size, checkpoint.Peaks);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
