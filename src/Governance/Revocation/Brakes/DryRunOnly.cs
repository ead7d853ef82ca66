namespace Governance.Revocation;

/// <summary>B14: sweeps only say what they would do.</summary>
public static class DryRunOnly
{
    public const string Id = "B14";

    public static Brake? Judge(BrakeSettings settings) => settings.DryRunOnly
        ? new Brake(Id, "Sweeps are set to dry run only: nothing was ordered. An administrator lifts it under Brakes.")
        : null;
}
