using Governance.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Signals;

public static class SignalServices
{
    /// <summary>Needs an <see cref="ISignalSender"/>, which the connectors bring.</summary>
    public static IServiceCollection AddSignals(this IServiceCollection services)
    {
        services.AddSingleton<SignalKeys>();
        services.AddSingleton<ReceiverService>();
        services.AddSingleton<StreamService>();
        services.AddSingleton<SignalDelivery>();
        services.AddSingleton<AuditFollower, SignalFollower>();
        return services;
    }
}
