using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>
/// One number from 0 to 99 for each identity and each tool (NIST CSF 2.0 GV.RM-06: a standardised method). Open findings add up, by default: critical 40, high 20,
/// medium 8, low 3, info 0. The sum grows by 25 % where access is privileged (10 % where that is not reported), by 25 % where the AI tool acts by
/// itself (10 % where supervised or not known), and by 15 % in production (5 % where the environment is not known); fractions are cut. These are an identity's
/// <em>exposure points</em>; a tool's are those of its identities together. The risk is 100 × points / (points + half), where half is the points at which it is 50: more findings are always
/// more risk, much more exposure is a clearly higher number, and none reaches 100. Accepted findings do not count: who accepted them, why and until when is shown beside.
/// </summary>
public static class Risk
{
    /// <summary>An identity's exposure points.</summary>
    /// <param name="open">Severities of its open findings.</param>
    /// <param name="privileged">Whether its access is privileged.</param>
    /// <param name="autonomy">Of its AI tool; null without one.</param>
    /// <param name="environment">Where it works.</param>
    /// <param name="weights">What each weighs.</param>
    public static int Points(IEnumerable<Severity> open, Reported privileged, Autonomy? autonomy, DeploymentEnvironment environment, RiskWeights weights) =>
        open.Sum(weights.Of) * (100 + Percent(privileged, weights) + Percent(autonomy, weights) + Percent(environment, weights)) / 100;

    /// <summary>The risk of so many points; fractions cut.</summary>
    /// <param name="points">Exposure points.</param>
    /// <param name="half">The points at which it is 50.</param>
    public static int Of(long points, int half) => points <= 0 ? 0 : (int)(100 * points / (points + half));

    public static int Percent(Reported privileged, RiskWeights weights) => privileged switch { Reported.Yes => weights.Privileged, Reported.Unknown => weights.PrivilegeUnknown, _ => 0 };

    public static int Percent(Autonomy? autonomy, RiskWeights weights) => autonomy switch { Autonomy.Autonomous => weights.Autonomous, Autonomy.Supervised or Autonomy.Unknown => weights.Supervised, _ => 0 };

    public static int Percent(DeploymentEnvironment environment, RiskWeights weights) =>
        environment switch { DeploymentEnvironment.Production => weights.Production, DeploymentEnvironment.Unknown => weights.EnvironmentUnknown, _ => 0 };

    /// <summary>The same for all, or for some, in two statements that touch only what differs; a test holds it to <see cref="Points"/> and <see cref="Of"/>.</summary>
    internal static async Task UpdateAsync(GovernanceDb db, EvaluationPart part, RiskWeights w, CancellationToken ct)
    {
        var identities = part.Identities(db.Identities);
        var open = part.Findings(db.Findings).Where(f => f.State == FindingState.Open && f.Severity != Severity.Info);
        await identities.Where(i => i.Exposure != 0 && !open.Any(f => f.IdentityId == i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.Exposure, 0).SetProperty(i => i.Risk, 0), ct);
        var (critical, high, medium, low, half) = (w.Critical, w.High, w.Medium, w.Low, w.Half);
        var (yes, untold, free, some, live, elsewhere) = (w.Privileged, w.PrivilegeUnknown, w.Autonomous, w.Supervised, w.Production, w.EnvironmentUnknown);
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
                Points = s.Sum * (100
                    + (i.Privileged == Reported.Yes ? yes : i.Privileged == Reported.Unknown ? untold : 0)
                    + (autonomous.Any(t => t.Id == i.ToolId) ? free : halfway.Any(t => t.Id == i.ToolId) ? some : 0)
                    + (i.Environment == DeploymentEnvironment.Production ? live : i.Environment == DeploymentEnvironment.Unknown ? elsewhere : 0)) / 100,
            };
        await raw.Where(r => r.Identity.Exposure != r.Points || r.Identity.Risk != 100 * r.Points / (r.Points + half))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Identity.Exposure, r => r.Points).SetProperty(r => r.Identity.Risk, r => 100 * r.Points / (r.Points + half)), ct);
    }
}
