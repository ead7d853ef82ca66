using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Governance.Inventory;
using Governance.Tests.Inventory.Formats;

namespace Governance.Tests.Inventory.BadInput;

public sealed class ArchiveTests : IDisposable
{
    private const string Good = "external_id,name\na,One\n";
    private readonly ReadingDesk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public void A_member_that_unpacks_to_far_more_than_its_size_is_a_bomb_and_the_archive_is_refused()
    {
        var items = desk.Read(FormatTesting.Zip(("a.csv", Encoding.UTF8.GetBytes(Good)), ("b.csv", new byte[60 * 1024 * 1024])));
        items.Single().Reason!.ShouldContain("taken for a bomb");
    }

    [Fact]
    public void Many_members_that_together_unpack_to_far_more_are_a_bomb_though_each_is_small_enough()
    {
        var small = new byte[4 * 1024 * 1024];
        desk.Read(FormatTesting.Zip([.. Enumerable.Range(0, 30).Select(n => ($"{n}.csv", small))])).Single().Reason!.ShouldContain("taken for a bomb");
    }

    [Fact]
    public void A_member_that_is_longer_than_the_archive_says_is_not_read_to_its_end()
    {
        var content = Encoding.UTF8.GetBytes(Good + string.Concat(Enumerable.Range(0, 200_000).Select(n => $"x{n},Name\n")));
        var zip = FormatTesting.Zip(("a.csv", content));
        // The unpacked length, in the central directory: 24 bytes after its signature.
        var directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(directory + 24), 1000);
        var items = desk.Read(zip);
        items.Count(i => i.Identity is not null).ShouldBeLessThan(200, "nothing beyond what the archive told of is read");
    }

    [Fact]
    public void A_gzip_that_unpacks_to_far_more_than_its_size_is_a_bomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes("external_id,name\n"));
            for (var n = 0; n < 60; n++)
                gzip.Write(new byte[1024 * 1024]);
        }

        desk.Read(packed.ToArray()).ShouldContain(i => i.Reason!.Contains("taken for a bomb", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../evil.csv")]
    [InlineData("a/../../evil.csv")]
    [InlineData("..\\evil.csv")]
    [InlineData("/etc/evil.csv")]
    [InlineData("\\evil.csv")]
    [InlineData("C:/evil.csv")]
    public void A_member_whose_name_leads_out_is_not_read_and_the_others_are(string name)
    {
        var items = desk.Read(FormatTesting.Zip((name, "external_id,name\nevil,Evil\n"), ("good.csv", Good)));
        items.Single(i => i.Identity is not null).Key.ShouldBe("a");
        items.Single(i => i.Reason is not null).ShouldSatisfyAllConditions(i => i.Place.ShouldBe(name), i => i.Reason!.ShouldContain("leads out of the archive"));
    }

    [Fact]
    public void An_archive_in_the_archive_is_told_and_not_opened()
    {
        var items = desk.Read(FormatTesting.Zip(("inner.zip", FormatTesting.Zip(("a.csv", Good))), ("renamed.csv", FormatTesting.Zip(("a.csv", Good))), ("good.csv", Encoding.UTF8.GetBytes(Good))));
        items.Single(i => i.Identity is not null).Place.ShouldBe("good.csv: line 2");
        items.Where(i => i.Reason is not null).Select(i => i.Place).ShouldBe(["inner.zip", "renamed.csv"]);
    }

    [Fact]
    public void Two_members_of_one_name_are_both_read()
    {
        desk.Read(FormatTesting.Zip(("a.csv", Good), ("a.csv", "external_id,name\nb,Two\n"))).Select(i => i.Key).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Too_many_members_are_refused() =>
        desk.Read(FormatTesting.Zip([.. Enumerable.Range(0, 10_001).Select(n => ($"{n}.csv", Array.Empty<byte>()))])).Single().Reason!.ShouldContain("at most 10000");

    [Fact]
    public void Cut_off_or_damaged_at_any_byte_an_archive_is_refused_or_told_and_never_throws()
    {
        var zip = FormatTesting.Zip(("a.csv", Good), ("b.json", """[{"id":"1"}]"""), ("c.csv", "external_id,name\nb,Two\n"));
        for (var at = 0; at < zip.Length; at++)
        {
            desk.Read(zip[..at]).ShouldAllBe(i => i.Reason == null || i.Reason.Length > 0);
            byte[] damaged = [.. zip];
            damaged[at] ^= 0x55;
            desk.Read(damaged).ShouldAllBe(i => i.Reason == null || i.Reason.Length > 0);
        }
    }
}
