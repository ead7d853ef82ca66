using System.Text.Json.Nodes;
using Governance.Connectors.Entra;
using Governance.Inventory;
using Governance.Revocation;
using Microsoft.AspNetCore.WebUtilities;

namespace Governance.Tests.Connectors;

/// <summary>The parts of Microsoft Graph v1.0 that revoke, as learn.microsoft.com/graph/api documents them. Never tried against a tenant.</summary>
internal static class EntraService
{
    public const string SecretKey = "aaaaaaaa-0000-0000-0000-000000000001";
    public const string CertificateKey = "aaaaaaaa-0000-0000-0000-000000000002";
    public const string Consenter = "dddddddd-0000-0000-0000-000000000001";
    private const string Client = "cccccccc-0000-0000-0000-000000000009";
    private const string Resource = "eeeeeeee-0000-0000-0000-000000000001";
    private const string MailRead = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";

    public static ConnectorTarget Principal { get; } = new("bbbbbbbb-0000-0000-0000-000000000001", "ml-indexer") { Kind = IdentityKind.ServicePrincipal };

    public static ConnectorTarget Application { get; } = new("bbbbbbbb-0000-0000-0000-000000000002", "ml-indexer app") { Kind = IdentityKind.Application };

    public static async Task<Bench> StartAsync(RevocationVerb verb, ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        var tokens = 0;
        var objects = new Dictionary<string, JsonObject>(StringComparer.OrdinalIgnoreCase)
        {
            [Principal.ExternalId] = new() { ["id"] = Principal.ExternalId, ["appId"] = "cccccccc-0000-0000-0000-000000000001", ["displayName"] = "ml-indexer", ["accountEnabled"] = true },
            [Application.ExternalId] = new()
            {
                ["id"] = Application.ExternalId,
                ["appId"] = "cccccccc-0000-0000-0000-000000000001",
                ["displayName"] = "ml-indexer",
                ["isDisabled"] = null,
                ["passwordCredentials"] = new JsonArray(new JsonObject { ["keyId"] = SecretKey, ["endDateTime"] = "2027-01-01T00:00:00Z", ["hint"] = "kX8" }),
                ["keyCredentials"] = new JsonArray(
                    new JsonObject { ["keyId"] = CertificateKey, ["type"] = "AsymmetricX509Cert", ["usage"] = "Verify", ["key"] = "MIIBcert1" },
                    new JsonObject { ["keyId"] = "aaaaaaaa-0000-0000-0000-000000000003", ["type"] = "AsymmetricX509Cert", ["usage"] = "Verify", ["key"] = "MIIBcert2" }),
            },
            [Resource] = new() { ["id"] = Resource, ["displayName"] = "Microsoft Graph", ["accountEnabled"] = true, ["appRoles"] = new JsonArray(new JsonObject { ["id"] = MailRead, ["value"] = "Mail.Read" }) },
        };
        var deleted = new Dictionary<string, JsonObject>(StringComparer.OrdinalIgnoreCase);
        var roles = new List<JsonObject> { new() { ["id"] = "role1", ["principalId"] = Principal.ExternalId, ["resourceId"] = Resource, ["resourceDisplayName"] = "Microsoft Graph", ["appRoleId"] = MailRead } };
        var grants = new List<JsonObject>
        {
            new() { ["id"] = "grant1", ["clientId"] = Principal.ExternalId, ["consentType"] = "AllPrincipals", ["principalId"] = null, ["resourceId"] = Resource, ["scope"] = "Mail.Send User.Read" },
            new() { ["id"] = "grant2", ["clientId"] = Principal.ExternalId, ["consentType"] = "Principal", ["principalId"] = Consenter, ["resourceId"] = Resource, ["scope"] = "Files.Read" },
        };
        RecordedService.Reply NotFound() => new(404, new { error = new { code = "Request_ResourceNotFound", message = "Resource does not exist or one of its queried reference-property objects are not present." } });

        service.Authorise = (asked, _) => asked.Path.EndsWith("/token", StringComparison.Ordinal) || asked.Authorization == $"Bearer token-{tokens}" ? null : "Access token is empty or expired.";
        service.On("POST", "/contoso.example/oauth2/v2.0/token", call =>
        {
            var form = QueryHelpers.ParseQuery(call.Asked.Body);
            if (form["grant_type"] != "client_credentials" || form["client_id"] != Client || form["client_secret"] != Bench.Secret || !form["scope"].ToString().EndsWith("/.default", StringComparison.Ordinal))
                throw new BadRequestException("AADSTS7000215: Invalid client secret provided.");
            return new(200, new { token_type = "Bearer", expires_in = 3599, access_token = $"token-{++tokens}" });
        });
        service.On("GET", $"/v1.0/servicePrincipals(appId='{Client}')/appRoleAssignments", _ => new(200, new { value = new[] { new { appRoleId = "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9" } } }));
        foreach (var (kind, property) in (ReadOnlySpan<(string, string)>)[("servicePrincipals", "accountEnabled"), ("applications", "isDisabled")])
        {
            service.On("GET", $"/v1.0/{kind}/{{id}}", call => objects.TryGetValue(call["id"], out var o) && o.ContainsKey(property) ? new(200, o.DeepClone()) : NotFound());
            service.On("PATCH", $"/v1.0/{kind}/{{id}}", call =>
            {
                if (!objects.TryGetValue(call["id"], out var o))
                    return NotFound();
                foreach (var (name, value) in call.Json)
                {
                    if (name != property && name != "keyCredentials")
                        throw new BadRequestException($"Property '{name}' is read-only or unknown.");
                    if ((o[name]?.ToJsonString() ?? "false") == value?.ToJsonString())
                        continue;
                    service.Effect($"{name} of {call["id"]} = {value?.ToJsonString()}");
                    o[name] = value?.DeepClone();
                }

                return new(204);
            });
            service.On("DELETE", $"/v1.0/{kind}/{{id}}", call =>
            {
                if (!objects.Remove(call["id"], out var o))
                    return NotFound();
                o["deletedDateTime"] = "2026-11-30T12:00:00Z";
                deleted[call["id"]] = o;
                service.Effect("deleted " + call["id"]);
                return new(204);
            });
            service.On("POST", $"/v1.0/{kind}/{{id}}/removePassword", call =>
            {
                var list = objects[call["id"]]["passwordCredentials"]!.AsArray();
                if (list.FirstOrDefault(p => p!["keyId"]!.ToString() == call.Json["keyId"]?.ToString()) is not { } one)
                    return new(400, new { error = new { code = "Request_BadRequest", message = "No password credential found with keyId." } });
                list.Remove(one);
                service.Effect("secret removed");
                return new(204);
            });
        }

        service.On("GET", "/v1.0/directory/deletedItems/{id}", call => deleted.TryGetValue(call["id"], out var o) ? new(200, o.DeepClone()) : NotFound());
        service.On("POST", "/v1.0/directory/deletedItems/{id}/restore", call =>
        {
            if (!deleted.Remove(call["id"], out var o))
                return NotFound();
            o.Remove("deletedDateTime");
            objects[call["id"]] = o;
            service.Effect("restored " + call["id"]);
            return new(200, o.DeepClone());
        });
        service.On("GET", "/v1.0/servicePrincipals/{id}/appRoleAssignments", call => objects.ContainsKey(call["id"]) ? new(200, new JsonObject { ["value"] = new JsonArray([.. roles.Select(r => r.DeepClone())]) }) : NotFound());
        service.On("DELETE", "/v1.0/servicePrincipals/{id}/appRoleAssignments/{role}", call => roles.RemoveAll(r => r["id"]!.ToString() == call["role"]) > 0 ? Done(service, "role removed") : NotFound());
        service.On("POST", "/v1.0/servicePrincipals/{id}/appRoleAssignments", call =>
        {
            var body = call.Json;
            if (body["principalId"]?.ToString() != call["id"] || body["resourceId"] is null || body["appRoleId"] is null)
                throw new BadRequestException("principalId, resourceId and appRoleId are needed.");
            roles.Add(new JsonObject { ["id"] = "role" + Guid.CreateVersion7().ToString("N"), ["principalId"] = call["id"], ["resourceId"] = body["resourceId"]!.ToString(), ["resourceDisplayName"] = "Microsoft Graph", ["appRoleId"] = body["appRoleId"]!.ToString() });
            return Done(service, "role given", 201);
        });
        service.On("GET", "/v1.0/servicePrincipals/{id}/oauth2PermissionGrants", call => objects.ContainsKey(call["id"]) ? new(200, new JsonObject { ["value"] = new JsonArray([.. grants.Select(r => r.DeepClone())]) }) : NotFound());
        service.On("DELETE", "/v1.0/oauth2PermissionGrants/{id}", call => grants.RemoveAll(r => r["id"]!.ToString() == call["id"]) > 0 ? Done(service, "grant removed") : NotFound());
        service.On("PATCH", "/v1.0/oauth2PermissionGrants/{id}", call =>
        {
            if (call.Json["scope"]?.ToString().Trim() is null or "" || call.Json.Count != 1)
                throw new BadRequestException("Only scope can be changed, and it can't be empty.");
            grants.Single(g => g["id"]!.ToString() == call["id"])["scope"] = call.Json["scope"]!.ToString();
            return Done(service, "scope = " + call.Json["scope"]);
        });
        service.On("POST", "/v1.0/oauth2PermissionGrants", call =>
        {
            var body = call.Json;
            if (body["clientId"] is null || body["resourceId"] is null || body["scope"] is null || (body["consentType"]?.ToString() == "Principal") != (body["principalId"] is not null))
                throw new BadRequestException("clientId, consentType, resourceId and scope are needed; principalId with consentType Principal.");
            var made = body.DeepClone().AsObject();
            made["id"] = "grant" + Guid.CreateVersion7().ToString("N");
            grants.Add(made);
            return Done(service, "grant given", 201);
        });
        return new Bench
        {
            Service = service,
            Kind = new EntraKind(TimeProvider.System),
            Settings = new(StringComparer.Ordinal) { ["tenant"] = "contoso.example", ["clientId"] = Client, ["graph"] = service.Url, ["authority"] = service.Url, ["allowPrivate"] = "true" },
            Target = target,
            Verb = verb,
        };
    }

    private static RecordedService.Reply Done(RecordedService service, string effect, int status = 204)
    {
        service.Effect(effect);
        return new(status, status == 204 ? null : new JsonObject());
    }
}
