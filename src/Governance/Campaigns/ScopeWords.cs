using System.Globalization;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>A scope in words, with the names behind its ids.</summary>
internal static class ScopeWords
{
    public static async Task<string> ForAsync(GovernanceDb db, IdentityFilter filter, CancellationToken ct)
    {
        var parts = new List<string>();
        if (filter.Kind is { } kind)
            parts.Add("kind is " + kind);
        if (filter.SourceId is { } source)
            parts.Add("source is " + (await db.Sources.Where(s => s.Id == source).Select(s => s.Name).SingleOrDefaultAsync(ct) ?? "unknown"));
        if (filter.ToolId is { } tool)
            parts.Add("acts for " + (await db.Tools.Where(t => t.Id == tool).Select(t => t.Name).SingleOrDefaultAsync(ct) ?? "unknown"));
        if (filter.ForAiTool is { } forTool)
            parts.Add(forTool ? "acts for an AI tool" : "acts for no AI tool");
        if (filter.OwnerId is { } owner)
            parts.Add("owner is " + (await db.People.Where(p => p.Id == owner).Select(p => p.Name).SingleOrDefaultAsync(ct) ?? "unknown"));
        if (filter.OwnerState is { } ownerState)
            parts.Add("ownership is " + ownerState);
        if (filter.State is { } state)
            parts.Add("state is " + state);
        if (filter.Environment is { } environment)
            parts.Add("environment is " + environment);
        if (filter.MinimumRisk is { } risk)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"risk is {risk} or more"));
        if (filter.RuleId is { } rule)
            parts.Add("finding " + rule + " is open");
        if (filter.Text is { Length: > 0 } text)
            parts.Add($"text has “{text}”");
        if (filter.Missing is { } missing)
            parts.Add(missing ? "missing in its source" : "seen in its source");
        return parts.Count == 0 ? "Every identity" : "Identities: " + string.Join(", ", parts);
    }
}
