using System.Globalization;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;

namespace Governance.Campaigns;

/// <summary>All that speaks for or against an identity. What a source does not report is unknown, and unknown is not unused.</summary>
public sealed record AdviceFacts
{
    public required UsageState Usage { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Since when the identity is known to exist.</summary>
    public required DateTimeOffset KnownSince { get; init; }

    public required Reported Enabled { get; init; }

    public int PrivilegedGrants { get; init; }

    /// <summary>The permissions of which the source says that they were not used.</summary>
    public IReadOnlyList<string> UnusedPermissions { get; init; } = [];

    /// <summary>Identities of the same tool and kind, without this one.</summary>
    public int Peers { get; init; }

    /// <summary>The privileged permissions that hardly any peer holds, with how many do.</summary>
    public IReadOnlyList<(string Permission, int Holders)> Unlike { get; init; } = [];

    /// <summary>The worst open finding.</summary>
    public Severity? WorstFinding { get; init; }

    public int OpenFindings { get; init; }

    /// <summary>What this reviewer said of it last time, and when.</summary>
    public Verdict? Before { get; init; }

    public DateTimeOffset? BeforeAt { get; init; }

    /// <summary>How often this reviewer revoked identities of the same tool, of all decisions on it.</summary>
    public int RevokedOfTool { get; init; }

    public int DecidedOfTool { get; init; }
}

/// <summary>What the console would look at first, and why. Advice beside the buttons: nothing is ever preselected by it.</summary>
/// <param name="Verdict">Revoke, Reduce, or null where the facts speak for nothing.</param>
/// <param name="Reasons">Sentences, each with its figure; the first is the one that decides.</param>
public sealed record Recommendation(Verdict? Verdict, IReadOnlyList<string> Reasons)
{
    /// <summary>Unused for longer than this speaks for revoking.</summary>
    public static readonly TimeSpan UnusedForRevoke = TimeSpan.FromDays(90);

    /// <summary>Privileged and unused for longer than this speaks for reducing.</summary>
    public static readonly TimeSpan UnusedForReduce = TimeSpan.FromDays(30);

    /// <summary>Fewer peers than this say nothing.</summary>
    public const int FewestPeers = 4;

    /// <summary>A permission that at most one in so many peers holds is unlike them.</summary>
    public const int OneIn = 5;

    /// <summary>Pure. What a source doesn't report is said so, and counts neither for nor against.</summary>
    public static Recommendation For(AdviceFacts facts, DateTimeOffset now)
    {
        var reasons = new List<string>();
        var unused = facts.Usage switch
        {
            UsageState.Used when facts.LastUsedAt is { } at => now - at,
            UsageState.NeverUsed => now - facts.KnownSince,
            _ => (TimeSpan?)null,
        };
        Verdict? verdict = null;
        if (unused > UnusedForRevoke)
        {
            verdict = Campaigns.Verdict.Revoke;
            reasons.Add(facts.Usage == UsageState.NeverUsed ? $"Never used in the {Days(unused.Value)} days it has existed." : $"Not used for {Days(unused.Value)} days.");
            if (facts.Enabled == Reported.No)
                reasons.Add("It is disabled in its source already.");
        }
        else if (unused > UnusedForReduce && facts.PrivilegedGrants > 0)
        {
            verdict = Campaigns.Verdict.Reduce;
            reasons.Add($"Holds {Count(facts.PrivilegedGrants, "privileged permission")} and was not used for {Days(unused.Value)} days.");
        }

        if (facts.UnusedPermissions.Count > 0)
        {
            verdict ??= Campaigns.Verdict.Reduce;
            reasons.Add($"{Listed(facts.UnusedPermissions)} {(facts.UnusedPermissions.Count == 1 ? "was" : "were")} not used in the time its source looks back.");
        }

        if (facts.Peers >= FewestPeers && facts.Unlike.Count > 0)
        {
            verdict ??= Campaigns.Verdict.Reduce;
            var (permission, holders) = facts.Unlike[0];
            reasons.Add($"{(holders == 0 ? "None" : Number(holders))} of {Number(facts.Peers)} others of its kind for the same tool {(holders == 1 ? "holds" : "hold")} {permission}.");
        }

        if (facts.WorstFinding >= Severity.High)
            reasons.Add($"{Count(facts.OpenFindings, "finding")} open, the worst of {facts.WorstFinding.ToString()!.ToLowerInvariant()} severity.");
        if (facts.Before is { } before && facts.BeforeAt is { } then)
            reasons.Add($"You {Said(before)} on {then.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}.");
        else if (facts.RevokedOfTool > 0)
            reasons.Add($"You revoked {Number(facts.RevokedOfTool)} of {Number(facts.DecidedOfTool)} others of this tool.");
        if (verdict is null && facts.Usage == UsageState.NotReported)
            reasons.Add("The source does not report use: ask who runs it before you certify.");
        if (verdict is null && facts.Usage == UsageState.OutsideWindow)
            reasons.Add("Not used in the time its source keeps records of.");
        return new Recommendation(verdict, reasons);
    }

    private static string Said(Verdict verdict) => verdict switch
    {
        Campaigns.Verdict.Certify => "certified it",
        Campaigns.Verdict.Reduce => "reduced it",
        Campaigns.Verdict.Revoke => "revoked it",
        _ => "did not know it",
    };

    private static string Listed(IReadOnlyList<string> names) => names.Count switch
    {
        1 => names[0],
        2 => $"{names[0]} and {names[1]}",
        _ => $"{names[0]}, {names[1]} and {Number(names.Count - 2)} more",
    };

    private static string Count(int n, string one) => $"{Number(n)} {one}{(n == 1 ? string.Empty : "s")}";

    private static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);

    private static string Days(TimeSpan span) => Number((int)span.TotalDays);
}
