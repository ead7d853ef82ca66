using System.Globalization;
using System.Text;
using System.Text.Json;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>
/// Twenty reads in one call (<c>$batch</c>). A read that was throttled inside a batch, or goes on over pages, is made by itself, where waiting and
/// paging are at home. What is gone meanwhile (404) has no answers; any other refusal ends the fetch.
/// </summary>
internal sealed class GraphBatch(FeedHttp http)
{
    public const int Size = 20;

    /// <param name="paths">Below <c>/v1.0</c>, each with its slash.</param>
    /// <param name="ct">Stops.</param>
    /// <param name="single">Whether each answer is one object and not a list of them.</param>
    public async Task<IReadOnlyList<(string Path, List<JsonElement> Answers)>> GetAsync(IReadOnlyList<string> paths, CancellationToken ct, bool single = false)
    {
        var body = JsonSerializer.Serialize(new { requests = paths.Select((url, i) => new { id = i.ToString(CultureInfo.InvariantCulture), method = "GET", url }) });
        var answer = await http.PostAsync("v1.0/$batch", () => new StringContent(body, Encoding.UTF8, "application/json"), ct);
        var answers = new List<JsonElement>?[paths.Count];
        foreach (var response in answer.Items("responses"))
        {
            if (!response.TryGetProperty("id", out var id) || !int.TryParse(id.GetString(), CultureInfo.InvariantCulture, out var i) || i < 0 || i >= paths.Count || !response.TryGetProperty("status", out var status))
                continue;
            answers[i] = status.GetInt32() switch
            {
                200 when response.TryGetProperty("body", out var found) && found.ValueKind == JsonValueKind.Object => await ListAsync(found, single, ct),
                404 => [],
                _ => await AloneAsync(paths[i], single, ct),
            };
        }

        var list = new List<(string, List<JsonElement>)>();
        for (var i = 0; i < paths.Count; i++)
            list.Add((paths[i], answers[i] ?? await AloneAsync(paths[i], single, ct)));
        return list;
    }

    private async Task<List<JsonElement>> AloneAsync(string path, bool single, CancellationToken ct)
    {
        try
        {
            return await ListAsync((await http.GetAsync("v1.0" + path, ct)).Json, single, ct);
        }
        catch (FeedHttpException fault) when (fault.Status == 404)
        {
            return [];
        }
    }

    private async Task<List<JsonElement>> ListAsync(JsonElement body, bool single, CancellationToken ct)
    {
        if (single)
            return [body];
        var guard = new PageGuard("a list of Graph");
        var items = new List<JsonElement>();
        for (var page = body; ;)
        {
            if (!page.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Array)
                throw new FeedException("Graph answered without the list that was asked for. Nothing was kept.", retryable: true);
            items.AddRange(value.EnumerateArray());
            if (!page.TryGetProperty("@odata.nextLink", out var next) || next.GetString() is not { } link)
                return items;
            guard.Enter(link);
            page = (await http.GetAsync(link, ct)).Json;
        }
    }
}
