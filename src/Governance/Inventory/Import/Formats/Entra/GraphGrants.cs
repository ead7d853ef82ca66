using System.Text.Json;

namespace Governance.Inventory;

/// <summary>Records of Graph as grants: delegated (<c>oauth2PermissionGrants</c>), as application (<c>appRoleAssignments</c>), and roles in the directory.</summary>
internal static class GraphGrants
{
    public const string Directory = "Microsoft Entra directory";

    /// <summary>Why the record can't be attached to a client; null when it can.</summary>
    public static string? Problem(JsonElement record, GraphObjectKind kind)
    {
        if (kind == GraphObjectKind.Grant)
        {
            return record.Text("clientId") is null ? "clientId is missing: it is not said who holds the grant"
                : record.Text("scope")?.Trim() is null or "" ? "scope is empty: the grant gives nothing" : null;
        }

        return record.Text("principalId") is null ? "principalId is missing: it is not said who holds the role"
            : record.Text("principalType") is { } type && type != "ServicePrincipal" ? $"it is of a {CsvValues.Short(type)}, and only service principals are inventoried" : null;
    }

    /// <summary>One grant a scope.</summary>
    public static IEnumerable<GrantRecord> Delegated(JsonElement record, GraphLookups lookups)
    {
        var resource = Resource(record, lookups);
        var consent = record.Text("consentType") == "AllPrincipals" ? "AllPrincipals" : record.Text("principalId")?.ToLowerInvariant();
        foreach (var scope in SecretFilter.Words(record.Text("scope") ?? string.Empty).Distinct(StringComparer.Ordinal))
        {
            var (privileged, description) = GraphPermissions.Rate(scope, delegated: true);
            yield return new GrantRecord(scope, resource, GrantPath.Delegated, privileged) { Description = description, Consent = consent, GrantedAt = record.Time("startTime"), NativeKey = Native(record, scope), Named = IsName(resource) };
        }
    }

    public static GrantRecord Role(JsonElement record, GraphLookups lookups)
    {
        var name = lookups.RoleName(record.Text("resourceId"), record.Text("appRoleId", "id"));
        var (privileged, description) = GraphPermissions.Rate(name, delegated: false);
        var resource = Resource(record, lookups);
        return new GrantRecord(name, resource, GrantPath.Role, privileged)
        {
            NativeKey = Native(record, record.Text("appRoleId", "id")),
            Named = IsName(resource) && IsName(name),
            Description = description,
            GrantedAt = record.Time("createdDateTime", "creationTimestamp"),
        };
    }

    /// <summary>A role in the directory; held directly, so that a file of app role assignments does not speak of it.</summary>
    public static GrantRecord DirectoryRole(JsonElement assignment, GraphLookups lookups)
    {
        var id = assignment.Text("roleDefinitionId");
        var (name, template) = lookups.DirectoryRole(id);
        if (assignment.TryGetProperty("roleDefinition", out var definition))
            (name, template) = (definition.Text("displayName") ?? name, definition.Text("templateId") ?? template);
        return DirectoryRole(name ?? template ?? id ?? "unknown", template ?? id, assignment.Text("directoryScopeId", "appScopeId"));
    }

    public static GrantRecord DirectoryRole(string name, string? template, string? scope)
    {
        var rating = Privilege.OfEntraDirectoryRole(name);
        if (rating.Privileged == Common.Reported.Unknown && template is not null)
            rating = Privilege.OfEntraDirectoryRole(template);
        return new GrantRecord(name, scope is null or "/" ? Directory : $"{Directory} {scope}", GrantPath.Direct, rating.Privileged) { Description = $"Directory role. {rating.Why}" };
    }

    /// <summary>Grants of one record, each permission of a resource once.</summary>
    public static IReadOnlyList<GrantRecord> Distinct(IEnumerable<GrantRecord> grants) =>
        [.. grants.GroupBy(g => (g.Key, g.Path)).Select(g => g.Aggregate((a, b) => a with { Consent = RecordJoin.Consent(a.Consent, b.Consent) }))];

    private static string? Native(JsonElement record, string? permission) =>
        record.Text("resourceId") is { } resource && permission is not null ? ShortText.Unique($"{resource}/{permission}".ToLowerInvariant(), 390) : null;

    private static bool IsName(string? text) => text is not null && !Guid.TryParse(text, out _);

    private static string? Resource(JsonElement record, GraphLookups lookups) =>
        record.Text("resourceDisplayName") ?? lookups.ResourceName(record.Text("resourceId")) ?? record.Text("resourceId")?.ToLowerInvariant();
}
