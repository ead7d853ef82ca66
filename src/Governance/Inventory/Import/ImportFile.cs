using System.Text;

namespace Governance.Inventory;

/// <summary>A stored upload: opened as UTF-8 whatever it was saved as, and counted while it is read.</summary>
public sealed class ImportFile(string path)
{
    /// <summary>The longest single record or line that is read; a longer one is rejected, so that memory stays bounded.</summary>
    public const int MaximumRecord = 4 * 1024 * 1024;

    private const int HeadBytes = 64 * 1024;
    private Func<long>? consumed;

    /// <summary>Bytes of the file that the last opened reading has consumed.</summary>
    public long BytesRead => consumed?.Invoke() ?? 0;

    /// <summary>Whether the run claims that the file holds the whole source.</summary>
    public bool Full { get; init; }

    public required SecretFilter Secrets { get; init; }

    public required ToolCatalogue Catalogue { get; init; }

    /// <summary>A stream of UTF-8 without byte order mark. UTF-16, as PowerShell and Excel save it, is decoded.</summary>
    public Stream Open()
    {
        var counted = new CountingStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan));
        consumed = () => counted.Count;
        Span<byte> start = stackalloc byte[4];
        var length = counted.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        start = start[..length];
        var (encoding, mark) = EncodingOf(start);
        counted.Position = mark;
        return encoding is UTF8Encoding ? counted : Encoding.CreateTranscodingStream(counted, encoding, Encoding.UTF8);
    }

    /// <summary>The beginning, as text, for recognising the format. Invalid bytes become U+FFFD.</summary>
    public string Head()
    {
        using var stream = Open();
        var bytes = new byte[HeadBytes];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
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

    private sealed class CountingStream(FileStream inner) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => Count = inner.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Count += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Count = inner.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
