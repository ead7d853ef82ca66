using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Kubernetes;

/// <summary>
/// Lists what RBAC is made of, in pages of 500, and writes it as <c>kubectl get -o json</c> would. A continuation that has expired (410) begins the list
/// anew, and what was written already is not written twice. Secrets are asked for as metadata only: their data never leaves the API server.
/// </summary>
internal sealed class KubernetesFetch(FeedHttp http, FeedWriter? to, FeedProgress progress, bool tokens)
{
    private const string MetadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private const string TokenType = "kubernetes.io/service-account-token";
    private const string Rbac = "rbac.authorization.k8s.io/v1";
    private const int MostRestarts = 5;

    private sealed record Resource(string ApiVersion, string Kind, string Plural, string Path, string? Selector = null);

    private static readonly Resource[] All =
    [
        new("v1", "ServiceAccount", "serviceaccounts", "api/v1/serviceaccounts"),
        new(Rbac, "ClusterRole", "clusterroles", $"apis/{Rbac}/clusterroles"),
        new(Rbac, "ClusterRoleBinding", "clusterrolebindings", $"apis/{Rbac}/clusterrolebindings"),
        new(Rbac, "Role", "roles", $"apis/{Rbac}/roles"),
        new(Rbac, "RoleBinding", "rolebindings", $"apis/{Rbac}/rolebindings"),
        new("v1", "Secret", "secrets", "api/v1/secrets", $"fieldSelector={Uri.EscapeDataString("type=" + TokenType)}"),
    ];

    private IEnumerable<Resource> Wanted => All.Where(r => tokens || r.Kind != "Secret");

    public async Task<FeedFetch> RunAsync(CancellationToken ct)
    {
        var notes = new List<string>();
        foreach (var resource in Wanted)
        {
            try
            {
                await ListAsync(resource, ct);
            }
            catch (FeedHttpException fault) when (fault.Status == 403)
            {
                notes.Add($"{resource.Plural} could not be listed: the account needs the verb list on {resource.Plural} in the whole cluster. Until then nothing is called missing.");
            }
        }

        return notes.Count == Wanted.Count() ? throw new FeedException($"The account may list nothing. {notes[0]}", retryable: false) : new FeedFetch(notes.Count == 0, notes);
    }

    public async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var (seen, missing) = (new List<string>(), new List<string>());
        foreach (var resource in Wanted)
        {
            try
            {
                var page = await http.GetAsync($"{resource.Path}?limit=1{Selector(resource)}", ct, resource.Kind == "Secret" ? MetadataOnly : null);
                var more = page.Json.TryGetProperty("metadata", out var meta) && meta.TryGetProperty("remainingItemCount", out var left) && left.TryGetInt64(out var n) ? n : 0;
                seen.Add($"{(page.Count("items") + more).ToString(System.Globalization.CultureInfo.InvariantCulture)} {resource.Plural}");
            }
            catch (FeedHttpException fault) when (fault.Status == 403)
            {
                missing.Add(resource.Plural);
            }
        }

        return missing.Count == 0
            ? $"Signed in. It may list {string.Join(", ", seen)}."
            : new Refusal("feed.rights", $"Signed in, but the account may not list {string.Join(", ", missing)} in the whole cluster. Bind it to a ClusterRole with the verb list on them.{(seen.Count > 0 ? $" It may list {string.Join(", ", seen)}." : string.Empty)}");
    }

    private static string Selector(Resource resource) => resource.Selector is null ? string.Empty : "&" + resource.Selector;

    private async Task ListAsync(Resource resource, CancellationToken ct)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        for (var restart = 0; ; restart++)
        {
            try
            {
                await WalkAsync(resource, written, ct);
                return;
            }
            catch (FeedHttpException fault) when (fault.Status == 410 && restart < MostRestarts)
            {
                await progress.ReportAsync($"The list of {resource.Plural} expired while it was read; it is begun anew", ct, always: true);
            }
        }
    }

    private async Task WalkAsync(Resource resource, HashSet<string> written, CancellationToken ct)
    {
        var guard = new PageGuard(resource.Plural);
        var number = 0;
        string? next = null;
        do
        {
            var path = $"{resource.Path}?limit=500{Selector(resource)}{(next is null ? string.Empty : "&continue=" + Uri.EscapeDataString(next))}";
            guard.Enter(path);
            await progress.ReportAsync($"Listing {resource.Plural}, page {++number}", ct);
            var page = await http.GetAsync(path, ct, resource.Kind == "Secret" ? MetadataOnly : null);
            if (!page.Json.TryGetProperty("items", out var items) || items.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                throw new FeedException($"{FeedHttp.Name(page.Address)} answered without its items. Nothing was kept.", retryable: true);
            await WriteAsync(resource, page, written, ct);
            next = page.Json.TryGetProperty("metadata", out var meta) && meta.TryGetProperty("continue", out var token) && token.GetString() is { Length: > 0 } more ? more : null;
        }
        while (next is not null);
    }

    private async Task WriteAsync(Resource resource, FeedAnswer page, HashSet<string> written, CancellationToken ct)
    {
        var list = new JsonArray();
        foreach (var item in page.Items("items").Where(i => i.ValueKind == JsonValueKind.Object))
        {
            var node = JsonNode.Parse(item.GetRawText())!.AsObject();
            if (node["metadata"] is not JsonObject metadata || !written.Add(metadata["uid"]?.ToString() ?? $"{metadata["namespace"]}/{metadata["name"]}"))
                continue;
            // What kubectl remembers of an apply may hold a secret's data, and who managed which field is of no use here.
            (metadata["annotations"] as JsonObject)?.Remove("kubectl.kubernetes.io/last-applied-configuration");
            metadata.Remove("managedFields");
            if (resource.Kind == "Secret")
                node = new JsonObject { ["type"] = TokenType, ["metadata"] = metadata.DeepClone() };
            // A list does not repeat these on its items; a list of several kinds has to.
            (node["apiVersion"], node["kind"]) = (resource.ApiVersion, resource.Kind);
            list.Add(node);
        }

        var whole = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = list };
        await to!.AddAsync(resource.Plural, "json", Encoding.UTF8.GetBytes(whole.ToJsonString()), list.Count, ct);
    }
}
