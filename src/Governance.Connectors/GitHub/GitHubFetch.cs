using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.GitHub;

/// <summary>Walks the lists of an organisation. What the account may not read makes the fetch partial, and says what it needs.</summary>
internal sealed class GitHubFetch(FeedHttp http, string organisation, FeedWriter? to, FeedProgress progress)
{
    private const int Together = 1000;

    /// <param name="Document">The name of its documents.</param>
    /// <param name="Path">Below the API's address.</param>
    /// <param name="List">The list's name in the answer; empty when the answer is the list.</param>
    /// <param name="Needs">The permission, in GitHub's words.</param>
    private sealed record Lists(string Document, string Path, string List, string Title, string Needs);

    private readonly List<string> notes = [];
    private bool complete = true;

    private Lists[] OfOrganisation =>
    [
        new("installations", $"orgs/{organisation}/installations?per_page=100", "installations", "app installations", "the organisation permission Administration: read"),
        new("personal-access-tokens", $"orgs/{organisation}/personal-access-tokens?per_page=100", string.Empty, "fine-grained tokens", "a GitHub App with the organisation permission Personal access tokens: read"),
        new("credential-authorizations", $"orgs/{organisation}/credential-authorizations?per_page=100", string.Empty, "credentials authorised for SAML", "the organisation permission Administration: read"),
    ];

    public async Task<FeedFetch> RunAsync(CancellationToken ct)
    {
        foreach (var list in OfOrganisation)
            await ListAsync(list, ct);
        await RepositoriesAsync(ct);
        return new FeedFetch(complete, notes);
    }

    public async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var (seen, missing) = (new List<string>(), new List<string>());
        foreach (var list in OfOrganisation.Append(new Lists(string.Empty, $"orgs/{organisation}/repos?per_page=100&type=all", string.Empty, "repositories", "the repository permission Metadata: read")))
        {
            try
            {
                var page = await http.GetAsync(list.Path, ct);
                var more = Next(page) is not null;
                seen.Add($"{page.Count(list.List)}{(more ? " and more" : string.Empty)} {list.Title}");
                if (list.Document.Length == 0 && page.Items(string.Empty).FirstOrDefault() is { ValueKind: JsonValueKind.Object } one && Text(one, "full_name") is { } name)
                    missing.AddRange(await MissingOfRepositoryAsync(name, ct));
            }
            catch (FeedHttpException fault) when (fault.Status == 404 && list.Document == "credential-authorizations")
            {
                seen.Add("no SAML single sign-on");
            }
            catch (FeedHttpException fault) when (fault.Status is 403 or 404)
            {
                missing.Add($"{list.Title} (needs {list.Needs})");
            }
        }

