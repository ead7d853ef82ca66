using System.Text.Json.Nodes;
using Governance.Connectors.Okta;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>The parts of Okta's management API that revoke, as developer.okta.com documents them. Never tried against an organisation.</summary>
internal static class OktaService
{
    public static ConnectorTarget App { get; } = new("0oa1", "ml service") { Kind = IdentityKind.ServiceAccount };

    public static ConnectorTarget Token { get; } = new("00T1", "a token") { Kind = IdentityKind.ApiToken };

    public static async Task<Bench> StartAsync(RevocationVerb verb, ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        service.Authorise = (asked, _) => asked.Authorization == "SSWS " + Bench.Secret ? null : "Invalid token provided";
        var apps = new Dictionary<string, string>(StringComparer.Ordinal) { ["0oa1"] = "ACTIVE" };
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["ocs1"] = "ACTIVE", ["ocs2"] = "ACTIVE" };
        var tokens = new HashSet<string>(StringComparer.Ordinal) { "00T1" };
        var grants = new List<JsonObject> { new() { ["id"] = "oag1", ["scopeId"] = "okta.users.read", ["issuer"] = "https://example.okta.com", ["status"] = "ACTIVE" } };
        RecordedService.Reply NotFound() => new(404, new { errorCode = "E0000007", errorSummary = "Not found: Resource not found", errorLink = "E0000007" });
        RecordedService.Reply Set(Dictionary<string, string> all, string id, string status)
        {
            if (!all.TryGetValue(id, out var now))
                return NotFound();
            if (now != status)
                service.Effect($"{id} {status}");
            all[id] = status;
            return new(200, new { });
        }

        service.On("GET", "/api/v1/apps", _ => new(200, new JsonArray()));
        service.On("GET", "/api/v1/api-tokens", _ => new(200, new JsonArray()));
        service.On("GET", "/api/v1/apps/{id}", c => apps.TryGetValue(c["id"], out var s) ? new(200, new { id = c["id"], status = s, label = "ml service" }) : NotFound());
        service.On("POST", "/api/v1/apps/{id}/lifecycle/deactivate", c => Set(apps, c["id"], "INACTIVE"));
        service.On("POST", "/api/v1/apps/{id}/lifecycle/activate", c => Set(apps, c["id"], "ACTIVE"));
        service.On("DELETE", "/api/v1/apps/{id}", c =>
        {
            if (!apps.TryGetValue(c["id"], out var s))
                return NotFound();
            if (s == "ACTIVE")
                return new(403, new { errorCode = "E0000056", errorSummary = "Delete application forbidden." });
            apps.Remove(c["id"]);
            service.Effect("app deleted");
            return new(204);
        });
        service.On("GET", "/api/v1/api-tokens/{id}", c => tokens.Contains(c["id"]) ? new(200, new { id = c["id"], name = "a token" }) : NotFound());
        service.On("DELETE", "/api/v1/api-tokens/{id}", c =>
        {
            if (!tokens.Remove(c["id"]))
                return NotFound();
            service.Effect("token revoked");
            return new(204);
        });
        service.On("GET", "/api/v1/apps/{id}/credentials/secrets/{secret}", c => secrets.TryGetValue(c["secret"], out var s) ? new(200, new { id = c["secret"], status = s, secret_hash = "yk4SVx4sUWVJVbHt6M-UPA" }) : NotFound());
        service.On("POST", "/api/v1/apps/{id}/credentials/secrets/{secret}/lifecycle/deactivate", c => Set(secrets, c["secret"], "INACTIVE"));
        service.On("POST", "/api/v1/apps/{id}/credentials/secrets/{secret}/lifecycle/activate", c => Set(secrets, c["secret"], "ACTIVE"));
        service.On("GET", "/api/v1/apps/{id}/grants", c => apps.ContainsKey(c["id"]) ? new(200, new JsonArray([.. grants.Select(g => g.DeepClone())])) : NotFound());
        service.On("DELETE", "/api/v1/apps/{id}/grants/{grant}", c =>
        {
            if (grants.RemoveAll(g => g["id"]!.ToString() == c["grant"]) == 0)
                return NotFound();
            service.Effect("grant removed");
            return new(204);
        });
        service.On("POST", "/api/v1/apps/{id}/grants", c =>
        {
            if (c.Json["scopeId"] is null || c.Json["issuer"] is null)
                throw new BadRequestException("scopeId and issuer are needed.");
            grants.Add(new JsonObject { ["id"] = "oag2", ["scopeId"] = c.Json["scopeId"]!.ToString(), ["issuer"] = c.Json["issuer"]!.ToString(), ["status"] = "ACTIVE" });
            service.Effect("grant given");
            return new(201, new { id = "oag2" });
        });
        return new Bench { Service = service, Kind = new OktaKind(TimeProvider.System), Settings = new(StringComparer.Ordinal) { ["base"] = service.Url, ["allowPrivate"] = "true" }, Target = target, Verb = verb };
    }
}
