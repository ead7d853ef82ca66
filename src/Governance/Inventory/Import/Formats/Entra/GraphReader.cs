using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What Microsoft Graph answers for <c>servicePrincipals</c>, <c>applications</c>, <c>oauth2PermissionGrants</c>, <c>appRoleAssignments</c> and
/// expanded <c>owners</c>: one page, its bare list, a list of pages, or one object. Grants are gathered by client in a first
/// reading; a client that no record of the file describes is kept, as seen only through a grant.
/// </summary>
public sealed class GraphReader : IInventoryReader
{
    internal static readonly JsonLayout Layout = JsonLayout.Of(["value", "servicePrincipals", "applications", "oauth2PermissionGrants", "appRoleAssignments"]);

    public string Format => "entra-graph";

    public string Description => "Microsoft Graph JSON (servicePrincipals, applications, oauth2PermissionGrants, appRoleAssignments)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Entra;

    public bool Recognises(FileHead head) => head.IsJson;

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var grants = Gather(file);
        var (known, read) = (0, 0);
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            read++;
            var place = record.Place;
            ReadItem? item = null;
            var kind = GraphObject.KindOf(record);
            try
            {
                if (record.Problem is { } problem)
                    item = ReadItem.Rejected(place, null, problem);
                else if (kind == GraphObjectKind.Unknown)
                    item = ReadItem.Rejected(place, record.Element.Text("id")?.ToLowerInvariant(), "it is not a service principal, application, permission grant or app role assignment");
                else if (kind is GraphObjectKind.Grant or GraphObjectKind.RoleAssignment)
                    item = GraphGrants.Problem(record.Element, kind) is { } why ? ReadItem.Rejected(place, record.Element.Text("id", "objectId"), why) : null;
                else
                    item = Identity(record.Element, kind, place, grants, file);
            }
            catch (BadValueException e)
            {
                item = ReadItem.Rejected(place, null, e.Message);
            }

            known += kind == GraphObjectKind.Unknown ? 0 : 1;
            if (item is not null)
                yield return item;
        }

        if (known == 0 && (read > 0 || !LooksLikeGraph(file)))
            throw new UnreadableFileException("The JSON is not recognised: expected one of servicePrincipals, applications, oauth2PermissionGrants or appRoleAssignments of Microsoft Graph, or an AWS credential report.");
        foreach (var (client, list) in grants.Rest())
            yield return new ReadItem(list.Place, client) { Identity = Stub(client, list, file.Full) };
    }

    private static bool LooksLikeGraph(ImportFile file) => file.Documents.Any(d => d.Head.Has("value"));

    private static GraphGrants Gather(ImportFile file)
    {
        var grants = new GraphGrants();
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            var kind = GraphObject.KindOf(record);
            if (kind is not (GraphObjectKind.Grant or GraphObjectKind.RoleAssignment))
                continue;
            try
            {
                grants.Add(record, kind);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return grants;
    }

    private static ReadItem Identity(JsonElement record, GraphObjectKind kind, string place, GraphGrants grants, ImportFile file)
    {
        var identity = GraphObject.Read(record, kind, file);
        foreach (var assignment in record.List("appRoleAssignments"))
            grants.AddTo(identity.ExternalId, assignment, GraphObjectKind.RoleAssignment, place);
        foreach (var grant in record.List("oauth2PermissionGrants"))
            grants.AddTo(identity.ExternalId, grant, GraphObjectKind.Grant, place);
        if (grants.Take(identity.ExternalId) is { } list)
            identity = identity with { Grants = list.ToRecords(), GrantCoverage = list.Coverage(file.Full) };
        return new ReadItem(place, identity.ExternalId) { Identity = identity };
    }

    private static IdentityRecord Stub(string client, GraphGrants.Client list, bool full) => new()
    {
        ExternalId = client,
        DisplayName = list.DisplayName ?? $"Unknown client {client}",
        Kind = IdentityKind.ServicePrincipal,
        Description = "Seen only through a grant: no imported file describes the service principal itself.",
        Grants = list.ToRecords(),
        GrantCoverage = list.Coverage(full),
        Part = RecordPart.Detail,
        CredentialsComplete = false,
    };
}
