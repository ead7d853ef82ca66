using Governance.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Findings;

public static class FindingServices
{
    public static IServiceCollection AddFindings(this IServiceCollection services)
    {
        services.AddSingleton<EvaluationProgress>();
        services.AddSingleton<FindingService>();
        services.AddSingleton<FindingAcceptance>();
        services.AddSingleton<PolicyService>();
        services.AddSingleton<FindingQueries>();
        services.AddSingleton<ReachQueries>();
        services.AddSingleton<AuditFollower, FindingFollower>();
        return services;
    }
}
