using System.Text;
using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>A service account by namespace and name.</summary>
/// <param name="Space">Empty where a manifest leaves it to who applies it.</param>
/// <param name="Guessed">The manifest names no namespace; the only binding of that name does.</param>
internal readonly record struct KubernetesAccountKey(string Space, string Name, bool Guessed = false)
{
    public string Text => Space.Length == 0 ? Name : $"{Space}/{Name}";
}

/// <summary>What the documents say of access: roles, who is bound to them, and token secrets. Only these are kept in memory, not the accounts.</summary>
internal sealed class KubernetesAccess
{
    private const string AllAccounts = "system:serviceaccounts";
    private readonly KubernetesRoles roles = new();
    private readonly Dictionary<string, List<Bound>> accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Bound>> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CredentialRecord>> tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> uids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> spacesOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (KubernetesAccountKey Key, string Place)> named = new(StringComparer.Ordinal);
    private readonly HashSet<string> described = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Space)> unplaced = [];
    private bool cluster;
    private bool local;

    /// <summary>What runs as which account.</summary>
    public KubernetesWorkloads Workloads { get; } = new();

    /// <summary>Whether secrets are in the documents at all, so that one that is not there can be called gone.</summary>
    public bool NamesSecrets { get; private set; }

    /// <summary>Whether both kinds of binding are there, as every whole export of a cluster has them.</summary>
    public bool NamesBindings => cluster && local;

    public static bool IsToken(JsonElement secret) => secret.Text("type") == "kubernetes.io/service-account-token";

    public static bool BindsAccounts(JsonElement binding) => binding.List("subjects").Any(s => AccountOf(s, string.Empty) is not null || GroupOf(s) is not null);

    public void Add(JsonElement e, string kind, string place, SecretFilter secrets)
    {
        var metadata = e.Inner("metadata");
        if (KubernetesWorkloads.IsWorkload(kind))
            Workloads.Add(e, kind);
        switch (kind)
        {
            case "ServiceAccount" when metadata.Text("name") is { } name:
                if (metadata.Text("namespace") is { } space)
                    described.Add($"{space}/{name}");
                else
                    unplaced.Add((name, string.Empty));
                break;
            case "Role" or "ClusterRole" when metadata.Text("name") is not null:
                roles.Add(e, kind);
                break;
            case "RoleBinding" or "ClusterRoleBinding" when metadata.Text("name") is not null && e.Inner("roleRef").Text("name") is not null:
                cluster |= kind == "ClusterRoleBinding";
                local |= kind == "RoleBinding";
                AddBinding(e, kind, metadata, place);
                break;
            case "Secret":
                NamesSecrets = true;
                if (IsToken(e))
                    AddToken(e, metadata, place, secrets);
                break;
        }
    }

    public KubernetesAccountKey KeyOf(JsonElement metadata)
    {
        var name = metadata.Text("name")!;
        return metadata.Text("namespace") is { } space ? new(space, name)
            : metadata.Text("uid") is null && spacesOf.TryGetValue(name, out var spaces) && spaces.Count == 1 && !described.Contains($"{spaces.First()}/{name}") ? new(spaces.First(), name, Guessed: true)
            : new(string.Empty, name);
    }

    public string? UidOf(KubernetesAccountKey key) => uids.GetValueOrDefault(key.Text);

    /// <summary>Accounts that a binding or secret names and no record describes, in the order of their names.</summary>
    public IEnumerable<(KubernetesAccountKey Key, string Place)> Unseen()
    {
        var guessed = unplaced.Where(u => spacesOf.TryGetValue(u.Name, out var spaces) && spaces.Count == 1).Select(u => $"{spacesOf[u.Name].First()}/{u.Name}").ToHashSet(StringComparer.Ordinal);
        return named.Where(n => !described.Contains(n.Key) && !guessed.Contains(n.Key)).OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value);
    }

    /// <summary>Token secrets by name: those that are in the documents, and those that the account lists.</summary>
    public IReadOnlyList<CredentialRecord> CredentialsOf(KubernetesAccountKey key, IEnumerable<string> listed)
    {
        var known = tokens.GetValueOrDefault(key.Text) ?? [];
        return [.. known.DistinctBy(c => c.ExternalId, StringComparer.Ordinal), .. listed.Distinct(StringComparer.Ordinal).Where(n => !n.Contains("dockercfg", StringComparison.Ordinal) && known.TrueForAll(c => c.ExternalId != $"secret/{n}"))
            .Select(n => new CredentialRecord($"secret/{n}", CredentialKind.Token) { DisplayName = $"Secret {n}" })];
    }

    public IReadOnlyList<GrantRecord> GrantsOf(KubernetesAccountKey key)
    {
        string[] memberOf = [AllAccounts, $"{AllAccounts}:{key.Space}", "system:authenticated"];
        var held = (accounts.GetValueOrDefault(key.Text) ?? []).Select(b => (Bound: b, Group: (string?)null))
            .Concat(memberOf.SelectMany(g => (groups.GetValueOrDefault(g) ?? []).Select(b => (Bound: b, Group: (string?)g))));
        return held.Select(h => ToGrant(h.Bound, h.Group)).GroupBy(g => (g.Key, g.Path)).Select(same => same.First() with
        {
            Via = string.Join("; ", same.Select(g => g.Via).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            GrantedAt = same.Min(g => g.GrantedAt),
        }).ToList();
    }

    private GrantRecord ToGrant(Bound bound, string? group)
    {
        var (rating, rules) = roles.Rate(bound.RoleKind, bound.RoleSpace, bound.RoleName);
        var name = bound.RoleKind == "Role" ? $"{bound.RoleSpace}/{bound.RoleName}" : bound.RoleName;
        var scope = bound.Space is null ? "the whole cluster" : bound.Space.Length == 0 ? "its namespace" : $"namespace {bound.Space}";
        return new GrantRecord(name, scope, group is null ? GrantPath.Role : GrantPath.Inherited, rating.Privileged)
        {
            Description = rules.Length == 0 ? rating.Why : $"{rating.Why}: {rules}",
            Via = $"{(group is null ? string.Empty : $"group {group} > ")}{bound.Binding} > {bound.RoleKind} {bound.RoleName}",
            GrantedAt = bound.At,
        };
    }

    private void AddBinding(JsonElement e, string kind, JsonElement metadata, string place)
    {
        var space = kind == "ClusterRoleBinding" ? null : metadata.Text("namespace") ?? string.Empty;
        var role = e.Inner("roleRef");
        var roleKind = role.Text("kind") ?? (space is null ? "ClusterRole" : "Role");
        var bound = new Bound($"{kind} {metadata.Text("name")}", space, roleKind, roleKind == "Role" ? space ?? string.Empty : string.Empty, role.Text("name")!, metadata.Time("creationTimestamp"));
        foreach (var subject in e.List("subjects"))
        {
            if (AccountOf(subject, space ?? string.Empty) is { } account)
            {
                Add(accounts, account.Text, bound);
                Name(account, place);
            }
            else if (GroupOf(subject) is { } group)
            {
                Add(groups, group, bound);
            }
        }
    }

    private void AddToken(JsonElement e, JsonElement metadata, string place, SecretFilter secrets)
    {
        var annotations = metadata.Inner("annotations");
        if (metadata.Text("name") is not { } name || annotations.Text("kubernetes.io/service-account.name") is not { } account)
            return;
        var key = new KubernetesAccountKey(metadata.Text("namespace") ?? string.Empty, account);
        if (annotations.Text("kubernetes.io/service-account.uid") is { } uid)
            uids[key.Text] = uid;
        Name(key, place);
        var labels = metadata.Inner("labels");
        var used = labels.Time("kubernetes.io/legacy-token-last-used");
        if (!tokens.TryGetValue(key.Text, out var list))
            tokens.Add(key.Text, list = []);
        list.Add(new CredentialRecord($"secret/{name}", CredentialKind.Token)
        {
            DisplayName = $"Secret {name}",
            CreatedAt = metadata.Time("creationTimestamp"),
            Expiry = ExpiryState.Never,
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Enabled = labels.Has("kubernetes.io/legacy-token-invalid-since") ? Reported.No : Reported.Yes,
            Fingerprint = TokenOf(e) is { } token ? secrets.Fingerprint(token) : null,
        });
    }

    /// <summary>The token itself, for its fingerprint only.</summary>
    private static string? TokenOf(JsonElement secret)
    {
        if (secret.Inner("stringData").Text("token") is { } plain)
            return plain;
        if (secret.Inner("data").Text("token") is not { } text)
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private void Name(KubernetesAccountKey key, string place)
    {
        named.TryAdd(key.Text, (key, place));
        if (key.Space.Length == 0)
            return;
        if (!spacesOf.TryGetValue(key.Name, out var spaces))
            spacesOf.Add(key.Name, spaces = new HashSet<string>(StringComparer.Ordinal));
        spaces.Add(key.Space);
    }

    private static KubernetesAccountKey? AccountOf(JsonElement subject, string space)
    {
        if (subject.Text("name") is not { } name)
            return null;
        if (subject.Text("kind") == "ServiceAccount")
            return new(subject.Text("namespace") ?? space, name);
        return subject.Text("kind") == "User" && name.Split(':') is ["system", "serviceaccount", var own, var account] ? new(own, account) : null;
    }

    private static string? GroupOf(JsonElement subject) =>
        subject.Text("kind") == "Group" && subject.Text("name") is { } name && (name == "system:authenticated" || name == AllAccounts || name.StartsWith(AllAccounts + ":", StringComparison.Ordinal)) ? name : null;

    private static void Add(Dictionary<string, List<Bound>> to, string key, Bound bound)
    {
        if (!to.TryGetValue(key, out var list))
            to.Add(key, list = []);
        list.Add(bound);
    }

    /// <param name="Space">Where it holds: null is the whole cluster.</param>
    private sealed record Bound(string Binding, string? Space, string RoleKind, string RoleSpace, string RoleName, DateTimeOffset? At);
}
