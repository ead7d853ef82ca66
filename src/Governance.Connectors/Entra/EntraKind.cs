using System.Buffers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Entra;

/// <summary>Service principals, applications, their secrets and grants in one Entra tenant. See docs/connectors/entra.md for the rights that it needs.</summary>
public sealed class EntraKind(TimeProvider clock) : IConnectorKind
{
    /// <summary>How long Microsoft keeps what was deleted.</summary>
    internal static readonly TimeSpan SoftDeletion = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly IdentityKind[] Principals = [IdentityKind.ServicePrincipal, IdentityKind.ManagedIdentity, IdentityKind.Agent];

    public string Kind => "entra";

    public string Title => "Microsoft Entra";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("tenant", "Tenant", "The directory (tenant) id, or a verified domain of it."),
        new("clientId", "Application (client) id", "Of an app registration made for revoking only; not the one that reads the inventory."),
        new("graph", "Graph address", "For another cloud: https://graph.microsoft.us, https://microsoftgraph.chinacloudapi.cn.", Required: false, Default: "https://graph.microsoft.com"),
        new("authority", "Sign-in address", "For another cloud: https://login.microsoftonline.us, https://login.partner.microsoftonline.cn.", Required: false, Default: "https://login.microsoftonline.com"),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Client secret";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PATCH /servicePrincipals/{id}` `accountEnabled=false`") { Kinds = Principals },
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PATCH /applications/{id}` `isDisabled=true`") { Kinds = [IdentityKind.Application] },
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "the value before; after a deletion first `POST /directory/deletedItems/{id}/restore`") { Kinds = [.. Principals, IdentityKind.Application] },
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.RecoverableFor(SoftDeletion), "`DELETE /servicePrincipals/{id}` or `/applications/{id}`: a soft deletion") { Kinds = [.. Principals, IdentityKind.Application] },
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "`POST …/removePassword`, or `PATCH …` without the certificate") { Kinds = [.. Principals, IdentityKind.Application] },
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "`DELETE …/appRoleAssignments/{id}`; `DELETE /oauth2PermissionGrants/{id}`, or `PATCH` without the scope") { Kinds = Principals },
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "`POST …/appRoleAssignments`; `POST /oauth2PermissionGrants`, or `PATCH` with the scope") { Kinds = Principals },
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var graph = FeedEndpoint.Of(settings.Get(this, "graph"), settings.Is(this, "allowPrivate"), null, "graph");
        var authority = FeedEndpoint.Of(settings.Get(this, "authority"), settings.Is(this, "allowPrivate"), null, "authority");
        if (graph.IsRefused || authority.IsRefused)
            return graph.Refusal ?? authority.Refusal!;
        if (settings.Get(this, "tenant") is not { } tenant || tenant.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("connector.setting", "The tenant is an id such as 2f4a9838-26b7-47ee-be60-ccc1fdec5953, or a domain such as contoso.com.", "tenant");
        if (!Guid.TryParse(settings.Get(this, "clientId"), out var client))
            return new Refusal("connector.setting", "The application (client) id is a GUID: copy it from the app registration's overview.", "clientId");
        if (this.Missing(secret) is { } missing)
            return missing;
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client.ToString("D"),
            ["client_secret"] = secret!,
            ["scope"] = graph.Value.Base.AbsoluteUri + ".default",
        };
        var token = new ClientCredentials(new ConnectorHttp(authority.Value, new NoCredential(), clock), $"{tenant}/oauth2/v2.0/token", () => form, clock);
        return Outcome<IConnector>.From(new EntraConnector(new ConnectorHttp(graph.Value, new GrantedToken(token), clock), client));
    }
}
