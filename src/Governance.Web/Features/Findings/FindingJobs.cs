using Governance.Findings;
using Governance.Web.Jobs;

namespace Governance.Web.Features.Findings;

/// <summary>Evaluates each hour, since rules measure time and accepted risks end: the follower does the rest.</summary>
public sealed class FindingJob(FindingService findings)
{
    public Task RunAsync(CancellationToken ct) => findings.EvaluateAsync(ct);
}

public static class FindingJobs
{
    public static void AddFindingJobs(this IServiceCollection services)
    {
        services.AddSingleton<FindingJob>();
        services.AddSingleton(RecurringJob.Of<FindingJob>("findings", "7 * * * *", job => job.RunAsync(CancellationToken.None)));
    }
}
