using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Governance.Audit;

/// <summary>Runs all followers until nothing is left to read: after each command on the command line, and as a service in the host.</summary>
public sealed class Followers(IEnumerable<AuditFollower> followers, IEnumerable<IUpkeep> upkeep)
{
    /// <summary>Catches up until every follower is idle; what one appends, another may read.</summary>
    public async Task CatchUpAsync(CancellationToken ct)
    {
        for (var busy = true; busy;)
        {
            busy = false;
            foreach (var work in upkeep)
            {
                while (await work.CatchUpAsync(ct) > 0)
                    busy = true;
            }

            foreach (var follower in followers)
            {
                while (await follower.CatchUpAsync(ct) > 0)
                    busy = true;
            }
        }
    }
}

/// <summary>The followers as a service: wakes on the signal, and every quarter of a second for what other nodes appended.</summary>
public sealed class FollowerService(Followers followers, FollowerSignal signal, ILogger<FollowerService> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Poll;
            try
            {
                await followers.CatchUpAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // A follower that fails must not stop the others for ever, nor spin; its cursor stays and it tries again.
                log.LogError(fault, "A follower of the audit sequence failed; it tries again in {Seconds} s", AfterFault.TotalSeconds);
                wait = AfterFault;
            }

            await signal.WaitAsync(wait, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
