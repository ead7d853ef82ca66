using Governance.Ownership;
using Governance.Web.Jobs;
using Governance.Web.Layout;

namespace Governance.Web.Features.Owners;

/// <summary>Carries unanswered questions on, and keeps the coverage of the day.</summary>
public sealed class OwnerJob(EscalationService escalation, CoverageService coverage)
{
    public Task QuestionsAsync(CancellationToken ct) => escalation.RunAsync(ct);

    public Task CoverageAsync(CancellationToken ct) => coverage.SnapshotAsync(ct);
}

public static class OwnerPages
{
    /// <summary>The number beside "My identities": what the reader has not answered yet.</summary>
    public static void AddOwnerPages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new NavCount("/owners/proposals", async (actor, ct) =>
            actor.PersonId is { } person ? await provider.GetRequiredService<OwnershipQueries>().ProposalCountAsync(person, ct) : 0));
        services.AddSingleton<OwnerJob>();
        services.AddSingleton(RecurringJob.Of<OwnerJob>("owner-questions", "23 * * * *", job => job.QuestionsAsync(CancellationToken.None)));
        services.AddSingleton(RecurringJob.Of<OwnerJob>("owner-coverage", "41 */6 * * *", job => job.CoverageAsync(CancellationToken.None)));
    }
}
