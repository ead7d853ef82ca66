namespace Governance.Audit.Forwarding;

/// <summary>
/// An open connection. Syslog has no acknowledgement: what was written counts as arrived when the connection outlived it for <see cref="Settle"/>, or when the receiver,
/// told that nothing more comes, has read to the end and closed.
/// </summary>
internal sealed class SyslogConnection : IAsyncDisposable
{
    /// <summary>A receiver that dies is noticed within this; what it was sent in its last moments is sent again.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    private readonly SyslogLink link;
    private readonly CancellationTokenSource reading = new();
    private readonly Task<bool> ended;
    private readonly Queue<(long Sequence, DateTimeOffset At)> unsure = new();

    public SyslogConnection(SyslogLink link, Guid version, long after)
    {
        (this.link, Version, Written) = (link, version, after);
        ended = Task.Run(ReadAsync);
    }

    /// <summary>Of the settings that it was made with.</summary>
    public Guid Version { get; }

    /// <summary>The last entry that was written to it.</summary>
    public long Written { get; private set; }

    /// <summary>Whether the other side closed it, or it broke.</summary>
    public bool Ended => ended.IsCompleted;

    /// <summary>Whether something was written that is not known to have arrived.</summary>
    public bool Unsure => unsure.Count > 0;

    /// <exception cref="ReceiverUnreachableException">It broke, or the receiver reads nothing.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> messages, long upTo, TimeProvider clock, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            await link.Stream.WriteAsync(messages, limit.Token);
            await link.Stream.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ReceiverUnreachableException($"The receiver took nothing for {Patience.TotalSeconds:0} s. Look whether it is overloaded.");
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            throw new ReceiverUnreachableException("The connection broke while messages were sent.", fault);
        }

        Written = upTo;
        if (upTo > 0)
            unsure.Enqueue((upTo, clock.GetUtcNow()));
    }

    /// <summary>The last entry that has arrived by now, as far as can be known; null when nothing new has.</summary>
    public long? Confirm(DateTimeOffset now)
    {
        long? last = null;
        while (!Ended && unsure.TryPeek(out var oldest) && now - oldest.At >= Settle)
            last = unsure.Dequeue().Sequence;
        return last;
    }

    /// <summary>Says that nothing more comes, and waits for the receiver to read to the end. True when it did: then everything has arrived.</summary>
    public async Task<bool> CloseAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Farewell);
            await link.EndSending(limit.Token);
            return await ended.WaitAsync(limit.Token);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reading.CancelAsync();
        await link.Stream.DisposeAsync();
        await ended;
        reading.Dispose();
    }

    // A receiver has nothing to say; reading is how its end is noticed. True for an orderly end.
    private async Task<bool> ReadAsync()
    {
        var nothing = new byte[256];
        try
        {
            while (await link.Stream.ReadAsync(nothing, reading.Token) > 0)
            {
                // Whatever it says is not for us.
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }
}
