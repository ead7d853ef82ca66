using Governance.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Lifecycle;

public static class LifecycleServices
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services)
    {
        services.AddSingleton<LifecycleService>();
        services.AddSingleton<LifecycleQueries>();
        services.AddSingleton<RequestService>();
        services.AddSingleton<LifecyclePolicyService>();
        services.AddSingleton<AuditFollower, ActivationFollower>();
        services.AddSingleton<AuditFollower, RequestFollower>();
        return services;
    }
}
