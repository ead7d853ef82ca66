using Governance.Evidence;
using Governance.Web.Jobs;

namespace Governance.Web.Features.Evidence;

/// <summary>Keeps each day's figures for the trends, and makes the packages that a schedule wants.</summary>
public sealed class EvidenceJob(MetricBoard board, EvidenceScheduling scheduling)
{
    public Task KeepAsync(CancellationToken ct) => board.KeepAsync(ct);

    public Task ScheduleAsync(CancellationToken ct) => scheduling.RunDueAsync(ct);
}

public static class EvidenceJobs
{
    public static void AddEvidenceJobs(this IServiceCollection services)
    {
        services.AddSingleton<EvidenceJob>();
        services.AddSingleton(RecurringJob.Of<EvidenceJob>("evidence-figures", "12 0 * * *", job => job.KeepAsync(CancellationToken.None)));
        services.AddSingleton(RecurringJob.Of<EvidenceJob>("evidence-schedules", "27 * * * *", job => job.ScheduleAsync(CancellationToken.None)));
    }
}