        return missing.Count == 0
            ? $"Signed in. It sees {string.Join(", ", seen)}."
            : new Refusal("feed.rights", $"Signed in, but it may not read {string.Join("; ", missing)}. {(seen.Count > 0 ? $"It sees {string.Join(", ", seen)}." : string.Empty)}".TrimEnd());
    }

    private async Task<List<string>> MissingOfRepositoryAsync(string name, CancellationToken ct)
    {
        var missing = new List<string>();
        foreach (var list in OfRepository(name))
        {
            try
            {
                await http.GetAsync(list.Path, ct);
            }
            catch (FeedHttpException fault) when (fault.Status is 403 or 404)
            {
                missing.Add($"{list.Title} (needs {list.Needs})");
            }
        }

        return missing;
    }

    private static Lists[] OfRepository(string name) =>
    [
        new("deploy-keys", $"repos/{name}/keys?per_page=100", string.Empty, "deploy keys", "the repository permission Administration: read"),
        new("actions-secrets", $"repos/{name}/actions/secrets?per_page=100", "secrets", "Actions secret names", "the repository permission Secrets: read"),
    ];

    private async Task ListAsync(Lists list, CancellationToken ct)
    {
        try
        {
            var (read, total) = (0, (int?)null);
            var counted = new List<JsonNode>();
            await EachPageAsync(list.Path, list.Title, async page =>
            {
                read += page.Count(list.List);
                total = page.Json.ValueKind == JsonValueKind.Object && page.Json.TryGetProperty("total_count", out var count) && count.TryGetInt32(out var n) ? n : total;
                // A counted list is one document whose count is its own: over pages, the importer would miss the rest of it.
                if (list.List.Length > 0)
                    counted.AddRange(page.Items(list.List).Select(i => JsonNode.Parse(i.GetRawText())!));
                else
                    await to!.AddAsync(list.Document, "json", page.Body, page.Count(list.List), ct);
            }, ct);
            await FlushAsync(list, counted, ct);
            if (total is { } all && all != read)
            {
                complete = false;
                notes.Add($"GitHub counts {all} {list.Title}, and {read} were on its pages: the list changed while it was read, or a page is lost. Nothing is called missing this time.");
            }
        }
        catch (FeedHttpException fault) when (fault.Status == 404 && list.Document == "credential-authorizations")
        {
            // An organisation without SAML single sign-on has no such list, and no such credentials.
        }
        catch (FeedHttpException fault) when (fault.Status is 403 or 404)
        {
            complete = false;
            notes.Add($"{Capital(list.Title)} could not be read: that needs {list.Needs}. Until then nothing is called missing.");
        }
    }

    private async Task RepositoriesAsync(CancellationToken ct)
    {
        var found = new Dictionary<string, List<JsonNode>>(StringComparer.Ordinal);
        var refused = new SortedDictionary<string, (Lists List, int Count, string First)>(StringComparer.Ordinal);
        var done = 0;
        await EachPageAsync($"orgs/{organisation}/repos?per_page=100&type=all", "repositories", async page =>
        {
            foreach (var name in page.Items(string.Empty).Select(r => Text(r, "full_name")).OfType<string>().Where(IsName))
            {
                await progress.ReportAsync($"Reading keys and secret names of {name}, repository {++done}", ct);
                foreach (var list in OfRepository(name))
                {
                    try
                    {
                        await EachPageAsync(list.Path, list.Title, p => TakeAsync(list, name, p, found, ct), ct);
                    }
                    catch (FeedHttpException fault) when (fault.Status is 403 or 404)
                    {
                        var before = refused.GetValueOrDefault(list.Document);
                        refused[list.Document] = (list, before.Count + 1, before.First ?? name);
                    }
                }
            }
        }, ct);
        foreach (var list in OfRepository(organisation))
            await FlushAsync(list, found.GetValueOrDefault(list.Document) ?? [], ct);
        foreach (var (list, count, first) in refused.Values)
        {
            complete = false;
            notes.Add($"{Capital(list.Title)} of {count} {(count == 1 ? "repository" : "repositories")} could not be read (the first is {first}): that needs {list.Needs}. Until then nothing is called missing.");
        }
    }

    /// <summary>Keys and names of many repositories go into one document, each with its repository.</summary>
    private async Task TakeAsync(Lists list, string repository, FeedAnswer page, Dictionary<string, List<JsonNode>> found, CancellationToken ct)
    {
        if (!found.TryGetValue(list.Document, out var items))
            found.Add(list.Document, items = []);
        foreach (var item in page.Items(list.List).Where(i => i.ValueKind == JsonValueKind.Object))
        {
            var node = JsonNode.Parse(item.GetRawText())!;
            node["repository"] = repository;
            items.Add(node);
        }

        if (items.Count >= Together)
            await FlushAsync(list, items, ct);
    }

    private async Task FlushAsync(Lists of, List<JsonNode> items, CancellationToken ct)
    {
        if (items.Count == 0)
            return;
        JsonNode list = new JsonArray([.. items]);
        if (of.List.Length > 0)
            list = new JsonObject { ["total_count"] = items.Count, [of.List] = list };
        await to!.AddAsync(of.Document, "json", Encoding.UTF8.GetBytes(list.ToJsonString()), items.Count, ct);
        items.Clear();
    }

    private Task EachPageAsync(string path, string title, Func<FeedAnswer, Task> take, CancellationToken ct) =>
        http.EachPageAsync(progress, path, title, Next, (page, _) => take(page), ct);

    /// <summary>RFC 8288: <c>&lt;https://…?page=2&gt;; rel="next", …</c>.</summary>
    private static string? Next(FeedAnswer page)
    {
        if (!page.Headers.TryGetValues("Link", out var values))
            return null;
        foreach (var part in string.Join(',', values).Split(','))
        {
            var (open, close) = (part.IndexOf('<', StringComparison.Ordinal), part.IndexOf('>', StringComparison.Ordinal));
            if (open >= 0 && close > open && part[close..].Contains("rel=\"next\"", StringComparison.Ordinal))
                return part[(open + 1)..close];
        }

        return null;
    }

    // Part of a path: what is no name of a repository is no part of ours.
    private static bool IsName(string name) => name.Count(c => c == '/') == 1 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.') && !name.Contains("..", StringComparison.Ordinal);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string? Text(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
