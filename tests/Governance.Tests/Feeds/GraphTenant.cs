using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Governance.Tests.Feeds;

/// <summary>A tenant as Microsoft Graph serves it: tokens that end, pages, batches, change lists. Small pages, so that there are many.</summary>
public sealed class GraphTenant : IAsyncDisposable
{
    public const string Secret = "kX8~canary-client-secret.4f9Q";
    private const int PageSize = 3;
    private int tokens;

    private GraphTenant(FakeSource source) => Source = source;

    public FakeSource Source { get; private set; }

    public List<JsonObject> Principals { get; } = [];

    public List<JsonObject> Applications { get; } = [];

    public List<JsonObject> Grants { get; } = [];

    public Dictionary<string, JsonArray> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>By application id.</summary>
    public Dictionary<string, JsonArray> Trusts { get; } = new(StringComparer.Ordinal);

    public List<JsonObject> DirectoryRoles { get; } = [new JsonObject { ["id"] = "of-a-person", ["principalId"] = Id(8, 1), ["roleDefinitionId"] = Id(6, 2), ["directoryScopeId"] = "/" }];

    public List<JsonObject> SignIns { get; } = [];

    public List<JsonObject> CredentialUse { get; } = [];

    /// <summary>What the change lists say after the token that everything was read with.</summary>
    public List<JsonObject> PrincipalChanges { get; } = [];

    public List<JsonObject> ApplicationChanges { get; } = [];

    public bool ChangesExpired { get; set; }

    public bool HasChangeLists { get; set; } = true;

    /// <summary>The token that is good now; a 401 says that another was sent.</summary>
    public string Token => $"token-{tokens}-canary";

    public static async Task<GraphTenant> StartAsync()
    {
        GraphTenant? tenant = null;
        var source = await FakeSource.StartAsync((http, asked) => tenant!.AnswerAsync(http, asked));
        tenant = new GraphTenant(source);
        for (var i = 1; i <= 8; i++)
            tenant.AddPrincipal(i);
        for (var i = 1; i <= 4; i++)
            tenant.Applications.Add(new JsonObject { ["id"] = Id(2, i), ["appId"] = Id(3, i), ["displayName"] = $"app {i}", ["signInAudience"] = "AzureADMyOrg", ["passwordCredentials"] = new JsonArray(new JsonObject { ["keyId"] = Id(4, i), ["endDateTime"] = "2027-01-01T00:00:00Z" }), ["keyCredentials"] = new JsonArray() });
        for (var i = 1; i <= 5; i++)
            tenant.Grants.Add(new JsonObject { ["id"] = $"grant{i}", ["clientId"] = Id(1, i), ["consentType"] = "AllPrincipals", ["resourceId"] = Id(9, 1), ["scope"] = "Mail.Read" });
        return tenant;
    }

    public static string Id(int kind, int number) => $"{kind:x8}-0000-0000-0000-{number:x12}";

    public void AddPrincipal(int number)
    {
        Principals.Add(new JsonObject { ["id"] = Id(1, number), ["appId"] = Id(3, number), ["displayName"] = $"principal {number}", ["servicePrincipalType"] = "Application", ["accountEnabled"] = true });
        Roles[Id(1, number)] = new JsonArray(new JsonObject { ["id"] = $"r{number}", ["principalId"] = Id(1, number), ["principalType"] = "ServicePrincipal", ["resourceDisplayName"] = "Microsoft Graph", ["appRoleId"] = "810c84a8-4a9e-49e6-bf7d-12d183f40d01" });
    }

