using System.IO.Compression;
using System.Text;

namespace Governance.Inventory;

/// <summary>
/// A stored upload as documents. A zip's members are read in place, never unpacked to disk, so a name such as <c>../x</c> leads nowhere; it is
/// still refused, since no export makes one. What unpacks to far more than its size is not read (zip bombs).
/// </summary>
internal static class Archive
{
    public const int MaximumMembers = 10_000;

    /// <summary>How much larger than its packed size a member may be, beyond the first 16 MiB. JSON packs to about a tenth.</summary>
    private const int MaximumRatio = 200;

    private const long AlwaysAllowed = 16 * 1024 * 1024;

    public static (IReadOnlyList<ImportDocument> Documents, IReadOnlyList<ReadItem> LeftOut) DocumentsOf(string path, ReadProgress progress)
    {
        Span<byte> start = stackalloc byte[4];
        using (var file = File.OpenRead(path))
            start = start[..file.ReadAtLeast(start, 4, throwOnEndOfStream: false)];
        return start switch
        {
            [(byte)'P', (byte)'K', 3, 4] => Members(path, progress),
            [(byte)'P', (byte)'K', 5, 6] => throw new UnreadableFileException("The archive is empty. Pack the exports again."),
            [0x1F, 0x8B, ..] => ([new ImportDocument(null, () => Unzipped(path, progress))], []),
            _ => ([new ImportDocument(null, () => new CountingStream(Plain(path), long.MaxValue, n => progress.Bytes = n))], []),
        };
    }

    private static (IReadOnlyList<ImportDocument> Documents, IReadOnlyList<ReadItem> LeftOut) Members(string path, ReadProgress progress)
    {
        var documents = new List<ImportDocument>();
        var leftOut = new List<ReadItem>();
        try
        {
            using var archive = ZipFile.OpenRead(path);
            if (archive.Entries.Count > MaximumMembers)
                throw new UnreadableFileException($"The archive has {archive.Entries.Count} members; at most {MaximumMembers} are read. Split it.");
            if (archive.Entries.Sum(e => (double)e.Length) > AlwaysAllowed + ((double)new FileInfo(path).Length * MaximumRatio))
                throw new UnreadableFileException("The archive unpacks to far more than its size: it was taken for a bomb and not read. Import its files by themselves.");
            long before = 0;
            foreach (var (index, entry) in archive.Entries.Index().OrderBy(e => e.Item.FullName, StringComparer.Ordinal))
            {
                if (entry.FullName.EndsWith('/') || IsLitter(entry.FullName))
                    continue;
                var name = Shown(entry.FullName);
                if (Problem(entry) is { } problem)
                    leftOut.Add(ReadItem.Rejected(name, null, problem));
                else
                    documents.Add(Member(path, entry, index, name, before, progress));
                before += entry.CompressedLength;
            }
        }
        catch (InvalidDataException)
        {
            throw new UnreadableFileException("The archive is damaged or cut off. Pack the exports again.");
        }

        if (documents.Count == 0)
            throw new UnreadableFileException(leftOut.Count == 0 ? "The archive is empty. Pack the exports again." : $"The archive holds nothing that can be read. {leftOut[0].Place}: {leftOut[0].Reason}.");
        return (documents, leftOut);
    }

    private static ImportDocument Member(string path, ZipArchiveEntry entry, int index, string name, long before, ReadProgress progress)
    {
        var packed = Math.Max(1, entry.CompressedLength);
        var unpacked = Math.Max(1, entry.Length);
        // The total is held by what the archive says of its members, so no member may be longer than that.
        var most = Math.Min(AlwaysAllowed + (packed * MaximumRatio), unpacked);
        return new ImportDocument(name, () =>
        {
            var archive = ZipFile.OpenRead(path);
            try
            {
                return new CountingStream(new MemberStream(archive, archive.Entries[index].Open()), most, n => progress.Bytes = before + (long)(packed * Math.Min(1.0, (double)n / unpacked)));
            }
            catch (Exception e)
            {
                archive.Dispose();
                throw e is InvalidDataException or NotSupportedException ? new UnreadableFileException($"{name} in the archive is damaged, or packed in a way that is not read. Pack it again.") : e;
            }
        });
    }

    private static string? Problem(ZipArchiveEntry entry) =>
        entry.FullName.Split('/', '\\').Contains("..", StringComparer.Ordinal) || entry.FullName[0] is '/' or '\\' || entry.FullName.Contains(':', StringComparison.Ordinal)
            ? "its name leads out of the archive, which no export does; it was not read"
            : entry.IsEncrypted ? "it is encrypted; pack it without a password"
            : entry.FullName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? "it is an archive in the archive; unpack it and import its files" : null;

    /// <summary>What operating systems leave in archives.</summary>
    private static bool IsLitter(string name) => name.StartsWith("__MACOSX/", StringComparison.Ordinal) || name.EndsWith(".DS_Store", StringComparison.Ordinal) || name.EndsWith("Thumbs.db", StringComparison.Ordinal);

    private static string Shown(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name.Length > 200 ? name[^200..] : name)
            clean.Append(char.IsControl(c) ? '\uFFFD' : c);
        return clean.ToString();
    }

    private static CountingStream Unzipped(string path, ReadProgress progress)
    {
        var packed = new FileInfo(path).Length;
        return new CountingStream(new GZipStream(Plain(path), CompressionMode.Decompress), AlwaysAllowed + (packed * MaximumRatio), n => progress.Bytes = Math.Min(packed, n));
    }

    private static FileStream Plain(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);

    /// <summary>A member's stream, which holds its archive open.</summary>
    private sealed class MemberStream(ZipArchive archive, Stream member) : ReadOnlyStream(member)
    {
        public override int Read(Span<byte> buffer) => Inner.Read(buffer);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
                archive.Dispose();
        }
    }
}
