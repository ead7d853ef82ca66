using Microsoft.Extensions.DependencyInjection;

namespace Governance.Evidence;

public static class EvidenceServices
{
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddSingleton<FrameworkLibrary>();
        services.AddSingleton<Populations>();
        services.AddSingleton<FactsReader>();
        services.AddSingleton<EvidenceService>();
        services.AddSingleton<EvidenceIssuing>();
        services.AddSingleton<EvidenceSharing>();
        services.AddSingleton<EvidenceScheduling>();
        services.AddSingleton<EvidenceQueries>();
        services.AddSingleton<MetricBoard>();
        return services;
    }
}
