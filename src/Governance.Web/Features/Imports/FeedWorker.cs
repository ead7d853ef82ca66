using System.Threading.Channels;
using Governance.Inventory;

namespace Governance.Web.Features.Imports;

/// <summary>
/// Fetches what is due, a few sources at a time, so that one that makes us wait does not hold up the others. What is due stands in the tables: a lost
/// signal costs at most until the next one.
/// </summary>
public sealed class FeedWorker(FeedRunner runner, ILogger<FeedWorker> log) : BackgroundService
{
    private const int AtOnce = 3;
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(AtOnce) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something may be due.</summary>
    public void Wake() => signals.Writer.TryWrite(true);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => LoopAsync(stoppingToken)));

    private async Task LoopAsync(CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            await foreach (var _ in signals.Reader.ReadAllAsync(ct))
            {
                try
                {
                    await runner.RunDueAsync(ct);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    log.LogError(e, "Live sources could not be looked after; they are looked at again in a minute");
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            log.LogInformation("Live sources stop with the process");
        }
    }
}

/// <summary>The clock of live sources. Thin: what is due stands in the tables.</summary>
public sealed class FeedJob(FeedWorker worker)
{
    public Task TickAsync()
    {
        worker.Wake();
        return Task.CompletedTask;
    }
}
