using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>
/// One fetch: everything, or what changed since the cursor. Graph's change lists only name what changed; each such object is then read whole, so that
/// nothing of it is taken for gone that was merely not repeated. A removal, an expired list or too many changes lead to reading everything.
/// </summary>
internal sealed class GraphFetch(FeedHttp http, FeedWriter to, FeedProgress progress, int fullEvery)
{
    private const string Sp = "servicePrincipals";
    private const string Apps = "applications";
    private const string Grants = "oauth2PermissionGrants";
    private const string Owners = "$expand=owners($select=id,displayName,mail,userPrincipalName)";
    private const int MostChanges = 2000;
    private readonly GraphBatch batch = new(http);
    private readonly List<string> notes = [];
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private bool complete = true;

    public async Task<FeedFetch> RunAsync(GraphCursor? cursor, CancellationToken ct)
    {
        if (cursor is not null && cursor.Runs + 1 < fullEvery && await ChangesAsync(cursor, ct) is { } next)
            return new FeedFetch(false, notes, next.ToString());
        return await EverythingAsync(ct);
    }

    private async Task<FeedFetch> EverythingAsync(CancellationToken ct)
    {
        // Asked for first: what changes while the lists are read is seen again by the next run, and not lost.
        var next = await StartAsync(ct);
        await EachPageAsync($"v1.0/{Sp}?$top=999&{Owners}", "service principals", page => PrincipalsAsync(page, ct), ct);
        await AgentsAsync(ct);
        await ListAsync($"v1.0/{Apps}?$top=999&{Owners}", Apps, "Application.Read.All", ct);
        await ListAsync($"v1.0/{Grants}?$top=999", Grants, "DelegatedPermissionGrant.Read.All", ct);
        return new FeedFetch(complete, notes, next?.ToString());
    }

    /// <summary>Null where this cloud or tenant has no change lists: then everything is read each time.</summary>
    private async Task<GraphCursor?> StartAsync(CancellationToken ct)
    {
        try
        {
            var links = new List<string>();
            foreach (var list in (string[])[Sp, Apps, Grants])
            {
                var answer = await http.GetAsync($"v1.0/{list}/delta?$deltatoken=latest", ct);
                links.Add(answer.Text("@odata.deltaLink") ?? throw new FeedHttpException(501, "no delta link", retryable: false));
            }

            return new GraphCursor(links[0], links[1], links[2], 0);
        }
        catch (FeedHttpException fault) when (fault is { Retryable: false, Status: not 401 })
        {
            return null;
        }
    }

    private async Task ListAsync(string path, string name, string permission, CancellationToken ct)
    {
        try
        {
            await EachPageAsync(path, name, page => to.AddAsync(name, "json", page.Body, page.Count("value"), ct), ct);
        }
        catch (FeedHttpException fault) when (fault.Status == 403)
        {
            complete = false;
            notes.Add($"{name} could not be read: give the application {permission} with admin consent. Until then nothing is called missing.");
        }
    }

    private Task EachPageAsync(string path, string title, Func<FeedAnswer, Task> take, CancellationToken ct) =>
        http.EachPageAsync(progress, path, title, page => page.Text("@odata.nextLink"), (page, number) =>
        {
            if (!page.Json.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Array)
                throw new FeedException($"{FeedHttp.Name(page.Address)} answered page {number} of {title} without its list. Nothing was kept.", retryable: true);
            return take(page);
        }, ct);

    /// <summary>A page of principals with the sponsors of agents in it, then the application roles of each.</summary>
    private async Task PrincipalsAsync(FeedAnswer page, CancellationToken ct)
    {
        var items = page.Items("value").Where(o => o.ValueKind == JsonValueKind.Object).ToList();
        var agents = items.Where(IsAgent).Select(Id).OfType<string>().ToList();
        if (agents.Count == 0)
            await to.AddAsync(Sp, "json", page.Body, items.Count, ct);
        else
            await WriteAsync(Sp, items, await SponsorsAsync(agents, ct), ct);
        var ids = items.Select(Id).OfType<string>().ToList();
        known.UnionWith(ids);
        await RolesAsync(ids, ct);
    }

    private async Task RolesAsync(List<string> ids, CancellationToken ct)
    {
        var roles = new List<JsonElement>();
        var done = 0;
        foreach (var part in ids.Chunk(GraphBatch.Size))
        {
            done += part.Length;
            await progress.ReportAsync($"Reading application roles, {done} of {ids.Count} on this page", ct);
            foreach (var (_, answers) in await batch.GetAsync([.. part.Select(id => $"/{Sp}/{id}/appRoleAssignments?$top=999")], ct))
                roles.AddRange(answers);
        }

        if (roles.Count > 0)
            await WriteAsync("appRoleAssignments", roles, null, ct);
    }

