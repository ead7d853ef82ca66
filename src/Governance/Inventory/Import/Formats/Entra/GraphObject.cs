using System.Text.Json;

namespace Governance.Inventory;

internal enum GraphObjectKind
{
    Unknown,
    ServicePrincipal,
    Application,
    Grant,
    RoleAssignment,
}

/// <summary>One object of Microsoft Graph as an identity. Also the portal's manifest form and Azure AD Graph's old names.</summary>
internal static class GraphObject
{
    /// <summary>The tenant that Microsoft's own applications belong to.</summary>
    private const string MicrosoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "objectId", "displayName", "name", "description", "appDescription", "accountEnabled", "createdDateTime", "passwordCredentials", "keyCredentials", "notes",
        "owners", "sponsors", "appRoleAssignments", "oauth2PermissionGrants", "appRoles", "oauth2PermissionScopes", "oauth2Permissions", "logo",
    };

    public static GraphObjectKind KindOf(JsonRecord record)
    {
        var e = record.Element;
        if (e.ValueKind != JsonValueKind.Object)
            return GraphObjectKind.Unknown;
        if (e.Has("clientId") && e.Has("scope") || record.Collection == "oauth2PermissionGrants")
            return GraphObjectKind.Grant;
        if (e.Has("appRoleId") && e.Has("principalId") || record.Collection == "appRoleAssignments")
            return GraphObjectKind.RoleAssignment;
        if (e.Has("servicePrincipalType") || e.Has("servicePrincipalNames") || e.Has("appDisplayName") || e.Has("agentIdentityBlueprintId") || record.Collection == "servicePrincipals")
            return GraphObjectKind.ServicePrincipal;
        return e.Has("appId") && (e.Has("signInAudience") || e.Has("requiredResourceAccess") || e.Has("identifierUris") || e.Has("passwordCredentials") || e.Has("displayName"))
            || record.Collection == "applications" ? GraphObjectKind.Application : GraphObjectKind.Unknown;
    }

    public static IdentityRecord Read(JsonElement e, GraphObjectKind kind, ImportFile file)
    {
        var id = CsvValues.Required("id", e.Text("id", "objectId")).ToLowerInvariant();
        var appId = e.Text("appId")?.ToLowerInvariant();
        var name = e.Text("displayName", "appDisplayName", "name") ?? (appId is null ? null : $"Application {appId}");
        var publisher = e.TryGetProperty("verifiedPublisher", out var verified) ? verified.Text("displayName") : null;
        publisher ??= e.Text("publisherName") ?? (string.Equals(e.Text("appOwnerOrganizationId"), MicrosoftTenant, StringComparison.OrdinalIgnoreCase) ? "Microsoft" : e.Text("publisherDomain"));
        var isAgent = e.Has("agentIdentityBlueprintId") || (e.Text("@odata.type")?.Contains("agentIdentity", StringComparison.Ordinal) ?? false);
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = CsvValues.Required("displayName", name),
            Kind = isAgent ? IdentityKind.Agent
                : kind == GraphObjectKind.Application ? IdentityKind.Application
                : e.Text("servicePrincipalType") == "ManagedIdentity" ? IdentityKind.ManagedIdentity : IdentityKind.ServicePrincipal,
            Description = e.Text("description", "appDescription"),
            Purpose = e.Text("notes"),
            Enabled = e.YesNo("accountEnabled"),
            Publisher = publisher,
            ParentExternalId = e.Text("agentIdentityBlueprintId")?.ToLowerInvariant(),
            OwnerHint = People(e, "sponsors") ?? People(e, "owners"),
            CreatedAt = e.Time("createdDateTime"),
            Tool = file.Catalogue.Match(appId, name!, publisher, Addresses(e)),
            Credentials = [.. Credentials(e, "passwordCredentials", CredentialKind.ClientSecret, file.Secrets), .. Credentials(e, "keyCredentials", CredentialKind.Certificate, file.Secrets)],
            Attributes = AttributeJson.Of(e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)), file.Secrets),
        };
    }

    /// <summary>Sorted, so that another order of the same people is no change.</summary>
    private static string? People(JsonElement e, string list)
    {
        var names = e.List(list).Select(o => o.Text("mail", "userPrincipalName", "displayName", "id")).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more";
    }

    private static IEnumerable<string> Addresses(JsonElement e)
    {
        if (e.Text("homepage") is { } home)
            yield return home;
        var uris = e.List("replyUrls").Concat(e.TryGetProperty("web", out var web) ? web.List("redirectUris") : []);
        foreach (var uri in uris.Where(u => u.ValueKind == JsonValueKind.String).Take(50))
        {
            if (uri.GetString() is { } text)
                yield return text;
        }
    }

    private static IEnumerable<CredentialRecord> Credentials(JsonElement e, string list, CredentialKind kind, SecretFilter secrets)
    {
        var slot = 0;
        foreach (var c in e.List(list))
        {
            slot++;
            if (c.ValueKind != JsonValueKind.Object)
                continue;
            var expires = c.Time("endDateTime", "endDate");
            var secret = c.Text("secretText", "value");
            yield return new CredentialRecord(c.Text("keyId")?.ToLowerInvariant() ?? $"{list}[{slot}]", kind)
            {
                DisplayName = c.Text("displayName"),
                CreatedAt = c.Time("startDateTime", "startDate"),
                ExpiresAt = expires,
                Expiry = expires is null ? ExpiryState.NotReported : ExpiryState.Known,
                Fingerprint = secret is null ? null : secrets.Fingerprint(secret),
            };
        }
    }
}
