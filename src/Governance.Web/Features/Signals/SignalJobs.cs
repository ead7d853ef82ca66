using Governance.Signals;
using Hangfire;

namespace Governance.Web.Features.Signals;

/// <summary>Says when tokens are pushed; what is to be pushed stands in the table.</summary>
public sealed class SignalJob(SignalDelivery delivery)
{
    [DisableConcurrentExecution(60)]
    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken ct) => delivery.PumpAsync(ct);
}

/// <summary>Begins to push as soon as something was observed, instead of at the next full minute.</summary>
public sealed class SignalPushFollower(Microsoft.EntityFrameworkCore.IDbContextFactory<Governance.Persistence.GovernanceDb> contexts, TimeProvider clock, IRecurringJobManagerV2 jobs)
    : Governance.Audit.AuditFollower(contexts, clock)
{
    internal const string Job = "signals";

    protected override string Name => "signals.push";

    protected override IReadOnlyCollection<string> Actions { get; } = [Governance.Audit.AuditActions.RevocationStepDone, Governance.Audit.AuditActions.RevocationUndone];

    protected override Task FollowAsync(Governance.Persistence.GovernanceDb db, IReadOnlyList<Governance.Audit.AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        jobs.TriggerJob(Job);
        return Task.CompletedTask;
    }
}

internal static class SignalPages
{
    public static void AddSignalPages(this IServiceCollection services)
    {
        services.AddTransient<SignalJob>();
        // After the follower that makes the tokens, which the core registers.
        services.AddSingleton<Governance.Audit.AuditFollower, SignalPushFollower>();
        services.AddSingleton(Jobs.RecurringJob.Of<SignalJob>(SignalPushFollower.Job, "* * * * *", j => j.RunAsync(CancellationToken.None)));
    }
}
