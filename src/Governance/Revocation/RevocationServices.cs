using Microsoft.Extensions.DependencyInjection;

namespace Governance.Revocation;

public static class RevocationServices
{
    public static IServiceCollection AddRevocation(this IServiceCollection services)
    {
        services.AddSingleton<BrakeService>();
        services.AddSingleton<StopService>();
        services.AddSingleton<AnswerService>();
        services.AddSingleton<BrakeListService>();
        services.AddSingleton<BrakeQueries>();
        services.AddSingleton<ConnectorService>();
        services.AddSingleton<ConnectorPreview>();
        services.AddSingleton<SweepService>();
        services.AddSingleton<RevocationService>();
        services.AddSingleton<ExtensionService>();
        services.AddSingleton<RevocationQueries>();
        services.AddSingleton<StepResults>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<RestoreGuard>();
        services.AddSingleton<LedgerChecker>();
        services.AddSingleton<Lookout>();
        services.AddSingleton<Audit.AuditFollower, UseFollower>();
        return services;
    }
}
