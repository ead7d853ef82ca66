using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// Configurations of MCP clients: Claude Desktop, Claude Code, Cursor and <c>.mcp.json</c> (<c>mcpServers</c>), VS Code (<c>servers</c> with <c>inputs</c>, also within its settings).
/// One identity per server entry, keyed by the file's place in the archive and the server's name; several files of many machines go in as one archive.
/// </summary>
public sealed class McpReader : IInventoryReader
{
    private static readonly string[] ServerFields = ["command", "url", "type", "serverUrl", "httpUrl"];

    public string Format => "mcp-configuration";

    public string Description => "configurations of MCP clients (JSON with mcpServers or servers)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head) => head.IsJson
        && (head.Has("mcpServers") || AreServers(head, "servers") || (head.Has("servers") && head.Has("inputs")) || AreServers(head, "mcp.servers")
            || head.NamesAt("projects").Any(p => head.NamesAt($"projects.{p}").Contains("mcpServers")));

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, JsonLayout.Plain, [], record => Servers(record, file));

    private static bool AreServers(FileHead head, string path) => head.NamesAt(path).Any(name => head.NamesAt($"{path}.{name}").Overlaps(ServerFields));

    private static IEnumerable<ReadItem> Servers(JsonRecord record, ImportFile file)
    {
        var found = false;
        var path = (record.Document?.Name ?? string.Empty).Replace('\\', '/');
        foreach (var (section, project, servers) in Sections(record.Element))
        {
            found = true;
            foreach (var server in servers.EnumerateObject())
            {
                var place = Place(record, $"{section}.{server.Name}");
                yield return server.Value.ValueKind == JsonValueKind.Object
                    ? McpServer.Read(server.Name, server.Value, path, project, place, file)
                    : ReadItem.Rejected(place, null, "the server's entry is not an object");
            }
        }

        if (!found)
            yield return ReadItem.Rejected(record.Place, null, "it has no mcpServers and no servers");
    }

    private static string Place(JsonRecord record, string within) =>
        record.Document?.Place(within) ?? within;

    private static IEnumerable<(string Section, string? Project, JsonElement Servers)> Sections(JsonElement root)
    {
        if (root.Inner("mcpServers") is { ValueKind: JsonValueKind.Object } plain)
            yield return ("mcpServers", null, plain);
        if (root.Inner("servers") is { ValueKind: JsonValueKind.Object } code)
            yield return ("servers", null, code);
        if (root.Inner("mcp").Inner("servers") is { ValueKind: JsonValueKind.Object } settings)
            yield return ("mcp.servers", null, settings);
        var projects = root.Inner("projects");
        if (projects.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var project in projects.EnumerateObject())
        {
            if (project.Value.Inner("mcpServers") is { ValueKind: JsonValueKind.Object } own)
                yield return ($"projects.{project.Name}.mcpServers", project.Name.Replace('\\', '/'), own);
        }
    }
}
