using System.Globalization;

namespace Governance.Revocation;

/// <summary>B1: while it is on, no sweep orders and no step is claimed or sent, on any node, restores included (I-25).</summary>
public static class StopSwitch
{
    public const string Id = "B1";

    /// <summary>The brake while the switch is on.</summary>
    public static Brake? Judge(BrakeSettings settings) => settings.Stopped
        ? new Brake(Id, string.Create(CultureInfo.InvariantCulture, $"{settings.StoppedBy} stopped all revocations on {settings.StoppedAt:yyyy-MM-dd HH:mm} UTC: {settings.StopReason}. An administrator lifts it under Brakes."))
        : null;
}
