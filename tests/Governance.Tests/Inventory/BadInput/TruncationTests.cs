using System.Diagnostics;
using System.Text;
using Governance.Inventory;

namespace Governance.Tests.Inventory.BadInput;

/// <summary>A download that broke off: at whatever byte, what came before is read, and the rest is told.</summary>
public sealed class TruncationTests
{
    private const int Cuts = 60;

    public static TheoryData<string> Formats()
    {
        using var desk = new ReadingDesk();
        return new TheoryData<string>(desk.Readers.All.Select(r => r.Format));
    }

    [Theory, MemberData(nameof(Formats))]
    public void Cut_off_at_any_byte_a_file_neither_throws_nor_loses_what_came_before(string format)
    {
        using var desk = new ReadingDesk();
        // Of each format one small sample and one larger, of which records are taken.
        var samples = ReadingDesk.Samples.Where(p => new FileInfo(p).Length is > 150 and < 60_000 && desk.Readers.All.First(r => r.Recognises(desk.Open(p).Documents.Single().Head)).Format == format)
            .Where(p => desk.Read(File.ReadAllBytes(p), format).Exists(i => i.Identity is not null || i.Person is not null)).OrderBy(p => new FileInfo(p).Length).ToList();
        samples.ShouldNotBeEmpty();
        var faults = new List<string>();
        foreach (var sample in new[] { samples[0], samples[^1] }.Distinct(StringComparer.Ordinal))
        {
            var content = File.ReadAllBytes(sample);
            var before = 0;
            // A row or a document of YAML that is cut off can look whole: the one at the cut may come and go.
            var atTheCut = content[0] is (byte)'{' or (byte)'[' ? 0 : 1;
            for (var cut = 0; cut <= content.Length; cut = cut == content.Length ? cut + 1 : Math.Min(content.Length, cut + Math.Max(1, content.Length / Cuts)))
            {
                var watch = Stopwatch.StartNew();
                var items = desk.Read(content[..cut], format);
                if (watch.Elapsed > TimeSpan.FromSeconds(5))
                    faults.Add($"{Path.GetFileName(sample)} at {cut}: took {watch.Elapsed}");
                faults.AddRange(items.Where(i => i.Reason is { } reason && (string.IsNullOrWhiteSpace(reason) || string.IsNullOrWhiteSpace(i.Place))).Select(i => $"{Path.GetFileName(sample)} at {cut}: {i}"));
                var taken = items.Where(i => i.Identity is not null || i.Person is not null).DistinctBy(i => i.Key).Count();
                if (taken < before - atTheCut)
                    faults.Add($"{Path.GetFileName(sample)} at {cut}: {taken} records, {before} before; {items.LastOrDefault(i => i.Reason is not null)?.Reason}");
                before = Math.Max(before, taken);
            }

            before.ShouldBeGreaterThan(0);
        }

        faults.ShouldBeEmpty();
    }
}
