using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>An app of Okta as an identity: a service app acts by itself, the others for people who sign in.</summary>
internal static class OktaApp
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "label", "status", "created", "lastUpdated", "_links", "_embedded", "accessibility", "visibility", "credentials", "settings",
    };

    private static readonly HashSet<string> UsedOfIntegration = new(StringComparer.Ordinal) { "id", "name", "createdAt", "createdBy", "grantedScopes", "_links" };

    public static IdentityRecord Read(JsonElement e, ImportFile file)
    {
        var label = CsvValues.Required("label", e.Text("label", "name"));
        var (client, settings) = (e.Inner("credentials").Inner("oauthClient"), e.Inner("settings"));
        var oauth = settings.Inner("oauthClient");
        var method = client.Text("token_endpoint_auth_method");
        var shared = e.Inner("credentials").Text("scheme") == "SHARED_USERNAME_AND_PASSWORD";
        var fields = new AttributeFields().AddRest(e, Used)
            .Add("client_id", client.Text("client_id")).Add("token_endpoint_auth_method", method).Add("application_type", oauth.Text("application_type"))
            .Add("grant_types", Texts(oauth, "grant_types")).Add("redirect_uris", Texts(oauth, "redirect_uris")).Add("client_uri", oauth.Text("client_uri"))
            .Add("jwks_uri", oauth.Text("jwks_uri")).Add("ssoAcsUrl", settings.Inner("signOn").Text("ssoAcsUrl")).Add("audience", settings.Inner("signOn").Text("audience"));
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", e.Text("id")),
            DisplayName = label,
            Kind = oauth.Text("application_type") == "service" ? IdentityKind.ServiceAccount : IdentityKind.Application,
            Description = method == "none" ? "A public client: it proves itself with nothing" : null,
            Purpose = settings.Inner("notes").Text("admin"),
            Enabled = e.Text("status") switch { "ACTIVE" => Reported.Yes, "INACTIVE" or "DELETED" => Reported.No, _ => Reported.Unknown },
            CreatedAt = e.Time("created"),
            Tool = file.Catalogue.Match(null, label, null, Addresses(oauth, settings)),
            Credentials = [.. OktaCredentials.OfApp(client, oauth, shared, file.Secrets)],
            CredentialsComplete = method == "none",
            Attributes = fields.ToJson(file.Secrets),
        };
    }

    /// <summary>An integration of the catalogue that calls Okta's API.</summary>
    public static IdentityRecord Integration(JsonElement e, ImportFile file)
    {
        var name = CsvValues.Required("name", e.Text("name", "type"));
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", e.Text("id")),
            DisplayName = name,
            Kind = IdentityKind.AppInstallation,
            CreatorHint = e.Text("createdBy"),
            CreatedAt = e.Time("createdAt", "created"),
            Tool = file.Catalogue.Match(null, name, null, []),
            Grants = Texts(e, "grantedScopes").Select(s => new GrantRecord(s, "Okta", GrantPath.Direct, Privilege.OfOktaScope(s).Privileged) { Description = Privilege.OfOktaScope(s).Why }).ToList(),
            GrantCoverage = GrantCoverage.All,
            CredentialsComplete = false,
            Attributes = new AttributeFields().AddRest(e, UsedOfIntegration).ToJson(file.Secrets),
        };
    }

    private static IEnumerable<string> Addresses(JsonElement oauth, JsonElement settings) =>
        new[] { oauth.Text("client_uri"), oauth.Text("initiate_login_uri"), settings.Inner("signOn").Text("ssoAcsUrl"), settings.Inner("app").Text("url", "baseUrl", "siteURL") }.OfType<string>()
            .Concat(Texts(oauth, "redirect_uris").Take(50));

    private static List<string> Texts(JsonElement e, string name) => e.List(name).Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).ToList();
}
