using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What Microsoft Graph answers for service principals (agent identities too), applications, permission grants, app role assignments, directory roles, federated credentials, sign-in
/// reports, and expanded owners: one page, its bare list, a list of pages, a delta's pages, or one object. A client that no record of the file
/// describes is kept, as seen only through a grant.
/// </summary>
public sealed class GraphReader : IInventoryReader
{
    internal static readonly JsonLayout Layout = JsonLayout.Of(
        ["value", "servicePrincipals", "agentIdentities", "applications", "oauth2PermissionGrants", "appRoleAssignments", "roleAssignments", "roleDefinitions", "directoryRoles", "servicePrincipalSignInActivities", "appCredentialSignInActivities"]);

    private static readonly string[] Keys = ["id", "objectId"];

    public string Format => "entra-graph";

    public string Description => "Microsoft Graph JSON (servicePrincipals, applications, oauth2PermissionGrants, appRoleAssignments, directory roles, sign-in activities)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Entra;

    public bool Joins => true;

    public bool LastResort => true;

    public bool Recognises(FileHead head) => head.IsJson;

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var lookups = Learn(JsonRecords.Of(file, Layout).Where(r => r.Problem is null).Select(r => (GraphObject.KindOf(r), r.Element)));
        var (known, read) = (0, 0);
        foreach (var item in Reading.Records(file, Layout, Keys, record =>
        {
            var kind = GraphObject.KindOf(record);
            known += kind == GraphObjectKind.Unknown ? 0 : 1;
            return Items(record, kind, lookups, file);
        }))
        {
            read++;
            yield return item.Reason is not null && item.Key is { } key ? item with { Key = key.ToLowerInvariant() } : item;
        }

