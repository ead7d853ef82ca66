using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Checkpoints;

/// <summary>Reads entries on a thread of its own, a few hundred ahead of whoever recomputes them: reading and hashing take about as long, so side by side they take half.</summary>
internal static class EntriesAhead
{
    private const int Batch = 128;
    private const int Ahead = 4;

    /// <summary>The entries of the query, in its order, some at a time. The context behind the query is not to be used before the end.</summary>
    public static async IAsyncEnumerable<List<AuditEntry>> ReadAsync(IQueryable<AuditEntry> query, [EnumeratorCancellation] CancellationToken ct)
    {
        var batches = Channel.CreateBounded<List<AuditEntry>>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = Task.Run(() => FillAsync(query, batches.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(ct))
                yield return batch;
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private static async Task FillAsync(IQueryable<AuditEntry> query, ChannelWriter<List<AuditEntry>> into, CancellationToken ct)
    {
        Exception? fault = null;
        var batch = new List<AuditEntry>(Batch);
        try
        {
            await foreach (var entry in query.AsAsyncEnumerable().WithCancellation(ct))
            {
                batch.Add(entry);
                if (batch.Count < Batch)
                    continue;
                await into.WriteAsync(batch, ct);
                batch = new List<AuditEntry>(Batch);
            }
        }
        catch (Exception caught) when (caught is InvalidOperationException or InvalidCastException or FormatException or ArgumentException or OverflowException)
        {
            fault = new UnreadableEntryException(caught);
        }
        catch (Exception caught) when (caught is not OutOfMemoryException)
        {
            // Told to whoever reads; after a break of theirs nobody asks.
            fault = caught;
        }

        // What came before the fault is read first, so that its place is known.
        if (batch.Count > 0 && !ct.IsCancellationRequested)
            await into.WriteAsync(batch, CancellationToken.None).AsTask().WaitAsync(ct).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        into.Complete(fault);
    }
}

/// <summary>The next entry can't be read back: a value stands in it that none of the console's has.</summary>
internal sealed class UnreadableEntryException(Exception inner) : Exception(inner.Message, inner);
