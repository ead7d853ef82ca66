using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// SCIM 2.0 (RFC 7643, RFC 7644): a ListResponse, its resources, or one resource; with the draft's Agent and AgenticApplication. Users whose <c>userType</c> says service or bot
/// are identities. People are told and not taken: they come with the list of people, which knows who left.
/// </summary>
public sealed class ScimReader : IInventoryReader
{
    private const string Core = "urn:ietf:params:scim:schemas:core:2.0:";

    private static readonly JsonLayout Layout = JsonLayout.Of(["Resources"], "schemas", "totalResults", "startIndex", "itemsPerPage", "nextCursor", "previousCursor");

    private static readonly HashSet<string> MachineTypes = new(StringComparer.Ordinal)
    {
        "service", "serviceaccount", "bot", "robot", "machine", "system", "application", "agent", "integration", "workload", "nonhuman", "nonperson", "technical", "automation",
    };

    public string Format => "scim";

    public string Description => "SCIM 2.0 resources (ListResponse of Users, Agents, AgenticApplications)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Saas;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && head.Has("schemas") && (head.Has("Resources") || head.Has("totalResults") || head.Has("id")) && head.Text.Contains("urn:ietf:params:scim:", StringComparison.Ordinal)
        && !ScimPeopleReader.IsPeople(head);

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, Layout, ["id"], record => Items(record, file));

    private static IEnumerable<ReadItem> Items(JsonRecord record, ImportFile file)
    {
        var e = record.Element;
        switch (KindOf(e))
        {
            case "Agent":
                return [ReadItem.Of(record.Place, ScimResource.Agent(e, file))];
            case "AgenticApplication":
                return [ReadItem.Of(record.Place, ScimResource.Application(e, file)), .. ScimResource.AgentsOf(e).Select(a => ReadItem.Of(record.Place, a))];
            case "User" when IsMachine(e.Text("userType")):
                return [ReadItem.Of(record.Place, ScimResource.User(e, file))];
            case "User":
                return [ReadItem.Skipped(record.Place, e.Has("userType") ? "Users who are people (import people from the directory)" : "Users without a type (import people from the directory)")];
            case "":
                throw new BadValueException("schemas is missing: it is not said what it is");
            case var other:
                return [ReadItem.Skipped(record.Place, CsvValues.Short(other))];
        }
    }

    /// <summary>By schema, else by the resource type; a partial answer may hold neither, and is then told by its fields.</summary>
    private static string KindOf(JsonElement e)
    {
        var schemas = e.List("schemas").Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!).ToList();
        if (schemas.Find(s => s.StartsWith(Core, StringComparison.OrdinalIgnoreCase)) is { } core)
            return core[Core.Length..];
        if (schemas.Count > 0)
            return schemas[0][(schemas[0].LastIndexOf(':') + 1)..];
        return e.Inner("meta").Text("resourceType") ?? (e.Has("userName") ? "User" : string.Empty);
    }

    internal static bool IsMachine(string? userType) => userType is not null && MachineTypes.Contains(string.Concat(userType.Where(char.IsLetter)).ToLowerInvariant());
}
