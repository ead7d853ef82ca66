using System.Globalization;

namespace Governance.Findings;

/// <summary>One limit that an administrator may change.</summary>
/// <param name="Key">The property's name, which conditions name in braces.</param>
/// <param name="Title">For a form.</param>
/// <param name="Unit">days or %.</param>
/// <param name="Least">Smallest value taken.</param>
/// <param name="Most">Largest value taken.</param>
/// <param name="RuleIds">Which rules measure by it; empty for weights.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">The policy with another value.</param>
public sealed record PolicyLimit(string Key, string Title, string Unit, int Least, int Most, IReadOnlyList<string> RuleIds, Func<FindingPolicy, int> Get, Func<FindingPolicy, int, FindingPolicy> With)
{
    public string Shown(FindingPolicy policy) => Unit == "%" ? string.Create(CultureInfo.InvariantCulture, $"{Get(policy)} %") : Get(policy) == 1 ? "1 day" : string.Create(CultureInfo.InvariantCulture, $"{Get(policy)} days");
}

/// <summary>Everything that can be set by number.</summary>
public static class PolicyLimits
{
    private const int TenYears = 3660;

    /// <summary>Limits of rules.</summary>
    public static IReadOnlyList<PolicyLimit> All { get; } =
    [
        Days(nameof(FindingPolicy.OwnerConfirm), "Owners say again that they answer", ["F03"], p => p.OwnerConfirm, (p, t) => p with { OwnerConfirm = t }),
        Days(nameof(FindingPolicy.SecretAge), "Oldest secret", ["F07"], p => p.SecretAge, (p, t) => p with { SecretAge = t }),
        Days(nameof(FindingPolicy.RotationWindow), "Time that a rotation may take", ["F08"], p => p.RotationWindow, (p, t) => p with { RotationWindow = t }),
        Days(nameof(FindingPolicy.ExpirySoon), "Warn before a credential ends", ["F09"], p => p.ExpirySoon, (p, t) => p with { ExpirySoon = t }),
        Days(nameof(FindingPolicy.RecentlyUsed), "In use means used in the last", ["F09"], p => p.RecentlyUsed, (p, t) => p with { RecentlyUsed = t }),
        Days(nameof(FindingPolicy.Unused), "Unused for", ["F10"], p => p.Unused, (p, t) => p with { Unused = t }),
        Days(nameof(FindingPolicy.NeverUsed), "Never used since", ["F11"], p => p.NeverUsed, (p, t) => p with { NeverUsed = t }),
        Days(nameof(FindingPolicy.UsedAccess), "A permission is used when used in the last", ["F12"], p => p.UsedAccess, (p, t) => p with { UsedAccess = t }),
        new(nameof(FindingPolicy.UnusedShare), "Unused share of permissions", "%", 1, 100, ["F12"], p => p.UnusedShare, (p, n) => p with { UnusedShare = n }),
        Days(nameof(FindingPolicy.CertifyPrivileged), "Certify privileged access every", ["F26"], p => p.CertifyPrivileged, (p, t) => p with { CertifyPrivileged = t }),
        Days(nameof(FindingPolicy.CertifyOthers), "Certify other access every", ["F26"], p => p.CertifyOthers, (p, t) => p with { CertifyOthers = t }),
        Days(nameof(FindingPolicy.RevokeWithin), "Revoke what was denied within", ["F27"], p => p.RevokeWithin, (p, t) => p with { RevokeWithin = t }),
    ];

    /// <summary>Weights of the risk score.</summary>
    public static IReadOnlyList<PolicyLimit> Weights { get; } =
    [
        Weight(nameof(RiskWeights.Critical), "Critical finding", "points", w => w.Critical, (w, n) => w with { Critical = n }),
        Weight(nameof(RiskWeights.High), "High finding", "points", w => w.High, (w, n) => w with { High = n }),
        Weight(nameof(RiskWeights.Medium), "Medium finding", "points", w => w.Medium, (w, n) => w with { Medium = n }),
        Weight(nameof(RiskWeights.Low), "Low finding", "points", w => w.Low, (w, n) => w with { Low = n }),
        Weight(nameof(RiskWeights.Privileged), "Privileged access", "%", w => w.Privileged, (w, n) => w with { Privileged = n }),
        Weight(nameof(RiskWeights.PrivilegeUnknown), "Privilege not reported", "%", w => w.PrivilegeUnknown, (w, n) => w with { PrivilegeUnknown = n }),
        Weight(nameof(RiskWeights.Autonomous), "Tool acts by itself", "%", w => w.Autonomous, (w, n) => w with { Autonomous = n }),
        Weight(nameof(RiskWeights.Supervised), "Tool supervised, or not known", "%", w => w.Supervised, (w, n) => w with { Supervised = n }),
        Weight(nameof(RiskWeights.Production), "In production", "%", w => w.Production, (w, n) => w with { Production = n }),
        Weight(nameof(RiskWeights.EnvironmentUnknown), "Environment not reported", "%", w => w.EnvironmentUnknown, (w, n) => w with { EnvironmentUnknown = n }),
        Half(nameof(RiskWeights.Half), "An identity's risk is 50 at", w => w.Half, (w, n) => w with { Half = n }),
        Half(nameof(RiskWeights.ToolHalf), "A tool's risk is 50 at", w => w.ToolHalf, (w, n) => w with { ToolHalf = n }),
    ];

    public static IEnumerable<PolicyLimit> Of(string ruleId) => All.Where(l => l.RuleIds.Contains(ruleId, StringComparer.Ordinal));

    /// <summary>Puts the limits into a condition.</summary>
    internal static string Fill(string condition, FindingPolicy policy) =>
        All.Aggregate(condition, (text, limit) => text.Replace("{" + limit.Key + "}", limit.Shown(policy), StringComparison.Ordinal));

    private static PolicyLimit Days(string key, string title, IReadOnlyList<string> rules, Func<FindingPolicy, TimeSpan> get, Func<FindingPolicy, TimeSpan, FindingPolicy> with) =>
        new(key, title, "days", 1, TenYears, rules, p => (int)get(p).TotalDays, (p, days) => with(p, TimeSpan.FromDays(days)));

    private static PolicyLimit Weight(string key, string title, string unit, Func<RiskWeights, int> get, Func<RiskWeights, int, RiskWeights> with) =>
        new(key, title, unit, 0, 100, [], p => get(p.Weights), (p, n) => p with { Weights = with(p.Weights, n) });

    private static PolicyLimit Half(string key, string title, Func<RiskWeights, int> get, Func<RiskWeights, int, RiskWeights> with) =>
        new(key, title, "points", 1, 100_000, [], p => get(p.Weights), (p, n) => p with { Weights = with(p.Weights, n) });
}
