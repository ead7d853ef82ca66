using System.Text;

namespace Governance.Inventory;

/// <summary>One document of an import: the uploaded file itself, or a member of an archive. Opened as UTF-8, whatever it was saved as.</summary>
public sealed class ImportDocument
{
    private readonly Func<Stream> open;
    private readonly Lazy<FileHead> head;

    internal ImportDocument(string? name, Func<Stream> open)
    {
        Name = name;
        this.open = open;
        head = new Lazy<FileHead>(() => FileHead.Of(this));
    }

    /// <summary>The member's name in its archive, for telling places; never used as a path. Null for a file by itself.</summary>
    public string? Name { get; }

    /// <summary>Whether a reading found that it breaks off or is broken: then what it says last, or would have said, is unknown.</summary>
    internal bool BrokeOff { get; set; }

    /// <summary>What its beginning shows.</summary>
    /// <exception cref="UnreadableFileException">It is in an encoding that is not read.</exception>
    public FileHead Head => head.Value;

    /// <summary>The place with the document's name before it, where there are several.</summary>
    public string Place(string place) => Name is null ? (place.Length == 0 ? "the object" : place) : place.Length == 0 ? Name : $"{Name}: {place}";

    /// <summary>A stream of UTF-8 without byte order mark. UTF-16, as PowerShell and Excel save it, is decoded.</summary>
    public Stream Open()
    {
        var stream = open();
        try
        {
            Span<byte> start = stackalloc byte[4];
            var length = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            var (encoding, mark) = EncodingOf(start[..length]);
            var whole = new PrefixedStream(start[mark..length].ToArray(), stream);
            return encoding is UTF8Encoding ? whole : Encoding.CreateTranscodingStream(whole, encoding, Encoding.UTF8);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static (Encoding Encoding, int Mark) EncodingOf(ReadOnlySpan<byte> start) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFF, 0xFE, 0, 0] => throw new UnreadableFileException("The file is UTF-32. Save it as UTF-8 and import it again."),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        [not 0, 0, not 0, 0] => (Encoding.Unicode, 0),
        [0, not 0, 0, not 0] => (Encoding.BigEndianUnicode, 0),
        _ => (Encoding.UTF8, 0),
    };
}
