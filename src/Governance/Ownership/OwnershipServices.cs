using Governance.Audit;
using Governance.People;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Ownership;

public static class OwnershipServices
{
    public static IServiceCollection AddOwnership(this IServiceCollection services)
    {
        services.AddSingleton<PeopleQueries>();
        services.AddSingleton<OwnershipService>();
        services.AddSingleton<OwnershipQueries>();
        services.AddSingleton<AuditFollower, LeaverFollower>();
        return services;
    }
}
