using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>The rules of roles and cluster roles, rated as <see cref="Privilege"/> says; aggregated cluster roles hold the rules of those that their selectors match.</summary>
internal sealed class KubernetesRoles
{
    private const int MaximumShown = 700;
    private readonly Dictionary<string, Role> roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PrivilegeRating Rating, string Rules)> rated = new(StringComparer.Ordinal);

    public void Add(JsonElement e, string kind)
    {
        var metadata = e.Inner("metadata");
        var labels = metadata.Inner("labels");
        var selectors = e.Inner("aggregationRule").List("clusterRoleSelectors").Select(s => Pairs(s.Inner("matchLabels"))).Where(s => s.Count > 0).ToList();
        roles[Key(kind, kind == "Role" ? metadata.Text("namespace") ?? string.Empty : string.Empty, metadata.Text("name")!)] =
            new Role(e.List("rules").Where(r => r.ValueKind == JsonValueKind.Object).Select(Rule.Of).ToList(), Pairs(labels), selectors);
    }

    /// <summary>How privileged it is, and its rules in short; only the name speaks where the role isn't in the documents.</summary>
    public (PrivilegeRating Rating, string Rules) Rate(string kind, string space, string name)
    {
        var key = Key(kind, space, name);
        if (rated.TryGetValue(key, out var known))
            return known;
        return rated[key] = roles.TryGetValue(key, out var role) ? Rate(RulesOf(role).ToList())
            : kind == "ClusterRole" && Privilege.OfKubernetesRole(name) is { Privileged: not Reported.Unknown } own ? (own, string.Empty)
            : (new PrivilegeRating(Reported.Unknown, "Its rules are not in the file"), string.Empty);
    }

    private IEnumerable<Rule> RulesOf(Role role) =>
        role.Rules.Concat(role.Selectors.SelectMany(s => roles.Where(r => r.Key.StartsWith("ClusterRole ", StringComparison.Ordinal) && s.All(l => r.Value.Labels.TryGetValue(l.Key, out var value) && value == l.Value)))
            .SelectMany(r => r.Value.Rules)).DistinctBy(r => r.Text, StringComparer.Ordinal);

    private static (PrivilegeRating Rating, string Rules) Rate(List<Rule> rules)
    {
        if (rules.Count == 0)
            return (new PrivilegeRating(Reported.No, "The role has no rules"), string.Empty);
        var text = string.Join("; ", rules.Select(r => r.Text).Order(StringComparer.Ordinal));
        return (PrivilegeRating.Worst(rules.Select(r => r.Rating).OrderBy(r => r.Why, StringComparer.Ordinal)), text.Length <= MaximumShown ? text : text[..(MaximumShown - 1)] + "…");
    }

    private static string Key(string kind, string space, string name) => $"{kind} {space}/{name}";

    private static Dictionary<string, string> Pairs(JsonElement map) => map.ValueKind != JsonValueKind.Object ? []
        : map.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).ToDictionary(p => p.Name, p => map.Text(p.Name) ?? string.Empty, StringComparer.Ordinal);

    private sealed record Role(List<Rule> Rules, Dictionary<string, string> Labels, List<Dictionary<string, string>> Selectors);

    private sealed record Rule(string Text, PrivilegeRating Rating)
    {
        public static Rule Of(JsonElement rule)
        {
            var (verbs, resources, names) = (Texts(rule, "verbs"), Texts(rule, "resources"), Texts(rule, "resourceNames"));
            var urls = Texts(rule, "nonResourceURLs");
            var about = string.Join(", ", resources.Concat(urls));
            var text = $"{string.Join(", ", verbs)} {about}{(names.Count == 0 ? string.Empty : $" named {string.Join(", ", names)}")}";
            return new Rule(text, Privilege.OfKubernetesRule(Texts(rule, "apiGroups", keepEmpty: true), resources, verbs, names));
        }

        private static List<string> Texts(JsonElement rule, string name, bool keepEmpty = false) =>
            rule.List(name).Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).Where(t => keepEmpty || t.Length > 0).ToList();
    }
}
