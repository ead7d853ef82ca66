using System.Linq.Expressions;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Revocation;

/// <summary>B5: what is so critical, or so little known, that a person has to say yes.</summary>
public static class Weighty
{
    /// <summary>Privileged by its source's rules, in production.</summary>
    public static Expression<Func<Identity, bool>> Critical { get; } = i => i.Privileged == Reported.Yes && i.Environment == DeploymentEnvironment.Production;

    /// <summary>The source does not report whether it is used: "never used" can't be told from "not known".</summary>
    public static Expression<Func<Identity, bool>> Unobservable { get; } = i => i.Usage == UsageState.NotReported;

    public static Brake CriticalHeld { get; } = new(SecondPerson.Id, "Privileged, in production. An administrator who did not order it, did not set the limits and does not own it approves.");

    public static Brake UnobservableHeld { get; } = new(SecondPerson.Id, "Its source does not report use, so nobody can tell whether it is needed. An administrator approves, or the source begins to report use.");
}
