using System.Globalization;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Campaigns;

/// <summary>What the console would look at first, and why. Advice beside the buttons: nothing is ever preselected by it.</summary>
/// <param name="Verdict">Revoke, Reduce, or null where the facts speak for nothing.</param>
/// <param name="Reasons">Sentences, each with its figure.</param>
public sealed record Recommendation(Verdict? Verdict, IReadOnlyList<string> Reasons)
{
    /// <summary>Unused for longer than this speaks for revoking.</summary>
    public static readonly TimeSpan UnusedForRevoke = TimeSpan.FromDays(90);

    /// <summary>Privileged and unused for longer than this speaks for reducing.</summary>
    public static readonly TimeSpan UnusedForReduce = TimeSpan.FromDays(30);

    /// <summary>Pure. What a source doesn't report is said so, and counts neither for nor against.</summary>
    public static Recommendation For(UsageState usage, DateTimeOffset? lastUsed, DateTimeOffset knownSince, Reported enabled, int privilegedGrants, DateTimeOffset now)
    {
        var unused = usage switch
        {
            UsageState.Used when lastUsed is { } at => now - at,
            UsageState.NeverUsed => now - knownSince,
            _ => (TimeSpan?)null,
        };
        if (unused > UnusedForRevoke)
        {
            var said = usage == UsageState.NeverUsed ? $"Never used in the {Days(unused.Value)} days it has existed." : $"Not used for {Days(unused.Value)} days.";
            return new Recommendation(Campaigns.Verdict.Revoke, enabled == Reported.No ? [said, "It is disabled in its source already."] : [said]);
        }

        if (unused > UnusedForReduce && privilegedGrants > 0)
        {
            return new Recommendation(Campaigns.Verdict.Reduce, [string.Create(CultureInfo.InvariantCulture,
                $"Holds {privilegedGrants} privileged {(privilegedGrants == 1 ? "permission" : "permissions")} and was not used for {Days(unused.Value)} days.")]);
        }

        return usage switch
        {
            UsageState.NotReported => new Recommendation(null, ["The source does not report use: ask who runs it before you certify."]),
            UsageState.OutsideWindow => new Recommendation(null, ["Not used in the time its source keeps records of."]),
            _ => new Recommendation(null, []),
        };
    }

    private static string Days(TimeSpan span) => ((int)span.TotalDays).ToString(CultureInfo.InvariantCulture);
}
