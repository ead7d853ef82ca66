using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// A Keycloak realm export (also of several realms, or with users in files of their own) and the list of clients. A client is an identity; the roles of its service
/// account stand with a user that names the client. People, groups and scopes are not inventoried.
/// </summary>
public sealed class KeycloakReader : IInventoryReader
{
    // A realm has some hundred settings before its lists; none of them is a record.
    private static readonly JsonLayout Layout = new(new HashSet<string>(StringComparer.Ordinal) { "clients", "users" }, AnyName.Instance);

    public string Format => "keycloak";

    public string Description => "Keycloak clients or a realm export (kcadm.sh get clients, kc.sh export)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Keycloak;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        && (head.Has("clientId", "publicClient") || head.Has("clientId", "clientAuthenticatorType") || head.Has("realm", "accessTokenLifespan") || head.Has("realm", "users")
            || head.Has("realm", "clients") || head.Has("clients[].publicClient"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var withRoles = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in JsonRecords.Of(file, Layout).Where(r => r.Problem is null))
        {
            try
            {
                if (record.Element.Text("clientId") is { } client && record.Element.Text("id") is { } id)
                    ids.TryAdd(RealmOf(record) + client, id);
                else if (record.Collection == "users" && record.Element.Text("serviceAccountClientId") is { } served)
                    withRoles.Add(RealmOf(record) + served);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return Reading.Records(file, Layout, ["id"], record => [Item(record, ids, withRoles, file)]);
    }

    private static ReadItem Item(JsonRecord record, Dictionary<string, string> ids, HashSet<string> withRoles, ImportFile file)
    {
        var e = record.Element;
        if (record.Collection == "users" || (!e.Has("clientId") && e.Has("username")))
            return e.Text("serviceAccountClientId") is { } served ? ServiceAccount(record, served, ids, file) : ReadItem.Skipped(record.Place, "users (import people from the directory)");
        if (!e.Has("clientId"))
            return e.Has("realm") ? ReadItem.Skipped(record.Place, "realms without clients") : throw new BadValueException("clientId is missing: it is no client");
        if (e.IsTrue("bearerOnly"))
            return ReadItem.Skipped(record.Place, "bearer-only clients (they sign in nowhere)");
        var identity = KeycloakClient.Read(e, file);
        return ReadItem.Of(record.Place, identity with { GrantCoverage = file.Full && withRoles.Contains(RealmOf(record) + e.Text("clientId")) ? GrantCoverage.All : GrantCoverage.None });
    }

    /// <summary>The user that a client acts as by itself, with its roles.</summary>
    private static ReadItem ServiceAccount(JsonRecord record, string client, Dictionary<string, string> ids, ImportFile file)
    {
        var e = record.Element;
        var grants = e.List("realmRoles").Where(IsText).Select(r => Role(r.GetString()!, "realm")).ToList();
        if (e.Inner("clientRoles") is { ValueKind: JsonValueKind.Object } byClient)
            grants.AddRange(byClient.EnumerateObject().SelectMany(c => byClient.List(c.Name).Where(IsText).Select(r => Role(r.GetString()!, $"client {c.Name}"))));
        grants.AddRange(e.List("groups").Where(IsText).Select(g => new GrantRecord($"roles of {g.GetString()}", "realm", GrantPath.Inherited, Reported.Unknown) { Via = $"group {g.GetString()}" }));
        var id = ids.GetValueOrDefault(RealmOf(record) + client) ?? ids.GetValueOrDefault(client) ?? client;
        return ReadItem.Of(record.Place, IdentityRecord.SeenOnlyThrough("the roles of its service account", id, client, IdentityKind.ServiceAccount, "the client itself") with
        {
            Grants = grants,
            GrantCoverage = file.Full ? GrantCoverage.All : GrantCoverage.None,
        });
    }

    private static GrantRecord Role(string name, string resource)
    {
        var rating = Privilege.OfKeycloakRole(name);
        return new GrantRecord(name, resource, GrantPath.Role, rating.Privileged) { Description = rating.Why };
    }

    private static bool IsText(JsonElement e) => e.ValueKind == JsonValueKind.String;

    /// <summary>Client names are unique in a realm only: the place up to the list says which realm of the file it is.</summary>
    private static string RealmOf(JsonRecord record)
    {
        var end = record.Collection is null ? -1 : record.Place.LastIndexOf(record.Collection + "[", StringComparison.Ordinal);
        return end <= 0 ? string.Empty : record.Place[..end] + "|";
    }
}
