using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>
/// One number from 0 to 100 for each identity (NIST CSF 2.0 GV.RM-06: a standardised method). Open findings add up, by default: critical 40, high 20,
/// medium 8, low 3, info 0. The sum grows by 25 % where access is privileged (10 % where that is not reported), by 25 % where the AI tool acts by
/// itself (10 % where supervised or not known), and by 15 % in production (5 % where the environment is not known); fractions are cut, 100 is the most.
/// Accepted findings do not count: who accepted them, why and until when is shown beside.
/// </summary>
public static class Risk
{
    /// <summary>The formula for one identity.</summary>
    /// <param name="open">Severities of its open findings.</param>
    /// <param name="privileged">Whether its access is privileged.</param>
    /// <param name="autonomy">Of its AI tool; null without one.</param>
    /// <param name="environment">Where it works.</param>
    /// <param name="weights">What each weighs.</param>
    public static int Of(IEnumerable<Severity> open, Reported privileged, Autonomy? autonomy, DeploymentEnvironment environment, RiskWeights weights) =>
        Math.Min(100, open.Sum(weights.Of) * (100 + Percent(privileged, weights) + Percent(autonomy, weights) + Percent(environment, weights)) / 100);

    public static int Percent(Reported privileged, RiskWeights weights) => privileged switch { Reported.Yes => weights.Privileged, Reported.Unknown => weights.PrivilegeUnknown, _ => 0 };

    public static int Percent(Autonomy? autonomy, RiskWeights weights) => autonomy switch { Autonomy.Autonomous => weights.Autonomous, Autonomy.Supervised or Autonomy.Unknown => weights.Supervised, _ => 0 };

    public static int Percent(DeploymentEnvironment environment, RiskWeights weights) =>
        environment switch { DeploymentEnvironment.Production => weights.Production, DeploymentEnvironment.Unknown => weights.EnvironmentUnknown, _ => 0 };

    /// <summary>The same for all, or for some, in two statements that touch only what differs; a test holds it to <see cref="Of"/>.</summary>
    internal static async Task UpdateAsync(GovernanceDb db, EvaluationPart part, RiskWeights w, CancellationToken ct)
    {
        var identities = part.Identities(db.Identities);
        var open = part.Findings(db.Findings).Where(f => f.State == FindingState.Open && f.Severity != Severity.Info);
        await identities.Where(i => i.Risk != 0 && !open.Any(f => f.IdentityId == i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.Risk, 0), ct);
        var (critical, high, medium, low) = (w.Critical, w.High, w.Medium, w.Low);
        var (yes, untold, free, half, live, elsewhere) = (w.Privileged, w.PrivilegeUnknown, w.Autonomous, w.Supervised, w.Production, w.EnvironmentUnknown);
        var sums = open.GroupBy(f => f.IdentityId).Select(g => new
        {
            IdentityId = g.Key,
            Sum = g.Sum(f => f.Severity == Severity.Critical ? critical : f.Severity == Severity.High ? high : f.Severity == Severity.Medium ? medium : low),
        });
        var autonomous = db.Tools.Where(t => t.Autonomy == Autonomy.Autonomous);
        var halfway = db.Tools.Where(t => t.Autonomy == Autonomy.Supervised || t.Autonomy == Autonomy.Unknown);
        var raw =
            from i in identities
            join s in sums on i.Id equals s.IdentityId
            select new
            {
                Identity = i,
                Raw = s.Sum * (100
                    + (i.Privileged == Reported.Yes ? yes : i.Privileged == Reported.Unknown ? untold : 0)
                    + (autonomous.Any(t => t.Id == i.ToolId) ? free : halfway.Any(t => t.Id == i.ToolId) ? half : 0)
                    + (i.Environment == DeploymentEnvironment.Production ? live : i.Environment == DeploymentEnvironment.Unknown ? elsewhere : 0)) / 100,
            };
        await raw.Where(r => r.Identity.Risk != (r.Raw > 100 ? 100 : r.Raw))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Identity.Risk, r => r.Raw > 100 ? 100 : r.Raw), ct);
    }
}
