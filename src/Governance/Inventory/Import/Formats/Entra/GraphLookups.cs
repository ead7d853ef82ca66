using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What the second reading refers to: the names of resources and of their app roles, of directory roles, and what only a few records say of others
/// (directory roles held, sign-ins by application). From the first reading; grants are not among it.
/// </summary>
internal sealed class GraphLookups
{
    private readonly Dictionary<string, string> roles = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> resources = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (string? Name, string? Template)> directoryRoles = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> blueprints = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Guid, DateTimeOffset> signIns = [];
    private readonly Dictionary<string, List<JsonElement>> assignments = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the file has delegated grants; app role assignments; and roles in the directory.</summary>
    public (bool Delegated, bool Roles, bool Directory) Feeds { get; private set; }

    /// <summary>Applications of which the file has a sign-in, and no service principal was met yet.</summary>
    public HashSet<Guid> Unmatched { get; } = [];

    public void Learn(GraphObjectKind kind, JsonElement e)
    {
        switch (kind)
        {
            case GraphObjectKind.ServicePrincipal or GraphObjectKind.Application:
                LearnResource(kind, e);
                break;
            case GraphObjectKind.Grant:
                Feeds = Feeds with { Delegated = true };
                break;
            case GraphObjectKind.RoleAssignment:
                Feeds = Feeds with { Roles = true };
                break;
            case GraphObjectKind.DirectoryRole or GraphObjectKind.DirectoryRoleDefinition:
                if (kind == GraphObjectKind.DirectoryRole && e.List("members").Any())
                    Feeds = Feeds with { Directory = true };
                if (e.Text("id", "objectId") is { } role)
                    directoryRoles[role] = (e.Text("displayName"), e.Text("roleTemplateId", "templateId"));
                break;
            case GraphObjectKind.DirectoryAssignment:
                Feeds = Feeds with { Directory = true };
                if (e.Text("principalId") is { } principal)
                {
                    if (!assignments.TryGetValue(principal, out var held))
                        assignments.Add(principal, held = []);
                    held.Add(e.Clone());
                }

                break;
            case GraphObjectKind.SignIns:
                if (Guid.TryParse(e.Text("appId"), out var app) && SignIn(e) is { } at)
                {
                    signIns[app] = signIns.TryGetValue(app, out var before) && before > at ? before : at;
                    Unmatched.Add(app);
                }

                break;
        }
    }

    /// <summary>The app role's name: as its resource publishes it, or from Graph's own list; the id itself where neither knows it.</summary>
    public string RoleName(string? resourceId, string? roleId)
    {
        if (roleId is null)
            return "unknown";
        if (roleId.AsSpan().TrimStart("0-").IsEmpty)
            return "Default access";
        return roles.GetValueOrDefault($"{resourceId}/{roleId}") ?? roles.GetValueOrDefault(roleId) ?? GraphPermissions.NameOf(roleId);
    }

    public string? ResourceName(string? resourceId) => resourceId is null ? null : resources.GetValueOrDefault(resourceId);

    public (string? Name, string? Template) DirectoryRole(string? id) => id is null ? default : directoryRoles.GetValueOrDefault(id);

    /// <summary>The blueprint's object id, where the file has it: agents name it by its application id.</summary>
    public string Blueprint(string appId) => blueprints.GetValueOrDefault(appId, appId);

    /// <summary>When a service principal of the application last signed in; null where the file does not tell.</summary>
    public DateTimeOffset? SignedIn(string? appId)
    {
        if (!Guid.TryParse(appId, out var id) || !signIns.TryGetValue(id, out var at))
            return null;
        Unmatched.Remove(id);
        return at;
    }

    /// <summary>The principal's directory roles, which are then not among the rest.</summary>
    public IReadOnlyList<JsonElement> TakeDirectoryRoles(string principal) => assignments.Remove(principal, out var held) ? held : [];

    public IEnumerable<KeyValuePair<string, List<JsonElement>>> RestOfDirectoryRoles() => assignments.OrderBy(a => a.Key, StringComparer.Ordinal);

    private static DateTimeOffset? SignIn(JsonElement e)
    {
        DateTimeOffset? last = null;
        foreach (var name in new[] { "lastSignInActivity", "applicationAuthenticationClientSignInActivity", "delegatedClientSignInActivity", "applicationAuthenticationResourceSignInActivity", "delegatedResourceSignInActivity" })
        {
            if (e.TryGetProperty(name, out var activity) && activity.Time("lastSignInDateTime") is { } at && (last is null || at > last))
                last = at;
        }

        return last;
    }

    private void LearnResource(GraphObjectKind kind, JsonElement e)
    {
        var id = e.Text("id", "objectId");
        var published = false;
        foreach (var role in e.List("appRoles"))
        {
            if (role.Text("id") is not { } roleId || role.Text("value", "displayName") is not { } value)
                continue;
            published = true;
            roles.TryAdd(kind == GraphObjectKind.ServicePrincipal ? $"{id}/{roleId}" : roleId, value);
        }

        published |= e.List("oauth2PermissionScopes").Any() || e.List("publishedPermissionScopes").Any() || e.List("oauth2Permissions").Any();
        if (kind == GraphObjectKind.ServicePrincipal && published && id is not null && e.Text("displayName", "appDisplayName") is { } name)
            resources.TryAdd(id, name);
        if (id is not null && e.Text("@odata.type")?.EndsWith("agentIdentityBlueprint", StringComparison.Ordinal) == true && e.Text("appId") is { } appId)
            blueprints.TryAdd(appId, id.ToLowerInvariant());
        if (e.List("appRoleAssignments").Any())
            Feeds = Feeds with { Roles = true };
        if (e.List("oauth2PermissionGrants").Any())
            Feeds = Feeds with { Delegated = true };
    }
}
