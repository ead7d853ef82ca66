using Governance.Notifications;
using Hangfire;

namespace Governance.Web.Features.Notifications;

/// <summary>Says when messages are sent by other channels; what is to be sent stands in the ledger.</summary>
public sealed class DeliveryJob(DeliveryService deliveries)
{
    [DisableConcurrentExecution(60)]
    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken ct) => deliveries.PumpAsync(ct);
}

internal static class DeliveryJobs
{
    public static void AddDeliveryJob(this IServiceCollection services)
    {
        services.AddTransient<DeliveryJob>();
        services.AddSingleton(Jobs.RecurringJob.Of<DeliveryJob>("messages", "* * * * *", j => j.RunAsync(CancellationToken.None)));
    }
}
