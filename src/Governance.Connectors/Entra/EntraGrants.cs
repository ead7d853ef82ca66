using System.Text.Json;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Entra;

/// <summary>
/// Delegated grants (<c>oauth2PermissionGrants</c>, several scopes in one object) and application roles (<c>appRoleAssignments</c>). What is recorded before
/// names resource and permission and not the object's id, since a grant that is given again is a new object.
/// </summary>
internal sealed class EntraGrants(ConnectorHttp http)
{
    public async Task<Observation> ObserveAsync(string path, ConnectorTarget target, CancellationToken ct)
    {
        var grant = target.Grant!;
        Check(grant);
        if (await http.FindAsync(path + "?$select=id,accountEnabled", ct) is null)
            return new Observation(TargetState.Gone, "its service principal is not there");
        var found = grant.Path == GrantPath.Delegated ? await DelegatedAsync(path, grant, ct) : await RoleAsync(path, grant, ct);
        return found is null
            ? new Observation(TargetState.Gone, $"{grant.Permission} on {grant.Resource} is not granted") { Recoverable = true }
            : new Observation(TargetState.Enabled, $"{grant.Permission} on {grant.Resource} is granted", found.State) { ImmutableId = found.Id };
    }

    public async Task<IReadOnlyList<ConnectorCall>> PlanAsync(string path, ConnectorCommand command, CancellationToken ct)
    {
        var grant = command.Target.Grant!;
        Check(grant);
        var found = grant.Path == GrantPath.Delegated ? await DelegatedAsync(path, grant, ct) : await RoleAsync(path, grant, ct);
        if (command.Verb == RevocationVerb.Delete)
        {
            return found is null ? []
                : found.Others is { Count: > 0 } others ? [ConnectorCall.Patch($"v1.0/oauth2PermissionGrants/{Part(found.Id)}", JsonSerializer.Serialize(new { scope = string.Join(' ', others) }))]
                : [ConnectorCall.Delete(grant.Path == GrantPath.Delegated ? $"v1.0/oauth2PermissionGrants/{Part(found.Id)}" : $"{path}/appRoleAssignments/{Part(found.Id)}")];
        }

        if (found is not null)
            return [];
        var before = JsonSerializer.Deserialize<GrantState>(command.PreState ?? throw new ConnectorException("The state before is not known, so there is nothing to restore to.", retryable: false))!;
        if (grant.Path != GrantPath.Delegated)
            return [ConnectorCall.Post($"{path}/appRoleAssignments", JsonSerializer.Serialize(new { principalId = before.Client, resourceId = before.Resource, appRoleId = before.Permission }))];
        return await SiblingAsync(path, before, ct) is { } sibling
            ? [ConnectorCall.Patch($"v1.0/oauth2PermissionGrants/{Part(sibling.Text("id")!)}", JsonSerializer.Serialize(new { scope = $"{sibling.Text("scope")?.Trim()} {before.Permission}".Trim() }))]
            : [ConnectorCall.Post("v1.0/oauth2PermissionGrants", JsonSerializer.Serialize(new
            {
                clientId = before.Client, consentType = before.Consent == All ? All : "Principal", principalId = before.Consent == All ? null : before.Consent, resourceId = before.Resource, scope = before.Permission,
            }))];
    }

    private const string All = "AllPrincipals";

    private sealed record GrantState(string Client, string Resource, string Permission, string? Consent);

    private sealed record Found(string Id, string State, IReadOnlyList<string>? Others);

    private static void Check(GrantTarget grant)
    {
        if (grant.Path is not (GrantPath.Delegated or GrantPath.Role))
            throw new ConnectorException($"{grant.Permission} is held as {grant.Path}: only delegated grants and application roles are removed from here. Directory roles are removed in Entra, under Roles.", retryable: false);
    }

    private async Task<Found?> DelegatedAsync(string path, GrantTarget grant, CancellationToken ct)
    {
        foreach (var item in await ListAsync(path + "/oauth2PermissionGrants?$top=200", ct))
        {
            var scopes = (item.Text("scope") ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var consent = item.Text("consentType") == All ? All : item.Text("principalId")?.ToLowerInvariant();
            if (!scopes.Contains(grant.Permission, StringComparer.Ordinal) || (grant.Consent is { } by && !by.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Contains(consent, StringComparer.OrdinalIgnoreCase)) || !await IsResourceAsync(item.Text("resourceId"), grant.Resource, ct))
                continue;
            return new Found(item.Text("id")!, JsonSerializer.Serialize(new GrantState(item.Text("clientId")!, item.Text("resourceId")!, grant.Permission, consent)), [.. scopes.Where(s => s != grant.Permission)]);
        }

        return null;
    }

    private async Task<Found?> RoleAsync(string path, GrantTarget grant, CancellationToken ct)
    {
        foreach (var item in await ListAsync(path + "/appRoleAssignments?$top=200", ct))
        {
            var resource = item.Text("resourceId");
            if (!string.Equals(item.Text("resourceDisplayName"), grant.Resource, StringComparison.Ordinal) && !string.Equals(resource, grant.Resource, StringComparison.OrdinalIgnoreCase))
                continue;
            var role = item.Text("appRoleId")!;
            if (string.Equals(role, grant.Permission, StringComparison.OrdinalIgnoreCase) || string.Equals(await RoleNameAsync(resource!, role, ct), grant.Permission, StringComparison.Ordinal))
                return new Found(item.Text("id")!, JsonSerializer.Serialize(new GrantState(item.Text("principalId")!, resource!, role, null)), null);
        }

        return null;
    }

    private async Task<JsonElement?> SiblingAsync(string path, GrantState before, CancellationToken ct)
    {
        foreach (var item in await ListAsync(path + "/oauth2PermissionGrants?$top=200", ct))
        {
            var consent = item.Text("consentType") == All ? All : item.Text("principalId")?.ToLowerInvariant();
            if (item.Text("resourceId") == before.Resource && consent == before.Consent)
                return item;
        }

        return null;
    }

    private async Task<string?> RoleNameAsync(string resource, string role, CancellationToken ct) =>
        await http.FindAsync($"v1.0/servicePrincipals/{Part(resource)}?$select=id,displayName,appRoles", ct) is { } owner
            ? owner.List("appRoles").FirstOrDefault(r => string.Equals(r.Text("id"), role, StringComparison.OrdinalIgnoreCase)).Text("value") : null;

    private async Task<bool> IsResourceAsync(string? id, string? resource, CancellationToken ct) =>
        id is not null && (string.Equals(id, resource, StringComparison.OrdinalIgnoreCase)
            || (await http.FindAsync($"v1.0/servicePrincipals/{Part(id)}?$select=id,displayName,appRoles", ct) is { } owner && string.Equals(owner.Text("displayName"), resource, StringComparison.Ordinal)));

    private async Task<List<JsonElement>> ListAsync(string path, CancellationToken ct)
    {
        var all = new List<JsonElement>();
        for (var next = path; next is not null;)
        {
            var page = await http.FindAsync(next, ct);
            all.AddRange(page?.List("value") ?? []);
            next = page?.Text("@odata.nextLink");
            if (all.Count > 5000)
                throw new ConnectorException("It holds more than 5,000 grants, which are not all looked at. Remove this one by hand.", retryable: false);
        }

        return all;
    }

    private static string Part(string id) => TargetHints.Part(id);
}
