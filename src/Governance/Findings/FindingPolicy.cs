namespace Governance.Findings;

/// <summary>
/// What the rules measure by, which of them are on, and how their findings weigh: changed by an administrator with a reason, kept whole in each version.
/// Times count back from now, in UTC; exactly at a limit is still within it.
/// </summary>
public sealed record FindingPolicy
{
    public static FindingPolicy Default { get; } = new();

    public TimeSpan SecretAge { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan RotationWindow { get; init; } = TimeSpan.FromDays(7);

    public TimeSpan ExpirySoon { get; init; } = TimeSpan.FromDays(30);

    public TimeSpan RecentlyUsed { get; init; } = TimeSpan.FromDays(30);

    public TimeSpan Unused { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan NeverUsed { get; init; } = TimeSpan.FromDays(30);

    public TimeSpan CertifyPrivileged { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan CertifyOthers { get; init; } = TimeSpan.FromDays(365);

    public TimeSpan OwnerConfirm { get; init; } = TimeSpan.FromDays(180);

    public TimeSpan UsedAccess { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Percent of the permissions whose use is reported.</summary>
    public int UnusedShare { get; init; } = 50;

    public TimeSpan RevokeWithin { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Rules that are switched off, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Off { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Severities that replace a rule's own.</summary>
    public IReadOnlyDictionary<string, Severity> Severities { get; init; } = new Dictionary<string, Severity>(StringComparer.Ordinal);

    public RiskWeights Weights { get; init; } = RiskWeights.Default;

    public bool IsOn(string ruleId) => !Off.ContainsKey(ruleId);

    public Severity SeverityOf(FindingRule rule) => Severities.TryGetValue(rule.Id, out var severity) ? severity : rule.Severity;
}

/// <summary>How findings and circumstances weigh in the risk score; points, percent that are added to the sum, and the points at which the score is 50.</summary>
public sealed record RiskWeights
{
    public static RiskWeights Default { get; } = new();

    public int Critical { get; init; } = 40;

    public int High { get; init; } = 20;

    public int Medium { get; init; } = 8;

    public int Low { get; init; } = 3;

    public int Privileged { get; init; } = 25;

    public int PrivilegeUnknown { get; init; } = 10;

    public int Autonomous { get; init; } = 25;

    public int Supervised { get; init; } = 10;

    public int Production { get; init; } = 15;

    public int EnvironmentUnknown { get; init; } = 5;

    /// <summary>The exposure points at which an identity's risk is 50: one critical finding without any circumstance.</summary>
    public int Half { get; init; } = 40;

    /// <summary>The same for a tool: five such identities.</summary>
    public int ToolHalf { get; init; } = 200;

    public int Of(Severity severity) => severity switch
    {
        Severity.Critical => Critical,
        Severity.High => High,
        Severity.Medium => Medium,
        Severity.Low => Low,
        _ => 0,
    };
}
