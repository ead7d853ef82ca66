using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Okta;

/// <summary>Okta's management API: an app is deactivated before it may be deleted, and so is a secret.</summary>
internal sealed class OktaConnector(ConnectorHttp http) : HttpConnector(http)
{
    private const string Active = "ACTIVE";

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (target.On == TargetKind.Grant)
        {
            var held = await GrantAsync(target, ct);
            return held is null ? new Observation(TargetState.Gone, $"the scope {target.Grant!.Permission} is not granted") { Recoverable = true }
                : new Observation(TargetState.Enabled, $"the scope {target.Grant!.Permission} is granted", JsonSerializer.Serialize(new OktaGrant(held.Value.Text("scopeId")!, held.Value.Text("issuer")!))) { ImmutableId = held.Value.Text("id") };
        }

        if (await Http.FindAsync(Path(target), ct) is not { } found)
            return new Observation(TargetState.Gone, $"no such {(target.Credential is null ? "app or token" : "secret")}");
        // A token has no status: it is there, or it is not.
        var status = found.Text("status") ?? Active;
        var id = found.Text("id")!;
        return status == "DELETED" ? new Observation(TargetState.Gone, "status DELETED")
            : new Observation(status == Active ? TargetState.Enabled : TargetState.Disabled, $"status {status}", JsonSerializer.Serialize(new { id, status })) { ImmutableId = id };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var target = command.Target;
        if (target.On == TargetKind.Grant)
            return await PlanGrantAsync(command, ct);
        var path = Path(target);
        var token = target.Kind == IdentityKind.ApiToken;
        switch (command.Verb)
        {
            case RevocationVerb.Disable when !token:
                return [ConnectorCall.Post(path + "/lifecycle/deactivate")];
            case RevocationVerb.Restore when !token:
                return [ConnectorCall.Post(path + (StatusOf(command.PreState) == Active ? "/lifecycle/activate" : "/lifecycle/deactivate"))];
            case RevocationVerb.Delete when token:
                return [ConnectorCall.Delete(path)];
            case RevocationVerb.Delete:
                return await Http.FindAsync(path, ct) is { } found && found.Text("status") == Active
                    ? throw Refuse($"{QuarantineFirst.Id}: it is active again. It has to be disabled before it is deleted.")
                    : [ConnectorCall.Delete(path)];
            default:
                throw CannotDo(command);
        }
    }

    public override Task<Outcome<string>> TestAsync(CancellationToken ct) => Http.LookAsync(
        $"Signed in to {Http.Host}.",
        [
            new RightProbe("api/v1/apps?limit=1", "apps", "a custom role with 'Manage applications' for the apps that it shall act on"),
            new RightProbe("api/v1/api-tokens?limit=1", "API tokens", "'Manage API tokens' (Super or Org administrator), only where tokens are to be revoked"),
        ],
        ct);

    private sealed record OktaGrant(string ScopeId, string Issuer);

    private static string Path(ConnectorTarget target)
    {
        var id = TargetHints.Part(target.ExternalId);
        if (target.Credential is not { } credential)
            return target.Kind == IdentityKind.ApiToken ? $"api/v1/api-tokens/{id}" : $"api/v1/apps/{id}";
        return credential.Kind == CredentialKind.ClientSecret && credential.ExternalId != "client_secret"
            ? $"api/v1/apps/{id}/credentials/secrets/{TargetHints.Part(credential.ExternalId)}"
            : throw Refuse("Only client secrets that Okta lists with an id are acted on. Keys of a private_key_jwt app are removed in Okta, from its key set.");
    }

    private static string StatusOf(string? preState)
    {
        if (preState is null)
            throw NoStateBefore();
        using var json = JsonDocument.Parse(preState);
        return json.RootElement.Text("status") ?? Active;
    }

    private async Task<JsonElement?> GrantAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (await Http.FindAsync($"api/v1/apps/{TargetHints.Part(target.ExternalId)}/grants", ct) is not { ValueKind: JsonValueKind.Array } list)
            return null;
        foreach (var grant in list.EnumerateArray())
        {
            if (grant.Text("scopeId") == target.Grant!.Permission && grant.Text("status") is null or Active)
                return grant;
        }

        return null;
    }

    private async Task<IReadOnlyList<ConnectorCall>> PlanGrantAsync(ConnectorCommand command, CancellationToken ct)
    {
        var path = $"api/v1/apps/{TargetHints.Part(command.Target.ExternalId)}/grants";
        var held = await GrantAsync(command.Target, ct);
        return (command.Verb, held) switch
        {
            (RevocationVerb.Delete, { } grant) => [ConnectorCall.Delete($"{path}/{TargetHints.Part(grant.Text("id")!)}")],
            (RevocationVerb.Restore, null) => [ConnectorCall.Post(path, Again(command.PreState))],
            (RevocationVerb.Delete or RevocationVerb.Restore, _) => [],
            _ => throw CannotDo(command),
        };
    }

    private static string Again(string? preState)
    {
        var before = JsonSerializer.Deserialize<OktaGrant>(preState ?? throw NoStateBefore())!;
        return JsonSerializer.Serialize(new { scopeId = before.ScopeId, issuer = before.Issuer });
    }
}
