using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Resources of SCIM as identities.</summary>
internal static class ScimResource
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "schemas", "meta", "active", "name", "displayName", "description", "password", "owners", "groups", "roles", "entitlements", "x509Certificates", "photos", "lastAccessed",
    };

    public static IdentityRecord Agent(JsonElement e, ImportFile file)
    {
        var name = CsvValues.Required("name", NameOf(e));
        var owners = Refs(e, "owners");
        return Common(e, name, IdentityKind.Agent, file) with
        {
            Description = e.Text("description"),
            OwnerHint = owners.Count == 0 ? null : string.Join(", ", owners.Order(StringComparer.Ordinal)),
            Credentials = OAuth(e),
            CredentialsComplete = false,
        };
    }

    public static IdentityRecord Application(JsonElement e, ImportFile file)
    {
        var name = CsvValues.Required("name", NameOf(e));
        var addresses = e.List("applicationUrls").Select(u => u.Text("value")).OfType<string>().ToList();
        var used = e.Time("lastAccessed");
        return Common(e, name, IdentityKind.Application, file) with
        {
            Description = e.Text("description"),
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Tool = file.Catalogue.Match(null, name, null, addresses),
            Credentials = OAuth(e),
            CredentialsComplete = false,
        };
    }

    /// <summary>An application owns its agents: they act with what it may. Those that it only lets in are not of it.</summary>
    public static IEnumerable<IdentityRecord> AgentsOf(JsonElement application)
    {
        var parent = application.Text("id");
        foreach (var agent in application.List("agents").Where(a => a.Text("value") is not null).DistinctBy(a => a.Text("value"), StringComparer.Ordinal))
        {
            var owned = agent.Text("type") == "owned";
            yield return new IdentityRecord
            {
                ExternalId = agent.Text("value")!,
                DisplayName = agent.Text("display") ?? $"Agent {agent.Text("value")}",
                Kind = IdentityKind.Agent,
                ParentExternalId = owned ? parent : null,
                Description = $"{(owned ? "Owned by" : "Let in by")} {NameOf(application)}",
                Part = RecordPart.Sighting,
                CredentialsComplete = false,
            };
        }
    }

    /// <summary>A user that is no person. Its password and certificates are never kept, only that it has them.</summary>
    public static IdentityRecord User(JsonElement e, ImportFile file)
    {
        var name = e.Text("displayName") ?? e.Inner("name").Text("formatted") ?? CsvValues.Required("userName", e.Text("userName"));
        var credentials = new List<CredentialRecord>();
        if (e.Text("password") is { } password)
            credentials.Add(new CredentialRecord("password", CredentialKind.Password) { Fingerprint = file.Secrets.Fingerprint(password) });
        var slot = 0;
        foreach (var certificate in e.List("x509Certificates").Where(c => c.ValueKind == JsonValueKind.Object))
            credentials.Add(new CredentialRecord($"x509Certificates[{++slot}]", CredentialKind.Certificate) { DisplayName = certificate.Text("display") });
        return Common(e, name, IdentityKind.ServiceAccount, file) with
        {
            OwnerHint = e.Inner("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User").Inner("manager") is { ValueKind: JsonValueKind.Object } manager ? manager.Text("displayName", "value") : null,
            Credentials = credentials,
            CredentialsComplete = false,
            Grants = [.. Held(e, "roles", GrantPath.Role), .. Held(e, "entitlements", GrantPath.Direct), .. Held(e, "groups", GrantPath.Inherited)],
        };
    }

    private static IdentityRecord Common(JsonElement e, string name, IdentityKind kind, ImportFile file)
    {
        var meta = e.Inner("meta");
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", e.Text("id")),
            DisplayName = name,
            Kind = kind,
            Enabled = e.YesNo("active"),
            CreatedAt = meta.Time("created"),
            Tool = file.Catalogue.Match(null, name, null, []),
            Attributes = AttributeJson.Of(e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)), file.Secrets),
        };
    }

    private static string? NameOf(JsonElement e) => e.Text("displayName", "name");

    private static List<CredentialRecord> OAuth(JsonElement e) => e.List("oAuthConfiguration").Concat(e.List("oauthConfiguration")).Where(o => o.Text("clientId") is not null)
        .DistinctBy(o => o.Text("clientId"), StringComparer.Ordinal)
        .Select(o => new CredentialRecord($"oauth/{o.Text("clientId")}", CredentialKind.Other) { DisplayName = $"OAuth client {o.Text("clientId")}{(o.Text("issuerUri") is { } issuer ? $" of {issuer}" : string.Empty)}" }).ToList();

    private static List<string> Refs(JsonElement e, string list) => e.List(list).Select(o => o.Text("display", "displayName", "value")).OfType<string>().Distinct(StringComparer.Ordinal).ToList();

    private static IEnumerable<GrantRecord> Held(JsonElement e, string list, GrantPath path)
    {
        foreach (var item in e.List(list).Where(i => i.Text("display", "value") is not null))
        {
            var name = item.Text("display", "value")!;
            var rating = Privilege.OfOAuthScope(name);
            yield return path == GrantPath.Inherited
                ? new GrantRecord($"what members of {name} may", null, path, rating.Privileged == Reported.Yes ? Reported.Yes : Reported.Unknown) { Via = $"group {name}", Description = rating.Why }
                : new GrantRecord(item.Text("value", "display")!, null, path, rating.Privileged) { Description = rating.Why };
        }
    }
}
