using Governance.Common;

namespace Governance.Campaigns;

/// <summary>An identity in a sentence, for an owner who comes four times a year.</summary>
public static class PlainWords
{
    /// <summary>For whom it acts, where, and the most that it can do.</summary>
    public static string Summary(string? tool, string source, IReadOnlyList<GrantLine> grants)
    {
        var who = tool is null ? $"Acts in {source}" : $"Acts for {tool} in {source}";
        var most = grants.OrderByDescending(g => g.Privileged == Reported.Yes).ThenBy(g => g.Name, StringComparer.Ordinal).Take(2).Select(What).ToList();
        var rest = grants.Count - most.Count;
        return most.Count switch
        {
            0 => who + "; its source reports no permissions.",
            1 => $"{who} and may: {most[0]}.",
            _ => $"{who} and may: {most[0]}; {most[1]}{(rest > 0 ? $"; and {rest} more" : string.Empty)}.",
        };
    }

    /// <summary>A permission in words: its description where known, else its name and what it is on.</summary>
    public static string What(GrantLine grant) => grant.Description is { Length: > 0 } said ? said.TrimEnd('.') : grant.Resource is { Length: > 0 } on ? $"{grant.Name} on {on}" : grant.Name;
}
