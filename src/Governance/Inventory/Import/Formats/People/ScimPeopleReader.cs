using Governance.Common;
using Governance.People;

namespace Governance.Inventory;

/// <summary>
/// Users of SCIM 2.0 as people (RFC 7643, 4.1 and 4.3): the enterprise extension tells department and manager. Recognised where the enterprise extension is there and no user says to be a
/// machine; a list that mixes both is imported twice, once under each name. A user that is not <c>active</c> has left.
/// </summary>
public sealed class ScimPeopleReader : IInventoryReader
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    private static readonly JsonLayout Layout = JsonLayout.Of(["Resources"], "schemas", "totalResults", "startIndex", "itemsPerPage", "nextCursor", "previousCursor");

    public string Format => "scim-people";

    public string Description => "SCIM 2.0 Users with the enterprise extension, as people";

    public ImportSubject Subject => ImportSubject.People;

    public SourceSystem System => SourceSystem.Saas;

    public bool Recognises(FileHead head) => IsPeople(head);

    /// <summary>Whether it is a list of people; then it is no inventory.</summary>
    internal static bool IsPeople(FileHead head) => head.IsJson && head.Has("schemas") && head.Has("Resources") && head.Text.Contains(Enterprise, StringComparison.Ordinal)
        && !head.Text.Contains("\"userType\"", StringComparison.Ordinal) && !head.Text.Contains(":Agent\"", StringComparison.Ordinal);

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, Layout, ["id"], record => [Person(record, file.Secrets)]);

    private static ReadItem Person(JsonRecord record, SecretFilter secrets)
    {
        var e = record.Element;
        if (!e.Has("userName"))
            return ReadItem.Skipped(record.Place, "resources that are no Users");
        if (ScimReader.IsMachine(e.Text("userType")))
            return ReadItem.Skipped(record.Place, "Users who are machines (import them as an inventory)");
        var id = secrets.Clean(CsvValues.Required("id", e.Text("id")));
        var mails = e.List("emails").ToList();
        var mail = mails.Find(m => m.YesNo("primary") == Reported.Yes).Text("value") ?? mails.Select(m => m.Text("value")).FirstOrDefault(m => m is not null);
        var name = e.Text("displayName") ?? e.Inner("name").Text("formatted")
            ?? (string.Join(' ', new[] { e.Inner("name").Text("givenName"), e.Inner("name").Text("familyName") }.OfType<string>()) is { Length: > 0 } parts ? parts : CsvValues.Required("userName", e.Text("userName")));
        var work = e.Inner(Enterprise);
        return new ReadItem(record.Place, id)
        {
            Person = new PersonRecord(id, secrets.Clean(name))
            {
                Mail = secrets.CleanOrNull(mail ?? (e.Text("userName") is { } user && user.Contains('@', StringComparison.Ordinal) ? user : null))?.ToLowerInvariant(),
                Title = secrets.CleanOrNull(e.Text("title")),
                Department = secrets.CleanOrNull(work.Text("department", "organization")),
                ManagerExternalId = secrets.CleanOrNull(work.Inner("manager").Text("value")),
                // Absent means active: RFC 7643, 4.1.1.
                Status = e.YesNo("active") == Reported.No ? PersonStatus.Left : PersonStatus.Active,
            },
        };
    }
}
