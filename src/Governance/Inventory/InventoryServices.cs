using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Inventory;

public static class InventoryServices
{
    /// <summary>Imports, the inventory's pages, and tools.</summary>
    public static IServiceCollection AddInventory(this IServiceCollection services)
    {
        services.AddSingleton(p => new SecretFilter(p.GetRequiredService<Persistence.DataDirectory>(), p.GetService<IConfiguration>()));
        services.AddSingleton<ToolCatalogue>();
        services.AddSingleton<IInventoryReader, AwsReader>();
        services.AddSingleton<IInventoryReader, IdentityCsvReader>();
        services.AddSingleton<IInventoryReader, PeopleCsvReader>();
        services.AddSingleton<IInventoryReader>(p => new GraphUsersReader(p.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton<IInventoryReader, ScimPeopleReader>();
        services.AddSingleton<IInventoryReader>(p => new LdifPeopleReader(p.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton<IInventoryReader, McpReader>();
        services.AddSingleton<IInventoryReader, GitleaksReader>();
        services.AddSingleton<IInventoryReader, TrufflehogReader>();
        services.AddSingleton<IInventoryReader, OpenAiReader>();
        services.AddSingleton<IInventoryReader, AnthropicReader>();
        services.AddSingleton<IInventoryReader, GitHubReader>();
        services.AddSingleton<IInventoryReader, KubernetesReader>();
        services.AddSingleton<IInventoryReader, SpireReader>();
        services.AddSingleton<IInventoryReader, KeycloakReader>();
        services.AddSingleton<IInventoryReader, OktaReader>();
        services.AddSingleton<IInventoryReader, ScimReader>();
        services.AddSingleton<IInventoryReader, VaultReader>();
        services.AddSingleton<IInventoryReader, CycloneDxReader>();
        services.AddSingleton<IInventoryReader, GoogleWorkspaceReader>();
        services.AddSingleton<IInventoryReader, SlackReader>();
        services.AddSingleton<IInventoryReader, AzureHoundReader>();
        services.AddSingleton<IInventoryReader, GcpReader>();
        services.AddSingleton<IInventoryReader, GraphReader>();
        services.AddSingleton<InventoryReaders>();
        services.AddSingleton<PeopleGuard>();
        services.AddSingleton<ImportService>();
        services.AddSingleton<ImportMappings>();
        services.AddSingleton<ImportQueries>();
        services.AddSingleton<InventoryQueries>();
        services.AddSingleton<ToolService>();
        services.AddSingleton<FeedSecrets>();
        services.AddSingleton<FeedService>();
        services.AddSingleton<FeedRunner>();
        services.AddSingleton<FeedQueries>();
        services.AddSingleton<CatalogueService>();
        services.AddSingleton<TriageService>();
        services.AddSingleton<TriageQueries>();
        services.AddSingleton<LinkService>();
        services.AddSingleton<PictureQueries>();
        services.AddSingleton<Audit.IUpkeep, CatalogueUpgrade>();
        services.AddSingleton<Audit.AuditFollower, MeaningFollower>();
        return services;
    }
}
