using Governance.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Lifecycle;

public static class LifecycleServices
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services)
    {
        services.AddSingleton<LifecycleService>();
        services.AddSingleton<LifecycleQueries>();
        services.AddSingleton<AuditFollower, ActivationFollower>();
        return services;
    }
}
