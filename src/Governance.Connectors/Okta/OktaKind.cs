using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Okta;

/// <summary>Apps, service apps, their client secrets and scopes, and API tokens of one Okta organisation. See docs/connectors/okta.md.</summary>
public sealed class OktaKind(TimeProvider clock) : IConnectorKind
{
    private static readonly IdentityKind[] Apps = [IdentityKind.Application, IdentityKind.ServiceAccount];

    public string Kind => "okta";

    public string Title => "Okta";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("base", "Okta domain", "https://example.okta.com, without -admin."),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "API token";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`POST /api/v1/apps/{id}/lifecycle/deactivate`") { Kinds = Apps },
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`POST /api/v1/apps/{id}/lifecycle/activate`") { Kinds = Apps },
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE /api/v1/apps/{id}`, refused while it is active; `DELETE /api/v1/api-tokens/{id}`") { Kinds = [.. Apps, IdentityKind.ApiToken] },
        new(TargetKind.Credential, RevocationVerb.Disable, Reversibility.Reversible, "`POST /api/v1/apps/{id}/credentials/secrets/{secret}/lifecycle/deactivate`") { Kinds = Apps },
        new(TargetKind.Credential, RevocationVerb.Restore, Reversibility.Reversible, "`POST …/credentials/secrets/{secret}/lifecycle/activate`") { Kinds = Apps },
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE …/credentials/secrets/{secret}`, refused while it is active") { Kinds = Apps },
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "`DELETE /api/v1/apps/{id}/grants/{grant}`") { Kinds = Apps },
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "`POST /api/v1/apps/{id}/grants`") { Kinds = Apps },
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        return this.Missing(secret) is { } missing ? missing : Outcome<IConnector>.From(new OktaConnector(new ConnectorHttp(endpoint.Value, new FixedToken("SSWS", secret!), clock)));
    }
}
