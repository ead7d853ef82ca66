using Governance.Common;

namespace Governance.Findings;

/// <summary>What a policy may be, and what differs between two. Pure.</summary>
public static class PolicyRules
{
    /// <summary>Null when it may be put in force.</summary>
    public static Refusal? Check(FindingPolicy policy)
    {
        foreach (var limit in PolicyLimits.All.Concat(PolicyLimits.Weights))
        {
            if (limit.Get(policy) is var value && (value < limit.Least || value > limit.Most))
                return new Refusal("limit.range", $"{limit.Title} takes {limit.Least} to {limit.Most} {limit.Unit}; {value} is outside that.", limit.Key);
        }

        if (policy.Off.Keys.Concat(policy.Severities.Keys).FirstOrDefault(id => FindingRules.Find(id) is null) is { } unknown)
            return new Refusal("rule.unknown", $"There is no rule {unknown}.", "rule");
        if (policy.Off.FirstOrDefault(o => string.IsNullOrWhiteSpace(o.Value)) is { Key: { } silent })
            return new Refusal("reason.needed", $"Say why {silent} is switched off.", "reason");
        if (policy.Severities.Values.Any(s => !Enum.IsDefined(s)))
            return new Refusal("severity.unknown", "Choose a severity from the list.", "severity");
        return null;
    }

    /// <summary>In words, one for each difference.</summary>
    public static IReadOnlyList<string> Differences(FindingPolicy before, FindingPolicy after)
    {
        var words = new List<string>();
        foreach (var limit in PolicyLimits.All.Concat(PolicyLimits.Weights).Where(l => l.Get(before) != l.Get(after)))
            words.Add($"{limit.Title}: {limit.Get(before)} → {limit.Get(after)} {limit.Unit}");
        foreach (var rule in FindingRules.All)
        {
            if (before.IsOn(rule.Id) != after.IsOn(rule.Id))
                words.Add($"{rule.Id} {rule.Title}: {(after.IsOn(rule.Id) ? "on" : "off")}");
            if (before.SeverityOf(rule) != after.SeverityOf(rule))
                words.Add($"{rule.Id} {rule.Title}: {before.SeverityOf(rule)} → {after.SeverityOf(rule)}");
        }

        return words;
    }
}
