using System.Text.Json;
using Governance.People;

namespace Governance.Inventory;

/// <summary>
/// Users of Microsoft Graph as people: <c>GET /users?$select=id,displayName,mail,userPrincipalName,jobTitle,department,accountEnabled,employeeLeaveDateTime&amp;$expand=manager($select=id)</c>.
/// The object id is the person's id, so that what Graph says of owners and consents finds them. An account that is disabled, or whose leave date has passed, is of someone who has left.
/// </summary>
public sealed class GraphUsersReader(TimeProvider clock) : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["value", "users"]);

    public string Format => "entra-users";

    public string Description => "Microsoft Graph users (with $expand=manager)";

    public ImportSubject Subject => ImportSubject.People;

    public SourceSystem System => SourceSystem.Entra;

    public bool Recognises(FileHead head)
    {
        if (!head.IsJson || head.Has("schemas"))
            return false;
        foreach (var list in (string[])["value[]", "users[]", "[]", ""])
        {
            var names = head.NamesAt(list);
            if (names.Contains("userPrincipalName") && !names.Contains("appId") && !names.Contains("servicePrincipalType"))
                return true;
        }

        return false;
    }

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, Layout, ["id"], record => [Person(record, file.Secrets)]);

    private ReadItem Person(JsonRecord record, SecretFilter secrets)
    {
        var e = record.Element;
        if (e.Has("@removed"))
            return ReadItem.Skipped(record.Place, "users that were removed");
        if (!e.Has("userPrincipalName"))
            return ReadItem.Skipped(record.Place, "objects that are no users");
        if (string.Equals(e.Text("userType"), "Guest", StringComparison.OrdinalIgnoreCase))
            return ReadItem.Skipped(record.Place, "guests");
        var id = secrets.Clean(CsvValues.Required("id", e.Text("id"))).ToLowerInvariant();
        var leaves = e.Time("employeeLeaveDateTime");
        var gone = leaves <= clock.GetUtcNow();
        var enabled = e.Text("accountEnabled");
        var left = gone || enabled is "false" or "False" || (e.TryGetProperty("accountEnabled", out var flag) && flag.ValueKind == JsonValueKind.False);
        return new ReadItem(record.Place, id)
        {
            Person = new PersonRecord(id, secrets.Clean(CsvValues.Required("displayName", e.Text("displayName", "userPrincipalName"))))
            {
                Mail = secrets.CleanOrNull(e.Text("mail", "userPrincipalName"))?.ToLowerInvariant(),
                Title = secrets.CleanOrNull(e.Text("jobTitle")),
                Department = secrets.CleanOrNull(e.Text("department")),
                ManagerExternalId = secrets.CleanOrNull(e.Inner("manager").Text("id"))?.ToLowerInvariant(),
                Status = left ? PersonStatus.Left : PersonStatus.Active,
                LeftOn = gone ? leaves : null,
            },
        };
    }
}
