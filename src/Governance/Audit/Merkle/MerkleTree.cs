namespace Governance.Audit.Merkle;

/// <summary>
/// Makes proofs from a tree of which complete subtrees of 256 leaves, of 256 of these and so on are kept (as tiles: see <see cref="MerkleTile"/>). A proof needs a few tiles, whatever the log's length.
/// </summary>
/// <param name="size">Leaves of the tree that is proved against.</param>
/// <param name="read">Reads a tile: its level (0 is leaves, 1 is subtrees of 256 leaves …) and its number; the hashes that it holds, at most 256.</param>
public sealed class MerkleTree(long size, Func<int, long, CancellationToken, Task<IReadOnlyList<byte[]>>> read)
{
    private const int KeptTiles = 4096;
    private readonly Dictionary<(int Level, long Number), MerkleTile> tiles = [];
    private readonly Dictionary<(long From, long To), byte[]> parts = [];

    /// <summary>Leaves of the tree.</summary>
    public long Size => size;

    /// <summary>The root over all leaves.</summary>
    public Task<byte[]> RootAsync(CancellationToken ct) => size == 0 ? Task.FromResult(MerkleHash.Empty) : PartAsync(0, size, ct);

    /// <summary>That the leaf with number <paramref name="index"/> is in it.</summary>
    public async Task<IReadOnlyList<byte[]>> InclusionAsync(long index, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<byte[]>();
        for (var (from, to) = (0L, size); to - from > 1;)
        {
            var middle = from + MerkleHash.Split(to - from);
            if (index < middle)
            {
                path.Add(await PartAsync(middle, to, ct));
                to = middle;
            }
            else
            {
                path.Add(await PartAsync(from, middle, ct));
                from = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>That the first <paramref name="first"/> leaves stand in it unchanged.</summary>
    public async Task<IReadOnlyList<byte[]>> ConsistencyAsync(long first, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, size);
        var path = new List<byte[]>();
        if (first == 0 || first == size)
            return path;
        var (from, to, whole) = (0L, size, true);
        while (first != to)
        {
            var middle = from + MerkleHash.Split(to - from);
            if (first <= middle)
            {
                path.Add(await PartAsync(middle, to, ct));
                to = middle;
            }
            else
            {
                path.Add(await PartAsync(from, middle, ct));
                from = middle;
                whole = false;
            }
        }

        if (!whole)
            path.Add(await PartAsync(from, to, ct));
        path.Reverse();
        return path;
    }

    /// <summary>The root over the leaves from one number to before another, which the tree's shape makes a subtree.</summary>
    private async Task<byte[]> PartAsync(long from, long to, CancellationToken ct)
    {
        var count = to - from;
        if (long.IsPow2(count) && from % count == 0)
            return await CompleteAsync((int)long.Log2(count), from / count, ct);
        if (parts.TryGetValue((from, to), out var known))
            return known;
        var middle = from + MerkleHash.Split(count);
        var (left, right) = (await PartAsync(from, middle, ct), await PartAsync(middle, to, ct));
        var hash = MerkleHash.Node(left, right);
        parts[(from, to)] = hash;
        return hash;
    }

    private async Task<byte[]> CompleteAsync(int level, long index, CancellationToken ct)
    {
        var (tileLevel, within) = (level / MerkleTile.Height, level % MerkleTile.Height);
        var number = index >> (MerkleTile.Height - within);
        if (!tiles.TryGetValue((tileLevel, number), out var tile))
        {
            if (tiles.Count >= KeptTiles)
                tiles.Clear();
            tiles[(tileLevel, number)] = tile = new MerkleTile(await read(tileLevel, number, ct));
        }

        return tile.Node(within, index - (number << (MerkleTile.Height - within)));
    }
}

/// <summary>256 neighbours of one level with all complete nodes above them, the way transparency logs keep their trees (C2SP tlog-tiles).</summary>
internal sealed class MerkleTile
{
    /// <summary>Levels in a tile.</summary>
    public const int Height = 8;

    /// <summary>Hashes in its lowest level.</summary>
    public const int Width = 1 << Height;

    private readonly List<IReadOnlyList<byte[]>> levels;

    public MerkleTile(IReadOnlyList<byte[]> lowest)
    {
        levels = [lowest];
        while (levels[^1].Count > 1)
        {
            var below = levels[^1];
            levels.Add([.. Enumerable.Range(0, below.Count / 2).Select(i => MerkleHash.Node(below[2 * i], below[(2 * i) + 1]))]);
        }
    }

    public byte[] Node(int level, long index) =>
        level < levels.Count && index < levels[level].Count ? levels[level][(int)index] : throw new InvalidOperationException("A part of the tree is not kept: the entries were sealed away, or rows are missing.");
}
