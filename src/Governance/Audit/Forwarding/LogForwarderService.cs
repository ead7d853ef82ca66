using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Governance.Audit.Forwarding;

/// <summary>The forwarder as a service of the host; beside the followers, since a receiver that is slow must not hold them up.</summary>
public sealed class LogForwarderService(LogForwarder forwarder, TimeProvider clock, ILogger<LogForwarderService> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(10);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await forwarder.StopAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // What is not known to have arrived is sent again at the next start.
            log.LogWarning(fault, "The connection to the SIEM did not end in good order");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Poll;
            try
            {
                while (await forwarder.PumpAsync(stoppingToken) > 0)
                {
                    // More may be waiting.
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                log.LogError(fault, "Sending the audit log failed; it is tried again in {Seconds} s", AfterFault.TotalSeconds);
                wait = AfterFault;
            }

            await Task.Delay(wait, clock, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
