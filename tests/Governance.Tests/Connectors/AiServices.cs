using System.Text.Json.Nodes;
using Governance.Connectors.AiVendors;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>The administration APIs of Anthropic and OpenAI, as their references document them. Never tried against an organisation.</summary>
internal static class AiServices
{
    public static async Task<Bench> AnthropicAsync(RevocationVerb verb = RevocationVerb.Disable)
    {
        var service = await RecordedService.StartAsync();
        service.Authorise = (_, headers) => headers["x-api-key"] != Bench.Secret ? "invalid x-api-key" : headers["anthropic-version"] != "2023-06-01" ? "anthropic-version: header is required" : null;
        var keys = new Dictionary<string, string>(StringComparer.Ordinal) { ["apikey_01"] = "active" };
        RecordedService.Reply Key(string id) => keys.TryGetValue(id, out var status) ? new(200, new { type = "api_key", id, status, name = "indexer", partial_key_hint = "sk-ant-api03-R2D...igAA" })
            : new(404, new { type = "error", error = new { type = "not_found_error", message = "Not found" } });
        service.On("GET", "/v1/organizations/api_keys", _ => new(200, new { data = Array.Empty<object>(), has_more = false }));
        service.On("GET", "/v1/organizations/api_keys/{id}", c => Key(c["id"]));
        service.On("POST", "/v1/organizations/api_keys/{id}", c =>
        {
            var status = c.Json["status"]?.ToString();
            if (status is not ("active" or "inactive" or "archived"))
                throw new BadRequestException("status: Input should be 'active', 'inactive' or 'archived'");
            if (keys.TryGetValue(c["id"], out var now) && now != status)
            {
                keys[c["id"]] = status;
                service.Effect("status " + status);
            }

            return Key(c["id"]);
        });
        return new Bench { Service = service, Kind = new AnthropicKind(TimeProvider.System), Settings = Of(service), Target = new ConnectorTarget("apikey_01", "indexer") { Kind = IdentityKind.ApiToken }, Verb = verb };
    }

    public static async Task<Bench> OpenAiAsync(ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        service.Authorise = (asked, _) => asked.Authorization == "Bearer " + Bench.Secret ? null : "Incorrect API key provided.";
        var there = new HashSet<string>(StringComparer.Ordinal) { "admin_api_keys/key_admin", "projects/proj_b/api_keys/key_project", "projects/proj_b/service_accounts/svc_acct_1" };
        RecordedService.Reply Answer(RecordedService.Call c, string path, string kind, bool delete)
        {
            if (!there.Contains(path))
                return new(404, new { error = new { code = "not_found", message = "No such object.", type = "invalid_request_error" } });
            if (!delete)
                return new(200, new { @object = "organization." + kind, id = path.Split('/')[^1] });
            there.Remove(path);
            service.Effect("deleted " + path);
            return new(200, new { @object = $"organization.{kind}.deleted", id = path.Split('/')[^1], deleted = true });
        }

        service.On("GET", "/v1/organization/projects", c => c.Asked.Query.Contains("after=", StringComparison.Ordinal)
            ? new(200, new { @object = "list", data = new[] { new { id = "proj_b" } }, has_more = false, last_id = "proj_b" })
            : new(200, new { @object = "list", data = new[] { new { id = "proj_a" } }, has_more = true, last_id = "proj_a" }));
        service.On("GET", "/v1/organization/admin_api_keys", _ => new(200, new { @object = "list", data = new JsonArray(), has_more = false }));
        foreach (var method in (string[])["GET", "DELETE"])
        {
            service.On(method, "/v1/organization/admin_api_keys/{id}", c => Answer(c, $"admin_api_keys/{c["id"]}", "admin_api_key", method == "DELETE"));
            service.On(method, "/v1/organization/projects/{project}/api_keys/{id}", c => Answer(c, $"projects/{c["project"]}/api_keys/{c["id"]}", "project.api_key", method == "DELETE"));
            service.On(method, "/v1/organization/projects/{project}/service_accounts/{id}", c => Answer(c, $"projects/{c["project"]}/service_accounts/{c["id"]}", "project.service_account", method == "DELETE"));
        }

        return new Bench { Service = service, Kind = new OpenAiKind(TimeProvider.System), Settings = Of(service), Target = target, Verb = RevocationVerb.Delete };
    }

    private static Dictionary<string, string> Of(RecordedService service) => new(StringComparer.Ordinal) { ["base"] = service.Url, ["allowPrivate"] = "true" };
}
