using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Kubernetes;

/// <summary>A binding that names the account, and where among its subjects.</summary>
internal sealed record KubernetesBinding(string Kind, string? Space, string Name, string Uid, string Version, int Subject, int Subjects);

/// <summary>
/// (Cluster)RoleBindings that name one account. A change carries the resource version that was read, so that one that was changed meanwhile answers 409 and is
/// read again.
/// </summary>
internal sealed class KubernetesBindings(ConnectorHttp http)
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1";
    private const int LongestState = 3500;

    /// <summary>What the connector needs in the whole cluster.</summary>
    public static readonly (string Group, string Resource, string Verb)[] Rights =
    [
        ("", "serviceaccounts", "get"), ("", "serviceaccounts", "list"), ("", "serviceaccounts", "patch"), ("", "serviceaccounts", "delete"), ("", "secrets", "get"), ("", "secrets", "delete"), ("", "secrets", "create"),
        ("rbac.authorization.k8s.io", "rolebindings", "list"), ("rbac.authorization.k8s.io", "rolebindings", "patch"),
        ("rbac.authorization.k8s.io", "clusterrolebindings", "list"), ("rbac.authorization.k8s.io", "clusterrolebindings", "patch"),
    ];

    /// <summary>What was recorded of them: enough to put the account back, and the same text for the same bindings.</summary>
    public static string State(string uid, IReadOnlyList<KubernetesBinding> naming)
    {
        var text = JsonSerializer.Serialize(new BindingsState(uid, [.. naming.Select(Key).Order(StringComparer.Ordinal)]));
        return text.Length <= LongestState ? text
            : throw new ConnectorException(string.Create(CultureInfo.InvariantCulture, $"{naming.Count} bindings name the account, more than can be recorded for a restore. Bring them together, or do it by hand."), retryable: false);
    }

    /// <summary>Bindings that name the account; only those that give that permission, where one is meant.</summary>
    public async Task<IReadOnlyList<KubernetesBinding>> OfAsync(KubernetesAccountRef account, GrantTarget? grant, CancellationToken ct)
    {
        if (grant is { Path: GrantPath.Inherited })
            throw new ConnectorException("It is held by a group that every account is in: taking it from the group takes it from all of them. Do that by hand, if it is meant.", retryable: false);
        var all = new List<KubernetesBinding>();
        foreach (var (kind, plural) in ((string, string)[])[("ClusterRoleBinding", "clusterrolebindings"), ("RoleBinding", "rolebindings")])
        {
            for (string? next = null; ;)
            {
                var page = await http.GetAsync($"{Rbac}/{plural}?limit=500{(next is null ? string.Empty : "&continue=" + Uri.EscapeDataString(next))}", ct);
                all.AddRange(page.List("items").Where(b => grant is null || Gives(b, kind, grant)).Select(b => Naming(b, kind, account)).OfType<KubernetesBinding>());
                if ((next = page.Inner("metadata").Text("continue")) is null or "")
                    break;
            }
        }

        return all;
    }

    public async Task<IReadOnlyList<ConnectorCall>> RemoveAsync(KubernetesAccountRef account, GrantTarget? grant, CancellationToken ct) =>
        [.. (await OfAsync(account, grant, ct)).Select(b => Patch(b, new JsonObject { ["op"] = "remove", ["path"] = $"/subjects/{b.Subject.ToString(CultureInfo.InvariantCulture)}" }))];

    /// <summary>Puts the account back into the bindings of the recorded state that do not name it now.</summary>
    public async Task<IReadOnlyList<ConnectorCall>> AddAsync(KubernetesAccountRef account, string preState, CancellationToken ct)
    {
        var before = JsonSerializer.Deserialize<BindingsState>(preState)!;
        if (before.Uid != account.Uid)
            throw new ConnectorException($"The account {account.Space}/{account.Name} now has uid {account.Uid}, before it had {before.Uid}: another account took the name.", retryable: false);
        var now = (await OfAsync(account, null, ct)).Select(Key).ToHashSet(StringComparer.Ordinal);
        var calls = new List<ConnectorCall>();
        foreach (var key in before.Bindings.Where(b => !now.Contains(b)))
        {
            var (space, name) = key.Split('/') is [var s, var n] ? (s, n) : ((string?)null, key);
            var path = space is null ? $"{Rbac}/clusterrolebindings/{TargetHints.Part(name)}" : $"{Rbac}/namespaces/{TargetHints.Part(space)}/rolebindings/{TargetHints.Part(name)}";
            var binding = await http.FindAsync(path, ct) ?? throw new ConnectorException($"The binding {key} was deleted since. Make it again by hand; the rest can then be restored.", retryable: false);
            var subject = new JsonObject { ["kind"] = "ServiceAccount", ["name"] = account.Name, ["namespace"] = account.Space };
            JsonObject add = binding.List("subjects").Any() ? new() { ["op"] = "add", ["path"] = "/subjects/-", ["value"] = subject } : new() { ["op"] = "add", ["path"] = "/subjects", ["value"] = new JsonArray(subject) };
            calls.Add(Patch(path, binding.Inner("metadata").Text("resourceVersion")!, add));
        }

        return calls;
    }

    private sealed record BindingsState(string Uid, IReadOnlyList<string> Bindings);

    private static string Key(KubernetesBinding b) => b.Space is null ? b.Name : $"{b.Space}/{b.Name}";

    private static ConnectorCall Patch(KubernetesBinding b, JsonObject operation) => Patch(
        b.Space is null ? $"{Rbac}/clusterrolebindings/{TargetHints.Part(b.Name)}" : $"{Rbac}/namespaces/{TargetHints.Part(b.Space)}/rolebindings/{TargetHints.Part(b.Name)}", b.Version, operation);

    private static ConnectorCall Patch(string path, string version, JsonObject operation) =>
        ConnectorCall.Patch(path, new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = version }, operation).ToJsonString()) with { ContentType = "application/json-patch+json" };

    private static KubernetesBinding? Naming(JsonElement binding, string kind, KubernetesAccountRef account)
    {
        var metadata = binding.Inner("metadata");
        var space = metadata.Text("namespace");
        var index = 0;
        var at = -1;
        foreach (var subject in binding.List("subjects"))
        {
            if (subject.Text("kind") == "ServiceAccount" && subject.Text("name") == account.Name && (subject.Text("namespace") ?? space) == account.Space)
                at = index;
            index++;
        }

        return at < 0 ? null : new KubernetesBinding(kind, space, metadata.Text("name")!, metadata.Text("uid") ?? metadata.Text("name")!, metadata.Text("resourceVersion")!, at, index);
    }

    // As the inventory words it: a Role is named with its namespace, and the scope is the cluster's or the binding's.
    private static bool Gives(JsonElement binding, string kind, GrantTarget grant)
    {
        var role = binding.Inner("roleRef");
        var space = binding.Inner("metadata").Text("namespace");
        var name = role.Text("kind") == "Role" ? $"{space}/{role.Text("name")}" : role.Text("name");
        var scope = kind == "ClusterRoleBinding" ? "the whole cluster" : $"namespace {space}";
        return name == grant.Permission && (grant.Resource is null || scope == grant.Resource);
    }
}
