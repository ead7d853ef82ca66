using System.Globalization;
using System.IO.Compression;
using System.Text;
using Governance.Persistence;

namespace Governance.Inventory;

/// <summary>
/// Takes the documents of one fetch into one zip. The file has no name on disk (or goes with its handle): a killed process leaves nothing behind.
/// </summary>
public sealed class FeedWriter : IAsyncDisposable
{
    /// <summary>The most that one fetch may bring, unpacked.</summary>
    public const long MaximumBytes = 8L * 1024 * 1024 * 1024;

    private readonly FileStream file;
    private readonly ZipArchive zip;
    private readonly DateTimeOffset at;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

    private FeedWriter(FileStream file, DateTimeOffset at) =>
        (this.file, this.at, zip) = (file, at < Earliest ? Earliest : at, new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8));

    public int Documents { get; private set; }

    /// <summary>Objects read so far, as the feed counts them.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes of the documents before they were packed.</summary>
    public long Bytes { get; private set; }

    private static DateTimeOffset Earliest { get; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static FeedWriter Create(DataDirectory data, Guid runId, DateTimeOffset now)
    {
        var path = Path.Combine(data.Folder("feeds"), runId.ToString("N", CultureInfo.InvariantCulture) + ".part");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return new FeedWriter(file, now);
    }

    /// <summary>Adds a document under the next number of its kind: <c>servicePrincipals-0001.json</c>. An empty list is no document: no format could be told from it.</summary>
    public async Task AddAsync(string kind, string extension, ReadOnlyMemory<byte> content, int records, CancellationToken ct)
    {
        if (records == 0)
            return;
        await using var entry = Open(kind, extension);
        await entry.WriteAsync(content, ct);
        Count(content.Length, records);
    }

    /// <summary>Adds a document of lines, one at a time.</summary>
    public async Task AddLinesAsync(string kind, string extension, string header, IAsyncEnumerable<string> lines, CancellationToken ct)
    {
        await using var entry = Open(kind, extension);
        await using var text = new StreamWriter(entry, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(header.AsMemory(), ct);
        await foreach (var line in lines.WithCancellation(ct))
        {
            await text.WriteLineAsync(line.AsMemory(), ct);
            Count(line.Length, 1);
        }
    }

    /// <summary>The zip from its beginning. Nothing can be added after it.</summary>
    public Stream Finish()
    {
        zip.Dispose();
        file.Position = 0;
        return file;
    }

    public ValueTask DisposeAsync()
    {
        zip.Dispose();
        return file.DisposeAsync();
    }

    private Stream Open(string kind, string extension)
    {
        var number = numbers[kind] = numbers.GetValueOrDefault(kind) + 1;
        var entry = zip.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"{kind}-{number:0000}.{extension}"), CompressionLevel.Fastest);
        entry.LastWriteTime = at;
        Documents++;
        return entry.Open();
    }

    private void Count(long bytes, int records)
    {
        (Bytes, Records) = (Bytes + bytes, Records + records);
        if (Bytes > MaximumBytes)
            throw new FeedException("The source sent more than 8 GiB, which is more than one fetch takes. Narrow what it reads, or export and import it in parts.", retryable: false);
    }
}
