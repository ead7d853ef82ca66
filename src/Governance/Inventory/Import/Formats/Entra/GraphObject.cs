using System.Text.Json;

namespace Governance.Inventory;

internal enum GraphObjectKind
{
    Unknown,
    ServicePrincipal,
    Application,

    /// <summary>Delegated.</summary>
    Grant,

    /// <summary>Of an app role.</summary>
    RoleAssignment,

    /// <summary>Of a role in the directory.</summary>
    DirectoryAssignment,
    DirectoryRole,
    DirectoryRoleDefinition,
    FederatedCredential,

    /// <summary>When an application last signed in.</summary>
    SignIns,

    /// <summary>When one credential was last used.</summary>
    CredentialUse,

    /// <summary>An object with its id and its owners or sponsors, and nothing of itself.</summary>
    Owners,
    Person,
    Group,

    /// <summary>Removed, by a delta, or deleted and still restorable.</summary>
    Deleted,
}

/// <summary>One object of Microsoft Graph as an identity. Also the portal's manifest form and Azure AD Graph's old names.</summary>
internal static class GraphObject
{
    /// <summary>The tenant that Microsoft's own applications belong to.</summary>
    private const string MicrosoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "objectId", "displayName", "name", "description", "appDescription", "accountEnabled", "createdDateTime", "passwordCredentials", "keyCredentials", "notes",
        "owners", "sponsors", "appRoleAssignments", "oauth2PermissionGrants", "appRoles", "oauth2PermissionScopes", "oauth2Permissions", "publishedPermissionScopes", "logo", "federatedIdentityCredentials",
        "appRoleAssignedTo", "memberOf", "transitiveMemberOf", "createdBy", "tenantId", "tenantName", "@odata.etag",
    };

    public static GraphObjectKind KindOf(JsonRecord record) => KindOf(record.Element, record.Collection);

    public static GraphObjectKind KindOf(JsonElement e, string? collection)
    {
        if (e.ValueKind != JsonValueKind.Object)
            return GraphObjectKind.Unknown;
        if (e.Has("@removed") || e.Text("deletedDateTime") is not null)
            return GraphObjectKind.Deleted;
        if (e.Has("clientId") && e.Has("scope") || collection == "oauth2PermissionGrants")
            return GraphObjectKind.Grant;
        if (e.Has("appRoleId") && e.Has("principalId") || collection == "appRoleAssignments")
            return GraphObjectKind.RoleAssignment;
        if (e.Has("roleDefinitionId") && (e.Has("principalId") || e.Has("directoryScopeId")))
            return GraphObjectKind.DirectoryAssignment;
        var type = e.Text("@odata.type");
        if (e.Has("roleTemplateId") || (type?.EndsWith(".directoryRole", StringComparison.Ordinal) ?? false))
            return GraphObjectKind.DirectoryRole;
        if (e.Has("rolePermissions") || collection == "roleDefinitions" || (e.Has("templateId") && e.Has("isBuiltIn")))
            return GraphObjectKind.DirectoryRoleDefinition;
        if (e.Has("issuer") && e.Has("subject"))
            return GraphObjectKind.FederatedCredential;
        if (e.Has("signInActivity") && e.Has("keyId"))
            return GraphObjectKind.CredentialUse;
        if (e.Has("appId") && (e.Has("lastSignInActivity") || e.Has("applicationAuthenticationClientSignInActivity") || e.Has("delegatedClientSignInActivity")))
            return GraphObjectKind.SignIns;
        if (e.Has("servicePrincipalType") || e.Has("servicePrincipalNames") || e.Has("appDisplayName") || e.Has("agentIdentityBlueprintId") || collection is "servicePrincipals" or "agentIdentities"
            || (type is not null && (type.EndsWith(".servicePrincipal", StringComparison.Ordinal) || type.EndsWith(".agentIdentity", StringComparison.Ordinal) || type.EndsWith(".agentIdentityBlueprintPrincipal", StringComparison.Ordinal))))
            return GraphObjectKind.ServicePrincipal;
        if ((e.Has("appId") && (e.Has("signInAudience") || e.Has("requiredResourceAccess") || e.Has("identifierUris") || e.Has("passwordCredentials") || e.Has("displayName")))
            || collection == "applications" || (type is not null && (type.EndsWith(".application", StringComparison.Ordinal) || type.EndsWith(".agentIdentityBlueprint", StringComparison.Ordinal))))
            return GraphObjectKind.Application;
        if (type?.EndsWith(".user", StringComparison.Ordinal) == true || e.Has("userPrincipalName"))
            return GraphObjectKind.Person;
        if (type?.EndsWith(".group", StringComparison.Ordinal) == true || e.Has("securityEnabled"))
            return GraphObjectKind.Group;
        return e.Text("id") is not null && (e.Has("owners") || e.Has("sponsors") || e.Has("federatedIdentityCredentials")) ? GraphObjectKind.Owners : GraphObjectKind.Unknown;
    }

    public static IdentityRecord Read(JsonElement e, GraphObjectKind kind, ImportFile file, GraphLookups lookups)
    {
        var id = CsvValues.Required("id", e.Text("id", "objectId")).ToLowerInvariant();
        var appId = e.Text("appId")?.ToLowerInvariant();
        var name = e.Text("displayName", "appDisplayName", "name") ?? (appId is null ? null : $"Application {appId}");
        var publisher = e.TryGetProperty("verifiedPublisher", out var verified) ? verified.Text("displayName") : null;
        publisher ??= e.Text("publisherName") ?? (string.Equals(e.Text("appOwnerOrganizationId"), MicrosoftTenant, StringComparison.OrdinalIgnoreCase) ? "Microsoft" : e.Text("publisherDomain"));
        var blueprint = e.Text("agentIdentityBlueprintId")?.ToLowerInvariant();
        var isAgent = blueprint is not null || (e.Text("@odata.type")?.EndsWith("agentIdentity", StringComparison.Ordinal) ?? false);
        var used = kind == GraphObjectKind.ServicePrincipal ? lookups.SignedIn(appId) : null;
        var grants = GraphGrants.Distinct(e.List("appRoleAssignments").Select(a => GraphGrants.Role(a, lookups)).Concat(e.List("oauth2PermissionGrants").SelectMany(g => GraphGrants.Delegated(g, lookups)))
            .Concat(kind == GraphObjectKind.ServicePrincipal ? lookups.TakeDirectoryRoles(id).Select(a => GraphGrants.DirectoryRole(a, lookups)) : []));
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
            ParentExternalId = blueprint is null ? null : lookups.Blueprint(blueprint),
            OwnerHint = People(e, "sponsors") ?? People(e, "owners"),
            CreatorHint = Creator(e),
            CreatedAt = e.Time("createdDateTime"),
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Tool = file.Catalogue.Match(appId, name!, publisher, Addresses(e)),
            Credentials = GraphCredentials.Of(e, file.Secrets),
            // What $select left out is not told, and so not gone.
            CredentialsComplete = e.Has("passwordCredentials") && e.Has("keyCredentials"),
            Silent = Silent(e),
            Grants = grants,
            GrantCoverage = kind == GraphObjectKind.ServicePrincipal && file.Full ? Coverage(lookups.Feeds) : GrantCoverage.None,
            Attributes = AttributeJson.Of(e.EnumerateObject().Where(p => !Used.Contains(p.Name) && !p.Name.EndsWith("@odata.context", StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Name, p.Value)).Concat(GraphCredentials.Trusts(e)), file.Secrets),
        };
    }

    /// <summary>Sorted, so that another order of the same people is no change.</summary>
    public static string? People(JsonElement e, string list)
    {
        var names = e.List(list).Select(o => o.Text("mail", "userPrincipalName", "displayName", "id")).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more";
    }

    public static GrantCoverage Coverage((bool Delegated, bool Roles, bool Directory) feeds) =>
        feeds is { Delegated: true, Roles: true } ? feeds.Directory ? GrantCoverage.All : GrantCoverage.DelegatedAndRole : feeds.Delegated ? GrantCoverage.Delegated : feeds.Roles ? GrantCoverage.Role : GrantCoverage.None;

    /// <summary>What was not asked for is not told. The reports of sign-ins hold some weeks only, and may be of another file.</summary>
    private static SilentFields Silent(JsonElement e) =>
        SilentFields.SomeUse | (e.Has("owners") || e.Has("sponsors") ? SilentFields.None : SilentFields.Owner) | (e.Has("federatedIdentityCredentials") ? SilentFields.None : SilentFields.Trusts);

    private static string? Creator(JsonElement e) =>
        e.TryGetProperty("createdBy", out var by) && by.ValueKind == JsonValueKind.Object && by.TryGetProperty("user", out var user) ? user.Text("userPrincipalName", "mail", "displayName") : null;

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
}