    public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "contoso.example", ["clientId"] = Id(7, 7), ["graph"] = Source.Url, ["authority"] = Source.Url, ["allowPrivate"] = "true" };
        foreach (var (name, value) in more)
            settings[name] = value;
        return settings;
    }

    public static Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal) { ["clientSecret"] = Secret };

    /// <summary>As when an hour has passed: the token that was given is good no more.</summary>
    public void EndToken() => tokens++;

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private async Task AnswerAsync(HttpContext http, FakeSource.Asked asked)
    {
        if (asked.Path == "/contoso.example/oauth2/v2.0/token")
        {
            var form = QueryHelpers.ParseQuery(asked.Body);
            if (form["client_secret"] != Secret)
            {
                await http.JsonAsync(new { error = "invalid_client", error_description = $"AADSTS7000215: Invalid client secret provided ({form["client_secret"]})." }, 401);
                return;
            }

            tokens++;
            await http.JsonAsync(new { token_type = "Bearer", expires_in = 3599, access_token = Token });
            return;
        }

        if (asked.Authorization != "Bearer " + Token)
        {
            await http.JsonAsync(new { error = new { code = "InvalidAuthenticationToken", message = $"Lifetime validation failed, the token {asked.Authorization} is expired." } }, 401);
            return;
        }

        if (asked.Path == "/v1.0/$batch")
        {
            await BatchAsync(http, asked.Body);
            return;
        }

        var (status, body) = Answer(asked.Path, asked.Query);
        await http.JsonAsync(body.ToJsonString(), status);
    }

    private (int Status, JsonNode Body) Answer(string path, string query) => path switch
    {
        "/v1.0/servicePrincipals" => (200, Page(Principals, "servicePrincipals", query)),
        "/v1.0/applications" => (200, Page(Applications, "applications", query)),
        "/v1.0/oauth2PermissionGrants" => (200, Page(Grants, "oauth2PermissionGrants", query)),
        "/v1.0/servicePrincipals/delta" or "/v1.0/applications/delta" or "/v1.0/oauth2PermissionGrants/delta" => Changes(path.Split('/')[2], query),
        "/v1.0/roleManagement/directory/roleDefinitions" => (200, new JsonObject
        {
            ["value"] = new JsonArray(
            new JsonObject { ["id"] = Id(6, 1), ["templateId"] = "62e90394-69f5-4237-9190-012177145e10", ["displayName"] = "Global Administrator", ["isBuiltIn"] = true },
            new JsonObject { ["id"] = Id(6, 2), ["templateId"] = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", ["displayName"] = "Directory Readers", ["isBuiltIn"] = true })
        }),
        "/v1.0/roleManagement/directory/roleAssignments" => (200, Page([.. DirectoryRoles.Where(r => !query.Contains("filter", StringComparison.Ordinal) || query.Contains(r["principalId"]!.ToString(), StringComparison.Ordinal))], "roleManagement/directory/roleAssignments", query)),
        "/beta/reports/servicePrincipalSignInActivities" => (200, Page(SignIns, "reports/servicePrincipalSignInActivities", query, "beta")),
        "/beta/reports/appCredentialSignInActivities" => (200, Page(CredentialUse, "reports/appCredentialSignInActivities", query, "beta")),
        _ when path.EndsWith("/federatedIdentityCredentials", StringComparison.Ordinal) => (200, new JsonObject { ["value"] = Trusts.GetValueOrDefault(path.Split('/')[^2])?.DeepClone() ?? new JsonArray() }),
        _ when path.EndsWith("/appRoleAssignments", StringComparison.Ordinal) => (200, new JsonObject { ["value"] = Roles.GetValueOrDefault(path.Split('/')[^2])?.DeepClone() ?? new JsonArray() }),
        _ when path.EndsWith("/sponsors", StringComparison.Ordinal) => (200, new JsonObject { ["value"] = new JsonArray(new JsonObject { ["id"] = Id(8, 1), ["mail"] = "sponsor@contoso.example" }) }),
        _ when Principals.FirstOrDefault(p => path.EndsWith("/servicePrincipals/" + p["id"], StringComparison.Ordinal)) is { } one => (200, one.DeepClone()),
        _ when Applications.FirstOrDefault(p => path.EndsWith("/applications/" + p["id"], StringComparison.Ordinal)) is { } one => (200, one.DeepClone()),
        _ => (404, JsonNode.Parse("""{"error":{"code":"Request_ResourceNotFound","message":"Resource does not exist."}}""")!),
    };

    private (int, JsonNode) Changes(string list, string query)
    {
        if (!HasChangeLists)
            return (400, JsonNode.Parse("""{"error":{"code":"Request_UnsupportedQuery","message":"Change tracking is not supported."}}""")!);
        if (query.Contains("latest", StringComparison.Ordinal))
            return (200, new JsonObject { ["value"] = new JsonArray(), ["@odata.deltaLink"] = $"{Source.Url}/v1.0/{list}/delta?$deltatoken=one" });
        if (ChangesExpired)
            return (410, JsonNode.Parse("""{"error":{"code":"syncStateNotFound","message":"The sync state generation is not found; a full resync is required."}}""")!);
        var changes = list == "servicePrincipals" ? PrincipalChanges : list == "applications" ? ApplicationChanges : [];
        return (200, new JsonObject { ["value"] = new JsonArray([.. changes.Select(c => c.DeepClone())]), ["@odata.deltaLink"] = $"{Source.Url}/v1.0/{list}/delta?$deltatoken=two" });
    }

    private JsonObject Page(List<JsonObject> all, string name, string query, string version = "v1.0")
    {
        var skip = QueryHelpers.ParseQuery(query).TryGetValue("$skiptoken", out var token) ? int.Parse(token!) : 0;
        var page = new JsonObject { ["@odata.context"] = $"{Source.Url}/{version}/$metadata#{name}", ["value"] = new JsonArray([.. all.Skip(skip).Take(PageSize).Select(o => o.DeepClone())]) };
        if (skip == 0)
            page["@odata.count"] = all.Count;
        if (skip + PageSize < all.Count)
            page["@odata.nextLink"] = $"{Source.Url}/{version}/{name}?$skiptoken={skip + PageSize}";
        return page;
    }

    private async Task BatchAsync(HttpContext http, string body)
    {
        using var asked = JsonDocument.Parse(body);
        var responses = new JsonArray();
        foreach (var request in asked.RootElement.GetProperty("requests").EnumerateArray())
        {
            var parts = request.GetProperty("url").GetString()!.Split('?', 2);
            var (status, answer) = ThrottledInBatch.Remove(parts[0]) ? (429, JsonNode.Parse("{}")!) : Answer("/v1.0" + parts[0], parts.Length > 1 ? "?" + parts[1] : string.Empty);
            responses.Add(new JsonObject { ["id"] = request.GetProperty("id").GetString(), ["status"] = status, ["body"] = answer });
        }

        await http.JsonAsync(new JsonObject { ["responses"] = responses }.ToJsonString());
    }

    /// <summary>Paths that a batch refuses once.</summary>
    public HashSet<string> ThrottledInBatch { get; } = new(StringComparer.Ordinal);
}
