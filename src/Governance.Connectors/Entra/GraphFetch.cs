using System.Text.Json;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>
/// One fetch: everything, or what changed since the cursor. Graph's change lists only name what changed; each such object is then read whole, so that
/// nothing of it is taken for gone that was merely not repeated. A removal, an expired list or too many changes lead to reading everything.
/// </summary>
internal sealed class GraphFetch
{
    private const string Sp = "servicePrincipals";
    private const string Apps = "applications";
    private const string Grants = "oauth2PermissionGrants";
    private const string Trusts = "federatedIdentityCredentials";
    private const string Owners = "$expand=owners($select=id,displayName,mail,userPrincipalName)";
    private const int MostChanges = 2000;
    private readonly FeedHttp http;
    private readonly FeedWriter to;
    private readonly FeedProgress progress;
    private readonly int fullEvery;
    private readonly GraphParts parts;
    private readonly GraphBatch batch;
    private readonly GraphObjects objects;
    private readonly GraphReports reports;
    private readonly List<string> notes = [];

    /// <summary>Object ids that were read, and application ids.</summary>
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> apps = new(StringComparer.OrdinalIgnoreCase);
    private bool complete = true;

    public GraphFetch(FeedHttp http, FeedWriter to, FeedProgress progress, int fullEvery, GraphParts parts)
    {
        (this.http, this.to, this.progress, this.fullEvery, this.parts) = (http, to, progress, fullEvery, parts);
        (batch, objects) = (new GraphBatch(http), new GraphObjects(http, to, progress));
        reports = new GraphReports(objects, batch, notes);
    }

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
        await objects.EachPageAsync($"v1.0/{Sp}?$top=999&{Owners}", "service principals", page => PrincipalsAsync(page, ct), ct);
        await AgentsAsync(ct);
        await ListAsync($"v1.0/{Apps}?$top=999&{Owners}", Apps, "Application.Read.All", page => ApplicationsAsync(page, ct), ct);
        await ListAsync($"v1.0/{Grants}?$top=999", Grants, "DelegatedPermissionGrant.Read.All", page => to.AddAsync(Grants, "json", page.Body, page.Count("value"), ct), ct);
        if (parts.DirectoryRoles)
            complete &= await reports.DirectoryRolesAsync(ct);
        if (parts.SignIns)
            await reports.SignInsAsync(known, apps, ct);
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

    private async Task ListAsync(string path, string name, string permission, Func<FeedAnswer, Task> take, CancellationToken ct)
    {
        try
        {
            await objects.EachPageAsync(path, name, take, ct);
        }
        catch (FeedHttpException fault) when (fault.Status == 403)
        {
            complete = false;
            notes.Add($"{name} could not be read: give the application {permission} with admin consent. Until then nothing is called missing.");
        }
    }

    /// <summary>A page of principals with the sponsors of agents in it, then the application roles of each.</summary>
    private async Task PrincipalsAsync(FeedAnswer page, CancellationToken ct)
    {
        var items = Take(page);
        var agents = items.Where(GraphObjects.IsAgent).Select(GraphObjects.Id).OfType<string>().ToList();
        if (agents.Count == 0)
            await to.AddAsync(Sp, "json", page.Body, items.Count, ct);
        else
            await objects.WriteAsync(Sp, items, ct, "sponsors", await SponsorsAsync(agents, ct));
        await RolesAsync(items.Select(GraphObjects.Id).OfType<string>().ToList(), ct);
    }

    /// <summary>A page of applications, with the tokens of other issuers that each trusts.</summary>
    private async Task ApplicationsAsync(FeedAnswer page, CancellationToken ct)
    {
        var items = Take(page);
        await objects.WriteAsync(Apps, items, ct, Trusts, await TrustsAsync(items, ct));
    }

    private List<JsonElement> Take(FeedAnswer page)
    {
        var items = page.Items("value").Where(o => o.ValueKind == JsonValueKind.Object).ToList();
        known.UnionWith(items.Select(GraphObjects.Id).OfType<string>());
        apps.UnionWith(items.Select(o => GraphObjects.Text(o, "appId")).OfType<string>());
        return items;
    }

    private Task<Dictionary<string, List<JsonElement>>> TrustsAsync(IEnumerable<JsonElement> applications, CancellationToken ct) =>
        OfEachAsync([.. applications.Select(GraphObjects.Id).OfType<string>()], Apps, Trusts, "Reading federated credentials", ct);

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

        await objects.WriteAsync("appRoleAssignments", roles, ct);
    }

    /// <summary>Agent identities that the list of principals did not name. Where there is no such list, there are none.</summary>
    private async Task AgentsAsync(CancellationToken ct)
    {
        try
        {
            await objects.EachPageAsync("beta/servicePrincipals/microsoft.graph.agentIdentity?$top=100", "agent identities", async page =>
            {
                var more = page.Items("value").Where(o => GraphObjects.Id(o) is { } id && known.Add(id)).ToList();
                if (more.Count == 0)
                    return;
                var ids = more.Select(GraphObjects.Id).OfType<string>().ToList();
                await objects.WriteAsync("agentIdentities", more, ct, "sponsors", await SponsorsAsync(ids, ct));
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

    private Task<Dictionary<string, List<JsonElement>>> SponsorsAsync(IReadOnlyList<string> agents, CancellationToken ct) =>
        OfEachAsync(agents, Sp, "microsoft.graph.agentIdentity/sponsors", "Reading sponsors", ct);

    /// <summary>A list of each of some objects, by the object's id.</summary>
    private async Task<Dictionary<string, List<JsonElement>>> OfEachAsync(IReadOnlyList<string> ids, string collection, string list, string doing, CancellationToken ct)
    {
        var of = new Dictionary<string, List<JsonElement>>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in ids.Chunk(GraphBatch.Size))
        {
            await progress.ReportAsync($"{doing}, {of.Count} of {ids.Count} on this page", ct);
            foreach (var (path, answers) in await batch.GetAsync([.. part.Select(id => $"/{collection}/{id}/{list}")], ct))
                of[path.Split('/')[2]] = answers;
        }

        return of;
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
            var agents = name == Sp ? items.Where(GraphObjects.IsAgent).Select(GraphObjects.Id).OfType<string>().ToList() : [];
            await (name == Apps ? objects.WriteAsync(name, items, ct, Trusts, await TrustsAsync(items, ct))
                : objects.WriteAsync(name, items, ct, "sponsors", agents.Count == 0 ? null : await SponsorsAsync(agents, ct)));
        }

        if (parts.DirectoryRoles)
            await reports.DirectoryRolesAsync(sp.Value.Ids, ct);
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
                    if (item.TryGetProperty("@removed", out _) || GraphObjects.Id(item) is not { } id || ids.Count >= MostChanges)
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
}
