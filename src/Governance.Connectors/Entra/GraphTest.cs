using System.Globalization;
using Governance.Common;
using Governance.Connectors.Outbound;

namespace Governance.Connectors.Entra;

/// <summary>Looks at each list once, and says which permission a list that can't be read lacks.</summary>
internal static class GraphTest
{
    private static readonly (string Path, string Title, string Permission)[] Always =
    [
        ("v1.0/servicePrincipals?$top=1&$count=true", "service principals", "Application.Read.All"),
        ("v1.0/applications?$top=1&$count=true", "applications", "Application.Read.All"),
        ("v1.0/oauth2PermissionGrants?$top=1", "delegated grants", "DelegatedPermissionGrant.Read.All"),
    ];

    private static readonly (string Path, string Title, string Permission) Roles = ("v1.0/" + GraphReports.Assignments, "directory roles", GraphReports.RolesPermission);
    private static readonly (string Path, string Title, string Permission) Use = ("beta/" + GraphReports.SignIns + "?$top=1", "last use", GraphReports.SignInsPermission);

    private static IEnumerable<(string Path, string Title, string Permission)> Lists(GraphParts parts) =>
        Always.Concat(parts.DirectoryRoles ? [Roles] : []).Concat(parts.SignIns ? [Use] : []);

    public static async Task<Outcome<string>> RunAsync(GraphSession session, GraphParts parts, CancellationToken ct)
    {
        var seen = new List<string>();
        var missing = new List<string>();
        foreach (var (path, title, permission) in Lists(parts))
        {
            try
            {
                var answer = await session.Http.GetAsync(path, ct);
                seen.Add(answer.Json.TryGetProperty("@odata.count", out var count) && count.TryGetInt64(out var n) ? string.Create(CultureInfo.InvariantCulture, $"{n:N0} {title}") : title);
            }
            catch (FeedHttpException fault) when (fault.Status is 401 or 403)
            {
                missing.Add($"{title} (application permission {permission}, with admin consent)");
            }
        }

        return missing.Count == 0
            ? $"Signed in. It can read {string.Join(", ", seen)}."
            : new Refusal("feed.rights", $"Signed in, but it may not read {string.Join(" and ", missing)}.{(seen.Count > 0 ? $" It can read {string.Join(", ", seen)}." : string.Empty)}");
    }
}
