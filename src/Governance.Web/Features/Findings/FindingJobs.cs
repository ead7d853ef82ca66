using Governance.Findings;
using Governance.Web.Jobs;

namespace Governance.Web.Features.Findings;

/// <summary>Evaluates all each night, since rules measure time, and each hour opens what was accepted until then: the follower does the rest.</summary>
public sealed class FindingJob(FindingService findings)
{
    public Task RunAsync(CancellationToken ct) => findings.EvaluateAsync(ct);

    public Task LapseAsync(CancellationToken ct) => findings.LapseAsync(ct);
}

public static class FindingJobs
{
    public static void AddFindingJobs(this IServiceCollection services)
    {
        services.AddSingleton<FindingJob>();
        services.AddSingleton(RecurringJob.Of<FindingJob>("findings", "7 1 * * *", job => job.RunAsync(CancellationToken.None)));
        services.AddSingleton(RecurringJob.Of<FindingJob>("findings.lapse", "7 * * * *", job => job.LapseAsync(CancellationToken.None)));
    }
}
