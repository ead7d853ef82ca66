using System.Globalization;
using Governance.Campaigns;
using Governance.Inventory;
using Governance.Web.Shared;

namespace Governance.Web.Features.Campaigns;

/// <summary>What a reviewer reads before one answer for many: what they share, and the least favourable of each. Pure.</summary>
internal static class BulkSummary
{
    public static IReadOnlyList<string> Of(IReadOnlyList<ReviewLine> lines, DateTimeOffset now)
    {
        if (lines.Count == 0)
            return [];
        var tools = lines.Select(l => l.ToolName ?? "no known AI tool").Distinct(StringComparer.Ordinal).ToList();
        var sources = lines.Select(l => l.SourceName).Distinct(StringComparer.Ordinal).ToList();
        var said = new List<string>
        {
            $"{CampaignWords.Count(lines.Count, "item")}, acting for {string.Join(" and ", tools.Take(3))}{More(tools.Count, 3)}, in {string.Join(", ", sources.Take(3))}{More(sources.Count, 3)}.",
            string.Create(CultureInfo.InvariantCulture, $"Highest risk {lines.Max(l => l.Risk)} of 100; {Privileged(lines)}."),
        };
        var used = lines.Where(l => l is { Usage: UsageState.Used, LastUsedAt: not null }).Select(l => l.LastUsedAt!.Value).ToList();
        if (used.Count > 0)
            said.Add($"{CampaignWords.Count(used.Count, "was", "were")} used, the longest ago {Times.Relative(used.Min(), now)}.");
        var never = lines.Count(l => l.Usage == UsageState.NeverUsed);
        if (never > 0)
            said.Add($"{CampaignWords.Count(never, "was", "were")} never used.");
        var unknown = lines.Count(l => l.Usage is UsageState.NotReported or UsageState.OutsideWindow);
        if (unknown > 0)
            said.Add($"Of {CampaignWords.Count(unknown, "item")} nobody can tell from here whether it is used.");
        var advised = lines.Count(l => l.Recommended is not null);
        if (advised > 0)
            said.Add($"For {CampaignWords.Count(advised, "item")} the console recommends something else.");
        return said;
    }

    private static string Privileged(IReadOnlyList<ReviewLine> lines)
    {
        var unknown = lines.Count(l => l.Privileged == Common.Reported.Unknown);
        return lines.Any(l => l.Privileged == Common.Reported.Yes) ? "some are privileged"
            : unknown > 0 ? $"none is known to be privileged, of {unknown.ToString(CultureInfo.InvariantCulture)} the source doesn't say"
            : "none is privileged";
    }

    private static string More(int count, int shown) => count > shown ? string.Create(CultureInfo.InvariantCulture, $" and {count - shown} more") : string.Empty;
}
