namespace Governance.Inventory;

/// <summary>What the streams of an import have in common: read from front to back, once.</summary>
internal abstract class ReadOnlyStream(Stream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    protected Stream Inner { get; } = inner;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override int Read(Span<byte> buffer);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Bytes that were looked at already, and then the rest.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream rest) : ReadOnlyStream(rest)
{
    private int given;

    public override int Read(Span<byte> buffer)
    {
        if (given == prefix.Length)
            return Inner.Read(buffer);
        var count = Math.Min(buffer.Length, prefix.Length - given);
        prefix.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }
}

/// <summary>Counts what is read, and stops what unpacks to more than it may.</summary>
internal sealed class CountingStream(Stream inner, long most, Action<long> read) : ReadOnlyStream(inner)
{
    private long count;

    public override int Read(Span<byte> buffer)
    {
        int got;
        try
        {
            got = Inner.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw new UnreadableFileException("The archive is damaged: what it holds can't be unpacked. Pack it again.");
        }

        count += got;
        if (count > most)
            throw new UnreadableFileException("The archive unpacks to far more than its size: it was taken for a bomb and not read. Import its files by themselves.");
        read(count);
        return got;
    }
}
