using Governance.Audit.Forwarding;
using Governance.Connectors.AiVendors;
using Governance.Connectors.Aws;
using Governance.Connectors.Channels;
using Governance.Connectors.Entra;
using Governance.Connectors.GitHub;
using Governance.Connectors.Kubernetes;
using Governance.Connectors.Ldap;
using Governance.Connectors.Mail;
using Governance.Connectors.OAuth;
using Governance.Connectors.Okta;
using Governance.Connectors.PostgreSql;
using Governance.Connectors.Scim;
using Governance.Connectors.Siem;
using Governance.Connectors.Signals;
using Governance.Connectors.Webhook;
using Governance.Inventory;
using Governance.Notifications;
using Governance.Revocation;
using Governance.Signals;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Connectors;

public static class ConnectorServices
{
    /// <summary>Registers every kind of connector that this build has.</summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services)
    {
        services.AddSingleton<IMessageChannel, SmtpChannel>();
        services.AddSingleton<ISyslogDialer, SyslogDialer>();
        services.AddSingleton<ISignalSender, PushSender>();
        services.AddSingleton<IChannelKind, WebhookChannel>();
        services.AddSingleton<IChannelKind, SlackChannel>();
        services.AddSingleton<IChannelKind, TeamsChannel>();
        services.AddSingleton<IConnectorKind, PostgreSqlKind>();
        services.AddSingleton<IConnectorKind, WebhookKind>();
        services.AddSingleton<IConnectorKind, EntraKind>();
        services.AddSingleton<IConnectorKind, LdapKind>();
        services.AddSingleton<IConnectorKind, GitHubKind>();
        services.AddSingleton<IConnectorKind, KubernetesKind>();
        services.AddSingleton<IConnectorKind, ScimKind>();
        services.AddSingleton<IConnectorKind, AwsIamKind>();
        services.AddSingleton<IConnectorKind, OAuthKind>();
        services.AddSingleton<IConnectorKind, OktaKind>();
        services.AddSingleton<IConnectorKind, AnthropicKind>();
        services.AddSingleton<IConnectorKind, OpenAiKind>();
        services.AddSingleton<IInventoryFeed, GraphFeed>();
        services.AddSingleton<IInventoryFeed, GraphPeopleFeed>();
        services.AddSingleton<IInventoryFeed, GitHubFeed>();
        services.AddSingleton<IInventoryFeed, KubernetesFeed>();
        services.AddSingleton<IInventoryFeed, LdapFeed>();
        services.AddSingleton<IInventoryFeed, LdapPeopleFeed>();
        services.AddSingleton<IInventoryFeed, PostgreSqlFeed>();
        services.AddSingleton<IInventoryFeed, ScimFeed>();
        services.AddSingleton<IInventoryFeed, ScimPeopleFeed>();
        return services;
    }
}
