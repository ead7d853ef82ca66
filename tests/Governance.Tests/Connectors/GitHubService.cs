using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.GitHub;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>The parts of GitHub's REST API that revoke, as docs.github.com/rest documents them: some with the app's proof, some with an installation's token. Never tried against GitHub.</summary>
internal static class GitHubService
{
    private static readonly Lazy<string> Key = new(() =>
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportRSAPrivateKeyPem();
    });

    public static ConnectorTarget Installation { get; } = new("installation:41", "indexer in contoso") { Kind = IdentityKind.AppInstallation };

    public static ConnectorTarget DeployKey { get; } = new("deploy-key:7", "a key") { Kind = IdentityKind.ApiToken, Attributes = """{"repository":"contoso/models"}""" };

    public static ConnectorTarget Pat { get; } = new("pat:98716", "a token") { Kind = IdentityKind.ApiToken };

    public static ConnectorTarget Authorization { get; } = new("credential:161195", "a token") { Kind = IdentityKind.ApiToken };

    public static ConnectorTarget OrgSecret { get; } = new("actions/contoso/OPENAI_API_KEY", "OPENAI_API_KEY") { Kind = IdentityKind.ApiToken };

    public static async Task<Bench> StartAsync(RevocationVerb verb, ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        const string Token = "ghs_canary_token_of_an_installation";
        service.Asks = asked => asked.Method == "GET" || asked.Path.EndsWith("/access_tokens", StringComparison.Ordinal);
        service.Authorise = (asked, headers) =>
            headers["X-GitHub-Api-Version"] != "2022-11-28" || headers.UserAgent.Count == 0 ? "Request forbidden by administrative rules."
            : asked.Path.StartsWith("/app/", StringComparison.Ordinal) ? (asked.Authorization?.Count(c => c == '.') == 2 ? null : "A JSON web token could not be decoded")
            : asked.Authorization == "Bearer " + Token ? null : "Bad credentials";
        string? suspended = null;
        var (installed, deployKey, pat, authorization, secret, made) = (true, true, true, true, true, "2024-01-01T00:00:00Z");
        RecordedService.Reply NotFound() => new(404, new { message = "Not Found", documentation_url = "https://docs.github.com/rest" });
        RecordedService.Reply Gone(ref bool there, string effect, int status = 204)
        {
            if (!there)
                return NotFound();
            there = false;
            service.Effect(effect);
            return new(status);
        }

        service.On("POST", "/app/installations/{id}/access_tokens", c => c["id"] == "40" ? new(201, new { token = Token, expires_at = "2030-01-01T00:00:00Z" }) : NotFound());
        service.On("GET", "/app/installations/{id}", c => c["id"] == "41" && installed ? new(200, new { id = 41, app_id = 5, suspended_at = suspended }) : NotFound());
        service.On("PUT", "/app/installations/{id}/suspended", _ => Suspend("2026-11-30T12:00:00Z"));
        service.On("DELETE", "/app/installations/{id}/suspended", _ => Suspend(null));
        service.On("DELETE", "/app/installations/{id}", _ => Gone(ref installed, "uninstalled"));
        service.On("GET", "/repos/{owner}/{repo}", _ => new(200, new { id = 1 }));
        service.On("GET", "/repos/{owner}/{repo}/keys/{id}", c => c["id"] == "7" && deployKey ? new(200, new { id = 7, title = "a key", read_only = false }) : NotFound());
        service.On("DELETE", "/repos/{owner}/{repo}/keys/{id}", _ => Gone(ref deployKey, "deploy key removed"));
        service.On("GET", "/orgs/{org}/personal-access-tokens", c => new(200, JsonSerializer.Serialize(pat && Uri.UnescapeDataString(c.Asked.Query).EndsWith("token_id[]=98716", StringComparison.Ordinal) ? new[] { new { id = 25381, token_id = 98716, token_name = "a token" } } : [])));
        service.On("POST", "/orgs/{org}/personal-access-tokens/{id}", c => c.Json["action"]?.ToString() != "revoke" ? throw new BadRequestException("action: revoke") : c["id"] == "25381" ? Gone(ref pat, "token revoked") : NotFound());
        service.On("GET", "/orgs/{org}/credential-authorizations", _ => new(200, JsonSerializer.Serialize(authorization ? new[] { new { login = "ada", credential_id = 161195, credential_type = "personal access token" } } : [])));
        service.On("DELETE", "/orgs/{org}/credential-authorizations/{id}", _ => Gone(ref authorization, "authorization removed"));
        service.On("GET", "/orgs/{org}/actions/secrets", _ => new(200, new { total_count = 0, secrets = new JsonArray() }));
        service.On("GET", "/installation/repositories", _ => new(200, new { total_count = 0, repositories = new JsonArray() }));
        service.On("GET", "/orgs/{org}/actions/secrets/{name}", c => c["name"] == "OPENAI_API_KEY" && secret ? new(200, new { name = c["name"], created_at = made, visibility = "all" }) : NotFound());
        service.On("DELETE", "/orgs/{org}/actions/secrets/{name}", _ => Gone(ref secret, "secret removed"));
        return new Bench
        {
            Service = service,
            Kind = new GitHubKind(TimeProvider.System),
            Target = target,
            Verb = verb,
            Credential = Key.Value,
            Settings = new(StringComparer.Ordinal) { ["organisation"] = "contoso", ["appId"] = "5", ["installationId"] = "40", ["base"] = service.Url, ["allowPrivate"] = "true" },
            TakeName = target == OrgSecret ? () => made = "2026-11-01T00:00:00Z" : null,
        };

        RecordedService.Reply Suspend(string? at)
        {
            if ((suspended is null) != (at is null))
                service.Effect(at is null ? "unsuspended" : "suspended");
            suspended = at;
            return new(204);
        }
    }
}
