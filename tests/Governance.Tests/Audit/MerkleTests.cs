using System.Text.Json;
using CsCheck;
using Governance.Audit.Merkle;

namespace Governance.Tests.Audit;

/// <summary>The cases of a transparency log's own test data (see tests/data/MANIFEST.md), and trees of every small size.</summary>
public sealed class MerkleTests
{
    private static readonly string Cases = Path.Combine(Governance.Tests.Support.Repository.Root, "tests", "data", "standards", "merkle", "testdata");

    [Fact]
    public void Inclusion_proofs_of_RFC_6962_are_accepted_and_refused_as_they_should_be()
    {
        var (good, bad) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Cases, "inclusion"), "*.json", SearchOption.AllDirectories))
        {
            using var read = JsonDocument.Parse(File.ReadAllBytes(file));
            var c = read.RootElement;
            var holds = MerkleProof.Includes(Number(c, "leafIdx"), Number(c, "treeSize"), Bytes(c, "leafHash"), Proof(c), Bytes(c, "root"));
            holds.ShouldBe(!c.GetProperty("wantErr").GetBoolean(), file);
            _ = holds ? good++ : bad++;
        }

        good.ShouldBeGreaterThan(3);
        bad.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Consistency_proofs_of_RFC_6962_are_accepted_and_refused_as_they_should_be()
    {
        var (good, bad) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Cases, "consistency"), "*.json", SearchOption.AllDirectories))
        {
            using var read = JsonDocument.Parse(File.ReadAllBytes(file));
            var c = read.RootElement;
            var holds = MerkleProof.IsConsistent(Number(c, "size1"), Number(c, "size2"), Bytes(c, "root1"), Bytes(c, "root2"), Proof(c));
            holds.ShouldBe(!c.GetProperty("wantErr").GetBoolean(), file);
            _ = holds ? good++ : bad++;
        }

        good.ShouldBeGreaterThan(3);
        bad.ShouldBeGreaterThan(40);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    public async Task Proofs_made_from_tiles_are_accepted_for_every_leaf_and_every_earlier_size(int size)
    {
        var (leaves, nodes, roots) = Grow(size);
        var tree = Tree(size, leaves, nodes);
        (await tree.RootAsync(default)).ShouldBe(roots[size]);
        for (var at = 0; at < size; at++)
        {
            MerkleProof.Includes(at, size, leaves[at], await tree.InclusionAsync(at, default), roots[size]).ShouldBeTrue($"leaf {at}");
            if (at > 0)
                MerkleProof.IsConsistent(at, size, roots[at], roots[size], await tree.ConsistencyAsync(at, default)).ShouldBeTrue($"from {at}");
        }
    }

    [Fact]
    public void A_frontier_that_was_put_away_goes_on_as_if_it_had_not_been() => Gen.Int[0, 1000].Select(Gen.Int[0, 1000]).Sample(
        sizes =>
        {
            var (first, more) = sizes;
            var whole = new MerkleFrontier();
            for (var at = 0; at < first; at++)
                whole.Append(LeafOf(at));
            var restored = MerkleFrontier.Restore(whole.Size, whole.Peaks);
            for (var at = first; at < first + more; at++)
            {
                whole.Append(LeafOf(at));
                restored.Append(LeafOf(at));
            }

            return restored.Root().SequenceEqual(whole.Root()) && restored.Size == first + more;
        },
        iter: 60);

    [Fact]
    public void Peaks_of_another_size_are_refused() => Should.Throw<FormatException>(() => MerkleFrontier.Restore(3, new string('0', 64)));

    [Fact]
    public async Task A_changed_leaf_has_no_proof()
    {
        var (leaves, nodes, roots) = Grow(300);
        var proof = await Tree(300, leaves, nodes).InclusionAsync(17, default);
        MerkleProof.Includes(17, 300, LeafOf(9999), proof, roots[300]).ShouldBeFalse();
        MerkleProof.Includes(18, 300, leaves[17], proof, roots[300]).ShouldBeFalse();
    }

    private static MerkleTree Tree(int size, List<byte[]> leaves, Dictionary<(int, long), byte[]> nodes) => new(size, (level, number, _) =>
    {
        var from = number * 256;
        return Task.FromResult<IReadOnlyList<byte[]>>(level == 0
            ? leaves.Skip((int)from).Take(256).ToList()
            : [.. nodes.Where(n => n.Key.Item1 == level && n.Key.Item2 / 256 == number).OrderBy(n => n.Key.Item2).Select(n => n.Value)]);
    });

    private static (List<byte[]> Leaves, Dictionary<(int, long), byte[]> Nodes, List<byte[]> Roots) Grow(int size)
    {
        var (frontier, leaves, nodes) = (new MerkleFrontier(), new List<byte[]>(), new Dictionary<(int, long), byte[]>());
        var roots = new List<byte[]> { frontier.Root() };
        for (var at = 0; at < size; at++)
        {
            leaves.Add(LeafOf(at));
            frontier.Append(leaves[at], (level, number, hash) =>
            {
                if (level > 0 && level % 8 == 0)
                    nodes[(level / 8, number)] = hash;
            });
            roots.Add(frontier.Root());
        }

        return (leaves, nodes, roots);
    }

    private static byte[] LeafOf(int at) => MerkleHash.Leaf(BitConverter.GetBytes(at));

    // Numbers beyond 63 bits are refused by their sign.
    private static long Number(JsonElement c, string name) => c.GetProperty(name).TryGetInt64(out var n) ? n : -1;

    private static byte[] Bytes(JsonElement c, string name) => c.GetProperty(name).ValueKind == JsonValueKind.Null ? [] : c.GetProperty(name).GetBytesFromBase64();

    private static List<byte[]> Proof(JsonElement c) =>
        c.GetProperty("proof").ValueKind == JsonValueKind.Null ? [] : [.. c.GetProperty("proof").EnumerateArray().Select(p => p.GetBytesFromBase64())];
}
