using Governance.Inventory;

namespace Governance.Tests.Inventory.BadInput;

public sealed class RecognitionTests
{
    /// <summary>Which formats the samples of a folder are of.</summary>
    private static readonly Dictionary<string, string[]> Formats = new(StringComparer.Ordinal)
    {
        ["csv"] = ["csv-identities", "csv-people"],
        ["aws"] = ["aws-iam"],
        ["entra"] = ["entra-graph"],
        ["google-workspace"] = ["google-workspace-tokens"],
        ["people"] = ["entra-users", "scim-people", "ldif-people"],
        ["mcp"] = ["mcp-configuration"],
        ["slack"] = ["slack-apps"],
    };

    [Fact]
    public void Each_sample_is_recognised_by_its_own_reader_and_by_no_other_whatever_their_order()
    {
        using var desk = new ReadingDesk();
        var backwards = new InventoryReaders(desk.Readers.All.Reverse());
        var wrong = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in ReadingDesk.Samples)
        {
            var folder = Path.GetFileName(Path.GetDirectoryName(path)!);
            var head = desk.Open(path).Documents.Single().Head;
            var takers = desk.Readers.All.Where(r => !r.LastResort && r.Recognises(head)).Select(r => r.Format).ToList();
            var (taken, turned) = (desk.Readers.All.First(r => r.Recognises(head)).Format, backwards.All.First(r => r.Recognises(head)).Format);
            seen.Add(taken);
            if (takers.Count > 1 || taken != turned || !(Formats.GetValueOrDefault(folder) ?? [folder]).Contains(taken, StringComparer.Ordinal))
                wrong.Add($"{folder}/{Path.GetFileName(path)}: {string.Join(", ", takers)}; {taken}, {turned}");
        }

        wrong.ShouldBeEmpty();
        desk.Readers.All.Select(r => r.Format).Except(seen, StringComparer.Ordinal).ShouldBeEmpty("each reader has a sample");
        desk.Readers.All.Count(r => r.LastResort).ShouldBe(1, "two could not be told apart");
    }
}
