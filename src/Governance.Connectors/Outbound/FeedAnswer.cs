using System.Net.Http.Headers;
using System.Text.Json;

namespace Governance.Connectors.Outbound;

/// <summary>One answer that was read whole and is valid JSON.</summary>
internal sealed record FeedAnswer(Uri Address, HttpResponseHeaders Headers, byte[] Body, JsonElement Json)
{
    /// <summary>The items of the list with that name; of the root itself when the name is empty.</summary>
    public IEnumerable<JsonElement> Items(string name) =>
        (name.Length == 0 ? Json : Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var list) ? list : default) is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray() : [];

    public int Count(string name) => Items(name).Count();

    public string? Text(string name) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Ends walks that would never end: a page that leads back to one that was read.</summary>
internal sealed class PageGuard(string list)
{
    private const int MostPages = 200_000;
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public void Enter(string link)
    {
        if (!seen.Add(link) || seen.Count > MostPages)
            throw new Inventory.FeedException($"The pages of {list} lead round in a circle: page {seen.Count} points to one that was read already. Nothing was kept; try again later.", retryable: true);
    }
}
