using System.Text.Json;
using System.Text.RegularExpressions;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>One server entry of an MCP configuration as an identity. Values of env and headers are never kept, only their names.</summary>
internal static partial class McpServer
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "command", "args", "env", "url", "serverUrl", "httpUrl", "headers", "requestInit", "http_headers", "type", "transport", "transportType", "disabled", "enabled", "description", "envFile",
    };

    public static ReadItem Read(string name, JsonElement server, string path, string? project, string place, ImportFile file)
    {
        var found = new McpSecrets(file.Secrets);
        var command = found.Arguments(server);
        foreach (var list in new[] { "env", "environment" })
            found.Values(server.Inner(list), "env");
        foreach (var headers in new[] { server.Inner("headers"), server.Inner("http_headers"), server.Inner("requestInit").Inner("headers") })
            found.Values(headers, "header");
        var url = server.Text("url", "serverUrl", "httpUrl");
        var address = url is null ? null : found.Address(url, "url");
        var tool = McpTool.Of(command, address);
        var where = project is null ? path : path.Length == 0 ? project : $"{path}:{project}";
        var identity = new IdentityRecord
        {
            ExternalId = $"{(where.Length == 0 ? "mcp" : where)}#{name}",
            DisplayName = name,
            Kind = IdentityKind.McpServer,
            Description = server.Text("description") ?? (tool is null ? null : $"MCP server {tool}"),
            Enabled = server.YesNo("disabled") switch { Reported.Yes => Reported.No, Reported.No => Reported.Yes, _ => server.YesNo("enabled") },
            OwnerHint = UserOf(path) ?? UserOf(project ?? string.Empty),
            Tool = tool is null ? null : file.Catalogue.Match(new ToolClues(name) { Packages = [tool, .. command], Addresses = address is null ? [] : [address] }) ?? new ToolMatch(file.Secrets.Clean(tool), null, Autonomy.Unknown, "The package or address that the configuration names", null),
            Credentials = found.Credentials,
            Attributes = new AttributeFields()
                .Add("file", path).Add("project", project).Add("place", HostOf(path))
                .Add("transport", server.Text("type", "transport", "transportType") ?? (address is null ? "stdio" : null))
                .Add("command", command.Count == 0 ? null : command[0]).Add("args", command.Skip(1).ToList()).Add("url", address)
                .Add("variables", Names(server.Inner("env")).Concat(Names(server.Inner("environment"))).ToList()).Add("headers", Names(server.Inner("headers")).ToList())
                .Add("services", found.Services).Add("placeholders", found.Placeholders)
                .AddRest(server, Used).ToJson(file.Secrets),
        };
        return ReadItem.Of(place, identity);
    }

    /// <summary>The user whose home folder the path is in.</summary>
    public static string? UserOf(string path) => Home().Match(path) is { Success: true } home && home.Groups["user"].Value is { Length: > 0 } user
        && !string.Equals(user, "Public", StringComparison.OrdinalIgnoreCase) && !string.Equals(user, "Shared", StringComparison.OrdinalIgnoreCase) ? user : null;

    /// <summary>What stands before the home folder, or else the first folder: the host or repository that the archive sorts by.</summary>
    private static string? HostOf(string path)
    {
        var home = Home().Match(path);
        var before = home.Success ? path[..home.Index].Trim('/') : path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[..slash] : string.Empty;
        return before.Length == 0 ? null : before;
    }

    private static IEnumerable<string> Names(JsonElement fields) => fields.ValueKind == JsonValueKind.Object ? fields.EnumerateObject().Select(f => f.Name) : [];

    [GeneratedRegex("(^|/)(Users|home)/(?<user>[^/]+)(/|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Home();
}
