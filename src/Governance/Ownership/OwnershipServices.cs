using Governance.Audit;
using Governance.Inventory;
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
        services.AddSingleton<RoleService>();
        services.AddSingleton<ClaimService>();
        services.AddSingleton<ProposalService>();
        services.AddSingleton<AskService>();
        services.AddSingleton<ProposalMeasureService>();
        services.AddSingleton<EscalationService>();
        services.AddSingleton<SuccessionService>();
        services.AddSingleton<OwnerRuleService>();
        services.AddSingleton<PolicyService>();
        services.AddSingleton<CoverageService>();
        services.AddSingleton<IOwnerCount, OwnerCount>();
        services.AddSingleton<AuditFollower, HeldDirectoryFollower>();
        services.AddSingleton<AuditFollower, LeaverFollower>();
        services.AddSingleton<AuditFollower, OwnerRuleFollower>();
        services.AddSingleton<AuditFollower, ProposalFollower>();
        return services;
    }
}
