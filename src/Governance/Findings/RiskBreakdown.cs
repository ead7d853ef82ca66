using Governance.Common;
using Governance.Inventory;

namespace Governance.Findings;

/// <summary>One open finding's share.</summary>
public sealed record RiskPoint(string RuleId, string Title, Severity Severity, int Points);

/// <summary>One circumstance's share, in percent of the sum.</summary>
public sealed record RiskPercent(string Title, int Percent);

/// <summary>How an identity's score comes about: whoever adds up the lines gets the number (<see cref="Risk"/> has the formula).</summary>
/// <param name="Half">The points at which the risk is 50.</param>
public sealed record RiskBreakdown(IReadOnlyList<RiskPoint> Points, IReadOnlyList<RiskPercent> Percents, int Half)
{
    public int Sum => Points.Sum(p => p.Points);

    public int Percent => Percents.Sum(p => p.Percent);

    public int Exposure => Sum * (100 + Percent) / 100;

    public int Risk => Findings.Risk.Of(Exposure, Half);

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
            [.. percents.Where(p => p.Percent > 0)], weights.Half);
    }
}

/// <summary>One identity's share in a tool's score.</summary>
public sealed record ToolRiskLine(Guid IdentityId, string Name, string Source, int Points, int Risk);

/// <summary>How a tool's score comes about: the points of its identities, the most exposed one by one and the others together.</summary>
/// <param name="Most">The most exposed.</param>
/// <param name="More">How many others have any points.</param>
/// <param name="MorePoints">Theirs together.</param>
/// <param name="Without">How many have none.</param>
/// <param name="Half">The points at which the risk is 50.</param>
public sealed record ToolRisk(IReadOnlyList<ToolRiskLine> Most, int More, long MorePoints, int Without, int Half)
{
    public long Points => Most.Sum(l => (long)l.Points) + MorePoints;

    public int Risk => Findings.Risk.Of(Points, Half);
}

/// <summary>A tool in the list of the most exposed.</summary>
public sealed record ExposedTool(Guid Id, string Name, string? Vendor, int Identities, int Unowned, int Privileged, long Points, int Risk, int HighestRisk);
