using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>Lists of Graph, page by page, and their objects as documents of the fetch.</summary>
internal sealed class GraphObjects(FeedHttp http, FeedWriter to, FeedProgress progress)
{
    public Task EachPageAsync(string path, string title, Func<FeedAnswer, Task> take, CancellationToken ct) =>
        http.EachPageAsync(progress, path, title, page => page.Text("@odata.nextLink"), (page, number) =>
        {
            if (!page.Json.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Array)
                throw new FeedException($"{FeedHttp.Name(page.Address)} answered page {number} of {title} without its list. Nothing was kept.", retryable: true);
            return take(page);
        }, ct);

    /// <summary>Pages as they are.</summary>
    public Task CopyAsync(string path, string name, string title, CancellationToken ct) =>
        EachPageAsync(path, title, page => to.AddAsync(name, "json", page.Body, page.Count("value"), ct), ct);

    /// <param name="name">The collection, which names the document too.</param>
    /// <param name="items">What goes into it.</param>
    /// <param name="ct">Stops.</param>
    /// <param name="list">The property that <paramref name="more"/> goes into.</param>
    /// <param name="more">What was read apart, by the id of the object that it belongs to.</param>
    public Task WriteAsync(string name, IReadOnlyCollection<JsonElement> items, CancellationToken ct, string list = "", IReadOnlyDictionary<string, List<JsonElement>>? more = null)
    {
        var nodes = new JsonArray();
        foreach (var item in items)
        {
            var node = JsonNode.Parse(item.GetRawText())!;
            if (Id(item) is { } id && more?.GetValueOrDefault(id) is { } of)
                node[list] = new JsonArray([.. of.Select(s => JsonNode.Parse(s.GetRawText()))]);
            nodes.Add(node);
        }

        return to.AddAsync(name, "json", Encoding.UTF8.GetBytes(new JsonObject { [name] = nodes }.ToJsonString()), items.Count, ct);
    }

    public static string? Id(JsonElement o) => Text(o, "id");

    public static string? Text(JsonElement o, string name) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool IsAgent(JsonElement o) => o.TryGetProperty("agentIdentityBlueprintId", out _) || Text(o, "@odata.type")?.Contains("agentIdentity", StringComparison.Ordinal) == true;
}
