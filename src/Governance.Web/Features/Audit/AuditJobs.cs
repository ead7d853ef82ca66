using Governance.Audit.Checkpoints;
using Governance.Web.Jobs;

namespace Governance.Web.Features.Audit;

/// <summary>Signs a checkpoint of the log each quarter of an hour in which something was written.</summary>
public sealed class CheckpointJob(CheckpointService checkpoints)
{
    public Task RunAsync(CancellationToken ct) => checkpoints.MakeAsync(ct);
}

public static class AuditJobs
{
    public static void AddAuditJobs(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointJob>();
        services.AddSingleton(RecurringJob.Of<CheckpointJob>("audit.checkpoint", "*/15 * * * *", job => job.RunAsync(CancellationToken.None)));
    }
}
