using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>Every connector that speaks HTTP, with each thing that it can take away.</summary>
public static class Benches
{
    public static IReadOnlyDictionary<string, Func<Task<Bench>>> All { get; } = new Dictionary<string, Func<Task<Bench>>>(StringComparer.Ordinal)
    {
        ["entra: disable a service principal"] = () => EntraService.StartAsync(RevocationVerb.Disable, EntraService.Principal),
        ["entra: delete a service principal"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Principal),
        ["entra: disable an application"] = () => EntraService.StartAsync(RevocationVerb.Disable, EntraService.Application),
        ["entra: delete an application"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Application),
        ["entra: remove a secret"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Application with { Credential = new CredentialTarget(EntraService.SecretKey, CredentialKind.ClientSecret) }),
        ["entra: remove a certificate"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Application with { Credential = new CredentialTarget(EntraService.CertificateKey, CredentialKind.Certificate) }),
        ["entra: remove an application role"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Principal with { Grant = new GrantTarget("Mail.Read", "Microsoft Graph", GrantPath.Role) }),
        ["entra: remove a delegated grant"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Principal with { Grant = new GrantTarget("Files.Read", "Microsoft Graph", GrantPath.Delegated, null, EntraService.Consenter) }),
        ["entra: remove one scope of a grant"] = () => EntraService.StartAsync(RevocationVerb.Delete, EntraService.Principal with { Grant = new GrantTarget("Mail.Send", "Microsoft Graph", GrantPath.Delegated, null, "AllPrincipals") }),
        ["okta: deactivate an app"] = () => OktaService.StartAsync(RevocationVerb.Disable, OktaService.App),
        ["okta: revoke a token"] = () => OktaService.StartAsync(RevocationVerb.Delete, OktaService.Token),
        ["okta: deactivate a secret"] = () => OktaService.StartAsync(RevocationVerb.Disable, OktaService.App with { Credential = new CredentialTarget("ocs1", CredentialKind.ClientSecret) }),
        ["okta: remove a scope"] = () => OktaService.StartAsync(RevocationVerb.Delete, OktaService.App with { Grant = new GrantTarget("okta.users.read", "Okta", GrantPath.Direct) }),
        ["kubernetes: unbind an account"] = () => KubernetesService.StartAsync(RevocationVerb.Disable, KubernetesService.Account),
        ["kubernetes: remove a binding"] = () => KubernetesService.StartAsync(RevocationVerb.Delete, KubernetesService.Account with { Grant = new GrantTarget("ml/writer", "namespace ml", GrantPath.Role) }),
        ["kubernetes: delete a token Secret"] = () => KubernetesService.StartAsync(RevocationVerb.Delete, KubernetesService.Account with { Credential = new CredentialTarget("secret/indexer-token", CredentialKind.Token) }),
        ["github: suspend an installation"] = () => GitHubService.StartAsync(RevocationVerb.Disable, GitHubService.Installation),
        ["github: remove a deploy key"] = () => GitHubService.StartAsync(RevocationVerb.Delete, GitHubService.DeployKey),
        ["github: revoke a fine-grained token"] = () => GitHubService.StartAsync(RevocationVerb.Delete, GitHubService.Pat),
        ["github: remove an authorization"] = () => GitHubService.StartAsync(RevocationVerb.Delete, GitHubService.Authorization),
        ["github: remove a secret"] = () => GitHubService.StartAsync(RevocationVerb.Delete, GitHubService.OrgSecret),
        ["scim: deactivate an account"] = () => ScimService.StartAsync(RevocationVerb.Disable),
        ["aws: deny a user everything"] = () => AwsService.StartAsync(RevocationVerb.Disable, AwsService.User),
        ["aws: deny a role everything"] = () => AwsService.StartAsync(RevocationVerb.Disable, AwsService.Role),
        ["aws: make an access key inactive"] = () => AwsService.StartAsync(RevocationVerb.Disable, AwsService.User with { Credential = AwsService.AccessKey }),
        ["anthropic: disable a key"] = () => AiServices.AnthropicAsync(),
        ["openai: delete a project key"] = () => AiServices.OpenAiAsync(new ConnectorTarget("key_project", "a key") { Kind = IdentityKind.ApiToken }),
        ["openai: delete an admin key"] = () => AiServices.OpenAiAsync(new ConnectorTarget("key_admin", "a key") { Kind = IdentityKind.ApiToken }),
        ["openai: delete a service account"] = () => AiServices.OpenAiAsync(new ConnectorTarget("svc_acct_1", "an account") { Kind = IdentityKind.ServiceAccount }),
    };

    public static Task<Bench> StartAsync(string name) => All[name]();

    /// <summary>The same, of something that never was.</summary>
    public static ConnectorTarget Another(ConnectorTarget target) =>
        target.Credential is { } credential ? target with { Credential = credential with { ExternalId = Never(credential.ExternalId) } }
        : target.Grant is { } grant ? target with { Grant = grant with { Permission = "Never.Granted" } }
        : target with { ExternalId = Never(target.ExternalId) };

    private static string Never(string id) => Guid.TryParse(id, out _) ? Guid.CreateVersion7().ToString() : id + "999";
}
