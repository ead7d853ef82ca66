using Governance.Common;

namespace Governance.Inventory;

/// <summary>A policy that an identity has, and how it comes to have it.</summary>
internal readonly record struct AwsPolicy(string Via, GrantPath Path, IReadOnlyList<AwsStatement> Statements);

/// <summary>
/// What policies allow, action by action. An allowance that an unconditional denial of all resources covers is left out; other denials,
/// boundaries and the organisation's guard rails are not weighed, so that too much is shown rather than too little.
/// </summary>
internal static class AwsGrants
{
    private const int DetailedGrants = 400;
    private const int DetailedResources = 12;

    public static IReadOnlyList<GrantRecord> Of(IReadOnlyCollection<AwsPolicy> policies)
    {
        var denials = policies.SelectMany(p => p.Statements).Where(s => !s.Allows && s is { Except: false, ExceptResources: false, Condition: null } && s.Resources.Contains("*", StringComparer.Ordinal)).ToList();
        var all = new Dictionary<(string Key, GrantPath Path), GrantRecord>();
        foreach (var policy in policies.OrderBy(p => p.Path).ThenBy(p => p.Via, StringComparer.Ordinal))
        {
            foreach (var grant in policy.Statements.Where(s => s.Allows).SelectMany(s => Of(policy, s, denials)))
            {
                var key = (grant.Key, grant.Path);
                if (!all.TryAdd(key, grant) && all[key].Via is { Length: < 300 } via && !via.Split("; ").Contains(grant.Via, StringComparer.Ordinal))
                    all[key] = all[key] with { Via = $"{via}; {grant.Via}" };
            }
        }

        return all.Count <= DetailedGrants ? [.. all.Values] : Summed(all.Values);
    }

    /// <summary>A policy whose document the file does not hold: only its name can tell.</summary>
    public static GrantRecord Unresolved(string name, string arn, string via, GrantPath path)
    {
        var rating = Privilege.OfAwsManagedPolicy(arn.Length > 0 ? arn : name);
        return new GrantRecord(ShortText.Unique(name, 150), "policy", path, rating.Privileged) { Description = rating.Why, Via = via };
    }

    private static IEnumerable<GrantRecord> Of(AwsPolicy policy, AwsStatement statement, List<AwsStatement> denials)
    {
        var via = statement.Condition is { } condition ? $"{policy.Via}, if {condition}" : policy.Via;
        var resources = Resources(statement);
        if (statement.Except)
        {
            var name = ShortText.Unique($"everything but {string.Join(", ", statement.Actions.Order(StringComparer.OrdinalIgnoreCase))}", 150);
            return resources.Select(r => Grant(name, r, Privilege.OfAwsNotAction([.. statement.Actions], r), via, policy.Path));
        }

        return statement.Actions.Distinct(StringComparer.OrdinalIgnoreCase).Where(a => !denials.Exists(d => d.Covers(a)))
            .SelectMany(a => resources.Select(r => Grant(ShortText.Unique(a, 150), r, Privilege.OfAwsAction(a, r), via, policy.Path)));
    }

    private static GrantRecord Grant(string name, string resource, PrivilegeRating rating, string via, GrantPath path) =>
        new(name, ShortText.Unique(resource, 220), path, rating.Privileged) { Description = rating.Why, Via = via };

    private static IReadOnlyList<string> Resources(AwsStatement statement)
    {
        var sorted = statement.Resources.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (sorted.Contains("*") && !statement.ExceptResources)
            return ["*"];
        return statement.ExceptResources ? [$"everything but {string.Join(", ", sorted)}"]
            : sorted.Count <= DetailedResources ? sorted : [$"{sorted[0]} and {sorted.Count - 1} more: {string.Join(", ", sorted.Skip(1))}"];
    }

    /// <summary>Of very many, those that are not privileged are summed up by service: a reviewer reads no thousand lines.</summary>
    private static List<GrantRecord> Summed(IEnumerable<GrantRecord> grants)
    {
        var kept = grants.Where(g => g.Privileged != Reported.No).ToList();
        foreach (var service in grants.Where(g => g.Privileged == Reported.No).GroupBy(g => (Service: g.Name.Split(':')[0], g.Path)).OrderBy(g => g.Key.Service, StringComparer.Ordinal))
        {
            var actions = service.ToList();
            if (actions.Count <= 2)
            {
                kept.AddRange(actions);
                continue;
            }

            var vias = actions.Select(a => a.Via!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var resources = actions.Select(a => a.Resource!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            kept.Add(new GrantRecord($"{service.Key.Service}: {actions.Count} actions", resources.Count == 1 ? resources[0] : $"{resources.Count} resources", service.Key.Path, Reported.No)
            {
                Description = "Actions that by our list give nobody rights and read nothing secret; too many to be listed one by one",
                Via = string.Join("; ", vias.Take(5)) + (vias.Count > 5 ? $" and {vias.Count - 5} more" : string.Empty),
            });
        }

        return kept;
    }
}
