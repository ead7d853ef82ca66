using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Revocation;

namespace Governance.Connectors.Kubernetes;

/// <summary>Service accounts of one cluster: what binds them to rights, their token Secrets, and the accounts themselves. See docs/connectors/kubernetes-accounts.md.</summary>
public sealed class KubernetesKind(TimeProvider clock) : IConnectorKind
{
    public string Kind => "kubernetes-accounts";

    public string Title => "Kubernetes service accounts";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("server", "API server", "https://HOST:6443, as kubectl cluster-info shows it."),
        CommonSettings.Authority,
        CommonSettings.AllowPrivate(true),
    ];

    public string? SecretTitle => "Token of a service account made for revoking";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PATCH` of each (Cluster)RoleBinding without the account; an annotation on the account"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`PATCH` of each of those bindings with the account"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE …/serviceaccounts/{name}` with its uid as precondition, refused while a binding names it"),
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE …/secrets/{name}` with its uid as precondition"),
        new(TargetKind.Credential, RevocationVerb.Rotate, Reversibility.Irreversible, "`DELETE` and `POST …/secrets` of the same name: the cluster fills in a new token"),
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "`PATCH` of the binding without the account"),
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "`PATCH` of the binding with the account"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "server");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        return this.Missing(secret) is { } missing ? missing : Outcome<IConnector>.From(new KubernetesConnector(new ConnectorHttp(endpoint.Value, new FixedToken("Bearer", secret!), clock)));
    }
}
