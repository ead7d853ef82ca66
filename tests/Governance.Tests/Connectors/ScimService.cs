using System.Text.Json.Nodes;
using Governance.Connectors.Scim;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>A service provider as RFC 7644 describes it.</summary>
internal static class ScimService
{
    public static ConnectorTarget Account { get; } = new("2819c223-7f76-453a-919d-413861904646", "bot") { Kind = IdentityKind.ServiceAccount };

    public static async Task<Bench> StartAsync(RevocationVerb verb)
    {
        var service = await RecordedService.StartAsync();
        service.Authorise = (asked, _) => asked.Authorization == "Bearer " + Bench.Secret ? null : "Authorization failure";
        var active = true;
        var there = true;
        RecordedService.Reply Reply(int status, object? body) => new(status, body, "application/scim+json");
        RecordedService.Reply NotFound(string id) => Reply(404, new { schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:Error" }, detail = $"Resource {id} not found", status = "404" });
        service.On("GET", "/scim/v2/Users", _ => Reply(200, new { totalResults = 1, Resources = new JsonArray() }));
        service.On("GET", "/scim/v2/ServiceProviderConfig", _ => Reply(200, new { patch = new { supported = true } }));
        service.On("GET", "/scim/v2/Users/{id}", c => there && c["id"] == Account.ExternalId ? Reply(200, new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" }, id = c["id"], userName = "bot", active }) : NotFound(c["id"]));
        service.On("PATCH", "/scim/v2/Users/{id}", c =>
        {
            if (!c.Headers.ContentType.ToString().StartsWith("application/scim+json", StringComparison.Ordinal) || c.Json["schemas"]?[0]?.ToString() != "urn:ietf:params:scim:api:messages:2.0:PatchOp"
                || c.Json["Operations"]?.AsArray() is not [JsonObject { } one] || one["op"]?.ToString() != "replace" || one["path"]?.ToString() != "active")
                throw new BadRequestException("no PatchOp that replaces active");
            if (active != one["value"]!.GetValue<bool>())
                service.Effect($"active = {!active}");
            active = one["value"]!.GetValue<bool>();
            return new(204);
        });
        service.On("DELETE", "/scim/v2/Users/{id}", c =>
        {
            if (!there)
                return NotFound(c["id"]);
            there = false;
            service.Effect("deleted");
            return new(204);
        });
        return new Bench { Service = service, Kind = new ScimKind(TimeProvider.System), Settings = new(StringComparer.Ordinal) { ["base"] = service.Url + "/scim/v2", ["allowPrivate"] = "true" }, Target = Account, Verb = verb };
    }
}
