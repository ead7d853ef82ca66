using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Governance.Inventory;

/// <summary>Reads on a thread of its own, a bounded way ahead of the one that stages: a file is parsed while the batch before is written.</summary>
internal static class ReadAhead
{
    private const int BatchSize = 250;
    private const int Batches = 8;

    /// <summary>
    /// The same items in the same order; a fault of reading comes where it would have come. Ends the reading, and waits for its end, when the caller stops early: a
    /// file is not read from after that.
    /// </summary>
    public static IEnumerable<T> Ahead<T>(this IEnumerable<T> items)
    {
        using var batches = new BlockingCollection<List<T>>(Batches);
        using var stop = new CancellationTokenSource();
        ExceptionDispatchInfo? fault = null;
        var reading = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    Read(items, batches, stop.Token);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // The one who stages went away, and knows.
                }
                catch (Exception e)
                {
                    fault = ExceptionDispatchInfo.Capture(e);
                }
                finally
                {
                    batches.CompleteAdding();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (var batch in batches.GetConsumingEnumerable())
            {
                foreach (var item in batch)
                    yield return item;
            }

            fault?.Throw();
        }
        finally
        {
            stop.Cancel();
            reading.Wait(CancellationToken.None);
        }
    }

    private static void Read<T>(IEnumerable<T> items, BlockingCollection<List<T>> batches, CancellationToken stop)
    {
        var batch = new List<T>(BatchSize);
        try
        {
            foreach (var item in items)
            {
                batch.Add(item);
                if (batch.Count < BatchSize)
                    continue;
                batches.Add(batch, stop);
                batch = new List<T>(BatchSize);
            }
        }
        finally
        {
            // Also before a fault: what was good is kept.
            if (batch.Count > 0 && !stop.IsCancellationRequested)
                batches.Add(batch, stop);
        }
    }
}
