using System.Threading.Channels;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Hosting;
using Governance.Web.Jobs;

namespace Governance.Web.Features.Imports;

/// <summary>Works on uploads one after another. What it loses when the process ends stands in the run's row, and is taken up at the next start.</summary>
public sealed class ImportWorker(ImportService imports, ILogger<ImportWorker> log) : BackgroundService
{
    private readonly Channel<(Guid RunId, Actor By)> queue = Channel.CreateUnbounded<(Guid, Actor)>(new UnboundedChannelOptions { SingleReader = true });

    public void Begin(Guid runId, Actor by) => queue.Writer.TryWrite((runId, by));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await imports.ResumeAsync(stoppingToken);
            await foreach (var (runId, by) in queue.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await imports.RunAsync(runId, by, stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    log.LogError(e, "Import run {Run} could not be worked on; it is taken up again at the next start", runId);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogInformation("Imports stop with the process; unfinished ones begin anew at the next start");
        }
    }
}

/// <summary>Removes files that an ended process left and no run waits for, before the first request.</summary>
public sealed class ImportCleaning(ImportService imports) : IStartupStep
{
    public Task RunAsync(CancellationToken ct) => imports.CleanUploadsAsync(ct);
}

public static class ImportPages
{
    public static void AddImportPages(this IServiceCollection services)
    {
        services.AddSingleton<ImportWorker>();
        services.AddHostedService(p => p.GetRequiredService<ImportWorker>());
        services.AddSingleton<IStartupStep, ImportCleaning>();
        services.AddSingleton<FeedWorker>();
        services.AddHostedService(p => p.GetRequiredService<FeedWorker>());
        services.AddTransient<FeedJob>();
        services.AddSingleton(RecurringJob.Of<FeedJob>("live-sources", "* * * * *", j => j.TickAsync()));
    }
}
