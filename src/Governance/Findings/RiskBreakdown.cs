using Governance.Common;
using Governance.Inventory;

namespace Governance.Findings;

/// <summary>One open finding's share.</summary>
public sealed record RiskPoint(string RuleId, string Title, Severity Severity, int Points);

/// <summary>One circumstance's share, in percent of the sum.</summary>
public sealed record RiskPercent(string Title, int Percent);

/// <summary>How an identity's score comes about: whoever adds up the lines gets the number (<see cref="Risk"/> has the formula).</summary>
public sealed record RiskBreakdown(IReadOnlyList<RiskPoint> Points, IReadOnlyList<RiskPercent> Percents)
{
    public int Sum => Points.Sum(p => p.Points);

    public int Percent => Percents.Sum(p => p.Percent);

    /// <summary>Before 100 is made the most.</summary>
    public int Uncapped => Sum * (100 + Percent) / 100;

    public int Risk => Math.Min(100, Uncapped);

    internal static RiskBreakdown Of(IEnumerable<(string RuleId, Severity Severity)> open, Reported privileged, Autonomy? autonomy, DeploymentEnvironment environment, RiskWeights weights)
    {
        var percents = new[]
        {
            new RiskPercent(privileged == Reported.Yes ? "Privileged access" : "Whether its access is privileged is not reported", Findings.Risk.Percent(privileged, weights)),
            new RiskPercent(autonomy switch { Autonomy.Autonomous => "Its tool acts by itself", Autonomy.Supervised => "Its tool acts under supervision", _ => "How freely its tool acts is not known" }, Findings.Risk.Percent(autonomy, weights)),
            new RiskPercent(environment == DeploymentEnvironment.Production ? "In production" : "Its environment is not reported", Findings.Risk.Percent(environment, weights)),
        };
        return new RiskBreakdown(
            [.. open.Select(f => new RiskPoint(f.RuleId, FindingRules.TitleOf(f.RuleId), f.Severity, weights.Of(f.Severity))).OrderByDescending(p => p.Points).ThenBy(p => p.RuleId, StringComparer.Ordinal)],
            [.. percents.Where(p => p.Percent > 0)]);
    }
}
