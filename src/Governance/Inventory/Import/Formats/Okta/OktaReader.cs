using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// What Okta's management API answers: apps, their grants, secrets, keys and administrator roles, API service integrations, API tokens, and service accounts.
/// Secrets, keys, grants and roles are joined to their app by its id, which a client id leads to.
/// </summary>
public sealed class OktaReader : IInventoryReader
{
    public string Format => "okta";

    public string Description => "Okta's API answers (apps, grants, client secrets and keys, api-tokens, service accounts, api-services, client roles)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Okta;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        && (head.Has("id", "label", "signOnMode") || head.Has("id", "scopeId", "issuer") || head.Has("id", "tokenWindow") || head.Has("id", "ownerUserIds") || head.Has("id", "grantedScopes")
            || head.Has("secret_hash") || head.Has("jwks.keys[].kid") || head.Has("kid", "kty", "_links") || head.Has("id", "assignmentType", "_links"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var apps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in JsonRecords.Of(file, JsonLayout.Plain).Where(r => r.Problem is null && r.Element.Has("signOnMode")))
        {
            try
            {
                if (record.Element.Inner("credentials").Inner("oauthClient").Text("client_id") is { } client && record.Element.Text("id") is { } id)
                    apps.TryAdd(client, id);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return Reading.Records(file, JsonLayout.Plain, ["id"], record => Items(record, apps, file));
    }

    private static IEnumerable<ReadItem> Items(JsonRecord record, Dictionary<string, string> apps, ImportFile file)
    {
        var e = record.Element;
        if (e.Has("signOnMode"))
            return [e.Text("signOnMode") == "BOOKMARK" ? ReadItem.Skipped(record.Place, "bookmarks") : ReadItem.Of(record.Place, OktaApp.Read(e, file))];
        if (e.Has("tokenWindow"))
            return [ReadItem.Of(record.Place, OktaToken.Read(e, file))];
        if (e.Has("ownerUserIds") || e.Has("accountType"))
            return [ReadItem.Of(record.Place, OktaAccount.Read(e, file))];
        if (e.Has("grantedScopes"))
            return [ReadItem.Of(record.Place, OktaApp.Integration(e, file))];
        if (e.Has("scopeId"))
            return [Grant(record, apps)];
        if (e.Has("assignmentType"))
            return [e.Text("assignmentType") == "CLIENT" ? Role(record, apps) : ReadItem.Skipped(record.Place, "roles of users and groups")];
        if (e.Has("secret_hash") || e.Has("client_secret"))
            return [Detail(record, AppOf(e, apps), [OktaCredentials.Secret(e, file.Secrets)])];
        if (e.Inner("jwks").Has("keys"))
            return e.Inner("jwks").List("keys").Select(k => Detail(record, AppOf(k, apps), [OktaCredentials.Key(k)])).ToList();
        if (e.Has("kty"))
            return [Detail(record, AppOf(e, apps), [OktaCredentials.Key(e)])];
        return [ReadItem.Rejected(record.Place, e.Text("id"), "it is no app, grant, secret, key, API token, service account, integration or role of Okta")];
    }

    private static ReadItem Grant(JsonRecord record, Dictionary<string, string> apps)
    {
        var e = record.Element;
        var scope = CsvValues.Required("scopeId", e.Text("scopeId"));
        if (e.Text("status") is { } status && status != "ACTIVE")
            return ReadItem.Skipped(record.Place, "grants that were withdrawn");
        var rating = Privilege.OfOktaScope(scope) is { Privileged: not Reported.Unknown } own ? own : Privilege.OfOAuthScope(scope);
        var user = e.Text("userId");
        return ReadItem.Of(record.Place, Stub(AppOf(e, apps) ?? throw new BadValueException("neither its app nor its client is named: it is not said who holds the grant")) with
        {
            Grants =
            [
                new GrantRecord(scope, "Okta", user is null ? GrantPath.Direct : GrantPath.Delegated, rating.Privileged)
                {
                    Description = rating.Why,
                    Consent = user,
                    GrantedAt = e.Time("created"),
                },
            ],
        });
    }

    private static ReadItem Role(JsonRecord record, Dictionary<string, string> apps)
    {
        var e = record.Element;
        var type = CsvValues.Required("type", e.Text("type", "role"));
        var rating = Privilege.OfOktaRole(type);
        var custom = type == "CUSTOM";
        return ReadItem.Of(record.Place, Stub(AppOf(e, apps) ?? throw new BadValueException("_links.assignee is missing: it is not said who holds the role")) with
        {
            Grants =
            [
                new GrantRecord(custom ? e.Text("label") ?? type : type, custom && e.Text("resource-set") is { } set ? $"resource set {set}" : "Okta", GrantPath.Role, rating.Privileged)
                {
                    Description = $"{e.Text("label") ?? type}: {rating.Why}",
                    GrantedAt = e.Time("created"),
                },
            ],
        });
    }

    private static ReadItem Detail(JsonRecord record, string? app, IReadOnlyList<CredentialRecord> credentials) =>
        ReadItem.Of(record.Place, Stub(app ?? throw new BadValueException("_links names no app: it is not said whose it is")) with { Credentials = credentials });

    private static IdentityRecord Stub(string app) => IdentityRecord.SeenOnlyThrough("a grant, a role or a credential", app, $"Unknown app {app}", IdentityKind.Application, "the app itself");

    /// <summary>From the addresses beside it, else from the client id.</summary>
    private static string? AppOf(JsonElement e, Dictionary<string, string> apps)
    {
        var links = e.Inner("_links");
        var addresses = links.ValueKind != JsonValueKind.Object ? [] : links.EnumerateObject().Select(l => links.Inner(l.Name).Text("href")).OfType<string>().ToList();
        var app = addresses.Select(a => After(a, "/apps/") ?? After(a, "/api-services/")).FirstOrDefault(a => a is not null);
        var client = e.Text("clientId") ?? addresses.Select(a => After(a, "/clients/")).FirstOrDefault(a => a is not null);
        return app ?? (client is null ? null : apps.GetValueOrDefault(client, client));
    }

    private static string? After(string address, string part)
    {
        var at = address.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? null : address[(at + part.Length)..].Split('/', '?')[0] is { Length: > 0 } id ? id : null;
    }
}
