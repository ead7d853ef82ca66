using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Entra;

/// <summary>
/// Client secrets and certificates by their key id. <c>removeKey</c> wants a proof signed with another certificate's private key, which the console does
/// not have; so a certificate is left out of the list, which Graph documents as the other way.
/// </summary>
internal static class EntraCredentials
{
    private const string Lists = "?$select=id,appId,passwordCredentials,keyCredentials";

    public static async Task<Observation> ObserveAsync(ConnectorHttp http, string path, ConnectorTarget target, CancellationToken ct)
    {
        if (await http.FindAsync(path + Lists, ct) is not { } owner)
            return new Observation(TargetState.Gone, "its application or service principal is not there");
        if (Find(owner, KeyId(target)) is not { } found)
            return new Observation(TargetState.Gone, "no secret and no certificate has this key id");
        var key = found.Key.Text("keyId")!.ToLowerInvariant();
        var ends = found.Key.Text("endDateTime");
        return new Observation(TargetState.Enabled, $"{(found.Secret ? "secret" : "certificate")} {key}, ends {ends ?? "never"}", JsonSerializer.Serialize(new { keyId = key })) { ImmutableId = key };
    }

    public static async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorHttp http, string path, ConnectorTarget target, CancellationToken ct)
    {
        if (await http.FindAsync(path + Lists, ct) is not { } owner || Find(owner, KeyId(target)) is not { } found)
            return [];
        var key = found.Key.Text("keyId")!;
        if (found.Secret)
            return [ConnectorCall.Post(path + "/removePassword", JsonSerializer.Serialize(new { keyId = key }))];
        var rest = new JsonArray([.. owner.List("keyCredentials").Where(k => !Same(k, key)).Select(k => JsonNode.Parse(k.GetRawText()))]);
        // The list replaces the whole: a certificate that came back without its public key would be lost with it.
        return rest.Any(k => k?["key"] is null)
            ? throw new ConnectorException("Graph did not give the public keys of the certificates that stay, so the list is not written. Remove this certificate by hand.", retryable: false)
            : [ConnectorCall.Patch(path, new JsonObject { ["keyCredentials"] = rest }.ToJsonString())];
    }

    private static string KeyId(ConnectorTarget target) => Guid.TryParse(target.Credential!.ExternalId, out var id) ? id.ToString("D")
        : throw new ConnectorException(
            target.Credential.Kind == CredentialKind.FederatedTrust ? "A federated trust is no secret: remove it from the application by hand." : $"{target.Credential.ExternalId} is no key id of Entra: the inventory knows this credential by its place only.", retryable: false);

    private static (JsonElement Key, bool Secret)? Find(JsonElement owner, string id)
    {
        foreach (var secret in owner.List("passwordCredentials"))
        {
            if (Same(secret, id))
                return (secret, true);
        }

        foreach (var key in owner.List("keyCredentials"))
        {
            if (Same(key, id))
                return (key, false);
        }

        return null;
    }

    private static bool Same(JsonElement credential, string id) => string.Equals(credential.Text("keyId"), id, StringComparison.OrdinalIgnoreCase);
}
