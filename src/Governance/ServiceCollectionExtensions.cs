using Governance.Accounts;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Exports;
using Governance.Audit.Forwarding;
using Governance.Audit.Retention;
using Governance.Audit.Signing;
using Governance.Campaigns;
using Governance.Evidence;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Notifications;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Signals;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Governance;

/// <summary>Registers the product for a host; the web host and the command line call the same.</summary>
public static class ServiceCollectionExtensions
{
    public static IServiceCollection AddGovernance(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<GovernanceOptions>(configuration.GetSection(GovernanceOptions.Section));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DataDirectory>();
        services.AddSingleton<InstallationLock>();
        services.AddDbContextFactory<GovernanceDb>((provider, builder) =>
        {
            var options = provider.GetRequiredService<IOptions<GovernanceOptions>>().Value;
            builder.UseGovernanceDatabase(options.Database.Provider, GovernanceDbOptions.ConnectionString(options, provider.GetRequiredService<DataDirectory>()));
        });
        services.AddSingleton<DatabaseMigrator>();
        services.AddKeyRing();
        services.AddAudit();
        services.AddInventory();
        services.AddNotifications();
        services.Configure<MailOptions>(configuration.GetSection(MailOptions.Section));
        services.AddOwnership();
        services.AddLifecycle();
        services.AddRevocation();
        services.AddSignals();
        services.AddFindings();
        services.AddCampaigns();
        services.AddEvidence();
        services.AddAccounts();
        return services;
    }

    private static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<FollowerSignal>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditQueries>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<ChainVerifier>();
        services.AddSingleton<CheckpointCopies>();
        services.AddSingleton<CheckpointService>();
        services.AddSingleton<AuditExports>();
        services.AddSingleton<AuditSealing>();
        services.AddSingleton<LogForwarding>();
        services.AddSingleton<LogForwarder>();
        services.AddSingleton<Followers>();
    }
}