    /// <summary>Agent identities that the list of principals did not name. Where there is no such list, there are none.</summary>
    private async Task AgentsAsync(CancellationToken ct)
    {
        try
        {
            await EachPageAsync("beta/servicePrincipals/microsoft.graph.agentIdentity?$top=100", "agent identities", async page =>
            {
                var more = page.Items("value").Where(o => Id(o) is { } id && !known.Contains(id)).ToList();
                if (more.Count == 0)
                    return;
                var ids = more.Select(Id).OfType<string>().ToList();
                await WriteAsync("agentIdentities", more, await SponsorsAsync(ids, ct), ct);
                await RolesAsync(ids, ct);
            }, ct);
        }
        catch (FeedHttpException fault) when (fault.Status is 400 or 404 or 501)
        {
            // Not offered here.
        }
        catch (FeedHttpException fault) when (fault.Status == 403)
        {
            complete = false;
            notes.Add("Agent identities could not be read: give the application AgentIdentity.Read.All with admin consent. Until then nothing is called missing.");
        }
    }

    private async Task<Dictionary<string, List<JsonElement>>> SponsorsAsync(List<string> agents, CancellationToken ct)
    {
        var sponsors = new Dictionary<string, List<JsonElement>>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in agents.Chunk(GraphBatch.Size))
        {
            foreach (var (path, answers) in await batch.GetAsync([.. part.Select(id => $"/{Sp}/{id}/microsoft.graph.agentIdentity/sponsors")], ct))
                sponsors[path.Split('/')[2]] = answers;
        }

        return sponsors;
    }

    private async Task WriteAsync(string name, List<JsonElement> items, Dictionary<string, List<JsonElement>>? sponsors, CancellationToken ct)
    {
        var list = new JsonArray();
        foreach (var item in items)
        {
            var node = JsonNode.Parse(item.GetRawText())!;
            if (Id(item) is { } id && sponsors?.GetValueOrDefault(id) is { Count: > 0 } of)
                node["sponsors"] = new JsonArray([.. of.Select(s => JsonNode.Parse(s.GetRawText()))]);
            list.Add(node);
        }

        await to.AddAsync(name, "json", Encoding.UTF8.GetBytes(new JsonObject { ["value"] = list }.ToJsonString()), items.Count, ct);
    }

    /// <summary>Null when everything has to be read.</summary>
    private async Task<GraphCursor?> ChangesAsync(GraphCursor cursor, CancellationToken ct)
    {
        var sp = await ChangedAsync(cursor.ServicePrincipals, Sp, ct);
        var apps = sp is null ? null : await ChangedAsync(cursor.Applications, Apps, ct);
        var grants = apps is null ? null : await ChangedAsync(cursor.Grants, Grants, ct);
        if (sp is null || apps is null || grants is null)
            return null;
        var read = new List<(string Name, List<JsonElement> Items)>();
        foreach (var (name, ids, query) in ((string, IReadOnlyCollection<string>, string)[])[(Sp, sp.Value.Ids, "?" + Owners), (Apps, apps.Value.Ids, "?" + Owners), (Grants, grants.Value.Ids, string.Empty)])
        {
            var items = new List<JsonElement>();
            foreach (var part in ids.Chunk(GraphBatch.Size))
            {
                await progress.ReportAsync($"Reading what changed in {name}", ct);
                foreach (var (_, answers) in await batch.GetAsync([.. part.Select(id => $"/{name}/{Uri.EscapeDataString(id)}{query}")], ct, single: true))
                {
                    // Gone between its change and now: only reading everything can tell of that.
                    if (answers.Count == 0)
                        return null;
                    items.AddRange(answers);
                }
            }

            read.Add((name, items));
        }

        foreach (var (name, items) in read.Where(r => r.Items.Count > 0))
        {
            var agents = name == Sp ? items.Where(IsAgent).Select(Id).OfType<string>().ToList() : [];
            await WriteAsync(name, items, agents.Count == 0 ? null : await SponsorsAsync(agents, ct), ct);
        }

        await RolesAsync([.. sp.Value.Ids], ct);
        return new GraphCursor(sp.Value.Link, apps.Value.Link, grants.Value.Link, cursor.Runs + 1);
    }

    private async Task<(IReadOnlyCollection<string> Ids, string Link)?> ChangedAsync(string link, string name, CancellationToken ct)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var guard = new PageGuard("changes of " + name);
        try
        {
            while (true)
            {
                guard.Enter(link);
                await progress.ReportAsync($"Asking what changed in {name}", ct);
                var page = await http.GetAsync(link, ct);
                foreach (var item in page.Items("value"))
                {
                    if (item.TryGetProperty("@removed", out _) || Id(item) is not { } id || ids.Count >= MostChanges)
                        return null;
                    ids.Add(id);
                }

                if (page.Text("@odata.deltaLink") is { } next)
                    return (ids, next);
                link = page.Text("@odata.nextLink") ?? throw new FeedException($"The changes of {name} end without a link for the next time. Nothing was kept.", retryable: true);
            }
        }
        catch (FeedHttpException fault) when (fault.Status == 410 || fault.Code is "syncStateNotFound" or "resyncRequired" or "SyncStateNotFound")
        {
            notes.Add("Graph no longer held the list of changes, so everything was read.");
            return null;
        }
    }

    private static string? Id(JsonElement o) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    private static bool IsAgent(JsonElement o) =>
        o.TryGetProperty("agentIdentityBlueprintId", out _) || (o.TryGetProperty("@odata.type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString()!.Contains("agentIdentity", StringComparison.Ordinal));
}
