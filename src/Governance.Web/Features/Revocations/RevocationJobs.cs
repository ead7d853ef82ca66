using Governance.Audit;
using Governance.Common;
using Governance.Revocation;
using Governance.Web.Jobs;
using Governance.Web.Layout;

namespace Governance.Web.Features.Revocations;

/// <summary>The clock of sweeps and steps. Run twice or missed, nothing is lost or done twice: what is due stands in the tables.</summary>
public sealed class RevocationJob(SweepService sweeps, StepRunner steps, Lookout lookout, TimeProvider clock, ILogger<RevocationJob> log)
{
    public async Task SweepAsync(CancellationToken ct)
    {
        var outcome = await sweeps.RunAsync(dryRun: false, Actor.Job("sweep"), ct);
        if (outcome is { IsRefused: false, Value: { } report })
            log.LogInformation("Sweep over {Population} identities ordered {Ordered}, {Held} held. {Brake}", report.Population, report.Ordered, report.Held, report.Brake);
        await PumpAsync(ct);
    }

    /// <summary>Acts on what is due. What only waits for its source's pace is waited for within the minute; the next minute's job goes on.</summary>
    public async Task PumpAsync(CancellationToken ct)
    {
        var end = clock.GetUtcNow().AddSeconds(50);
        do
            await steps.PumpAsync(ct);
        while (await steps.NextTurnAsync(ct) is { } wait && clock.GetUtcNow() + wait < end && await WaitAsync(wait, ct));
    }

    /// <summary>Looks whether what was revoked is still so.</summary>
    public Task LookAsync(CancellationToken ct) => lookout.RunAsync(ct);

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken ct)
    {
        await Task.Delay(wait, clock, ct);
        return true;
    }
}

/// <summary>What the pages and jobs of revocations need in the host.</summary>
public static class RevocationPages
{
    internal const string StepsJob = "revocation-steps";

    public static IServiceCollection AddRevocationPages(this IServiceCollection services)
    {
        services.AddTransient<RevocationJob>();
        services.AddSingleton<AuditFollower, StepFollower>();
        services.AddSingleton(RecurringJob.Of<RevocationJob>("sweep", "23 * * * *", j => j.SweepAsync(CancellationToken.None)));
        services.AddSingleton(RecurringJob.Of<RevocationJob>(StepsJob, "* * * * *", j => j.PumpAsync(CancellationToken.None)));
        services.AddSingleton(RecurringJob.Of<RevocationJob>("revocation-lookout", "*/15 * * * *", j => j.LookAsync(CancellationToken.None)));
        services.AddSingleton(provider => new NavCount("/revocations", (actor, ct) => actor.Holds(Roles.SecurityEngineer) || actor.Holds(Roles.Administrator)
            ? provider.GetRequiredService<RevocationQueries>().WaitingAsync(ct)
            : Task.FromResult(0)));
        return services;
    }
}