        if (known == 0 && (read > 0 || !file.Documents.Any(d => d.Head.Has("value"))))
            throw new UnreadableFileException("The JSON is not recognised: expected one of servicePrincipals, applications, oauth2PermissionGrants or appRoleAssignments of Microsoft Graph.");
        foreach (var item in Rest(lookups))
            yield return item;
    }

    /// <summary>The first reading.</summary>
    internal static GraphLookups Learn(IEnumerable<(GraphObjectKind Kind, JsonElement Element)> records)
    {
        var lookups = new GraphLookups();
        foreach (var (kind, element) in records)
        {
            try
            {
                lookups.Learn(kind, element);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return lookups;
    }

    /// <summary>What one object says.</summary>
    internal static IEnumerable<ReadItem> Items(JsonRecord record, GraphObjectKind kind, GraphLookups lookups, ImportFile file)
    {
        var (e, place) = (record.Element, record.Place);
        return kind switch
        {
            GraphObjectKind.ServicePrincipal or GraphObjectKind.Application => [ReadItem.Of(place, GraphObject.Read(e, kind, file, lookups))],
            GraphObjectKind.Grant or GraphObjectKind.RoleAssignment => [Grants(e, kind, place, lookups, file)],
            GraphObjectKind.FederatedCredential => [Federated(record, file)],
            GraphObjectKind.CredentialUse => [GraphCredentials.Use(e) is { } use ? ReadItem.Of(place, use) : ReadItem.Rejected(place, e.Text("id"), "it does not say whose credential was used")],
            GraphObjectKind.Owners => [ReadItem.Of(place, Detail(e.Text("id")!, IdentityKind.Other) with
            {
                OwnerHint = GraphObject.People(e, "sponsors") ?? GraphObject.People(e, "owners"),
                Credentials = GraphCredentials.Of(e, file.Secrets),
                Attributes = AttributeJson.Of(GraphCredentials.Trusts(e), file.Secrets),
            })],
            GraphObjectKind.DirectoryRole => Members(e, place),
            // Given out with their service principals, or after all records.
            GraphObjectKind.DirectoryAssignment => [],
            GraphObjectKind.SignIns => [],
            GraphObjectKind.DirectoryRoleDefinition => [ReadItem.Skipped(place, "definitions of directory roles (named where they are held)")],
            GraphObjectKind.Person => [ReadItem.Skipped(place, "users")],
            GraphObjectKind.Group => [ReadItem.Skipped(place, "groups")],
            GraphObjectKind.Deleted => [ReadItem.Skipped(place, "deleted objects")],
            _ => [ReadItem.Rejected(place, e.Text("id")?.ToLowerInvariant(), "it is not a service principal, application, permission grant or app role assignment")],
        };
    }

    /// <summary>What was told of principals that no record describes.</summary>
    internal static IEnumerable<ReadItem> Rest(GraphLookups lookups)
    {
        foreach (var (principal, held) in lookups.RestOfDirectoryRoles())
        {
            var told = held.Select(a => a.TryGetProperty("principal", out var p) ? p : default).FirstOrDefault(p => p.ValueKind == JsonValueKind.Object);
            if (told.Text("@odata.type")?.EndsWith(".servicePrincipal", StringComparison.Ordinal) == true || told.Has("servicePrincipalType"))
            {
                yield return ReadItem.Of("roleAssignments", Detail(principal, IdentityKind.ServicePrincipal, told.Text("displayName")) with
                {
                    Grants = GraphGrants.Distinct(held.Select(a => GraphGrants.DirectoryRole(a, lookups))),
                });
            }
            else
            {
                foreach (var _ in held)
                    yield return ReadItem.Skipped("roleAssignments", "directory roles of users, groups, or service principals that are not in the file");
            }
        }

        foreach (var _ in lookups.Unmatched)
            yield return ReadItem.Skipped("servicePrincipalSignInActivities", "sign-ins of applications whose service principal is not in the file");
    }

    internal static IdentityRecord Detail(string id, IdentityKind kind, string? name = null) =>
        IdentityRecord.SeenOnlyThrough("a grant", id.ToLowerInvariant(), name ?? $"Unknown client {id.ToLowerInvariant()}", kind, "the service principal itself");

    private static ReadItem Grants(JsonElement e, GraphObjectKind kind, string place, GraphLookups lookups, ImportFile file)
    {
        if (GraphGrants.Problem(e, kind) is { } why)
            return ReadItem.Rejected(place, e.Text("id", "objectId"), why);
        var delegated = kind == GraphObjectKind.Grant;
        return ReadItem.Of(place, Detail(e.Text(delegated ? "clientId" : "principalId")!, IdentityKind.ServicePrincipal, delegated ? null : e.Text("principalDisplayName")) with
        {
            Grants = delegated ? [.. GraphGrants.Delegated(e, lookups)] : [GraphGrants.Role(e, lookups)],
            // Only a file that claims to be whole names all grants of a client; and only those of the feeds that it holds.
            GrantCoverage = !file.Full ? GrantCoverage.None : delegated ? GrantCoverage.Delegated : GrantCoverage.Role,
        });
    }

    /// <summary>A federated credential by itself says its application only in the page's context, or where someone put it.</summary>
    private static ReadItem Federated(JsonRecord record, ImportFile file)
    {
        var e = record.Element;
        var context = record.Document?.Head.TextAt("@odata.context") ?? string.Empty;
        var from = context.IndexOf("applications('", StringComparison.Ordinal);
        var application = e.Text("applicationId", "applicationObjectId", "appObjectId")
            ?? (from >= 0 && context.IndexOf('\'', from + 14) is var to and > 0 ? context[(from + 14)..to] : null);
        return application is null
            ? ReadItem.Skipped(record.Place, "federated credentials that do not say of which application (use $expand on applications)")
            : ReadItem.Of(record.Place, Detail(application, IdentityKind.Application) with { Credentials = [GraphCredentials.Federated(e)], Attributes = AttributeJson.Of([GraphCredentials.Trusts([e])], file.Secrets) });
    }

    private static IEnumerable<ReadItem> Members(JsonElement role, string place)
    {
        var name = role.Text("displayName") ?? role.Text("roleTemplateId") ?? "unknown";
        var told = false;
        foreach (var member in role.List("members"))
        {
            if (member.Text("id") is not { } id || !(member.Text("@odata.type")?.EndsWith(".servicePrincipal", StringComparison.Ordinal) == true || member.Has("servicePrincipalType")))
                continue;
            told = true;
            yield return ReadItem.Of(place, Detail(id, IdentityKind.ServicePrincipal, member.Text("displayName")) with { Grants = [GraphGrants.DirectoryRole(name, role.Text("roleTemplateId"), null)] });
        }

        if (!told)
            yield return ReadItem.Skipped(place, "directory roles that no service principal of the file holds");
    }
}
