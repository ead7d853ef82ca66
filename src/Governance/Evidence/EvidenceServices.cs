using Microsoft.Extensions.DependencyInjection;

namespace Governance.Evidence;

public static class EvidenceServices
{
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddSingleton<FactsReader>();
        services.AddSingleton<EvidenceService>();
        services.AddSingleton<EvidenceQueries>();
        return services;
    }
}
