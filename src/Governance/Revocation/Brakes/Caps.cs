using System.Globalization;

namespace Governance.Revocation;

/// <summary>B4: a limit of N, or of P % of the source's live identities where that is more. Over it the whole batch of the source waits, never "the first N".</summary>
public static class Caps
{
    public const string Id = "B4";

    /// <summary>What counts against the limit with a new batch: what went without approval in this time before it.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>How many go without approval.</summary>
    public static int Limit(BrakeSettings settings, int population) => Math.Max(settings.MaxOrders, (int)((long)population * settings.MaxPercent / 100));

    /// <param name="settings">The brakes in force.</param>
    /// <param name="source">The source's name, for the message.</param>
    /// <param name="batch">Orders that ask to go now.</param>
    /// <param name="recent">Orders on it that went without approval within <see cref="Window"/>.</param>
    /// <param name="population">Live identities of the source.</param>
    public static Brake? Judge(BrakeSettings settings, string source, int batch, int recent, int population)
    {
        var limit = Limit(settings, population);
        return batch + recent > limit
            ? new Brake(Id, string.Create(CultureInfo.InvariantCulture,
                $"{batch} orders on {source}{(recent > 0 ? $" after {recent} in the last 24 h" : string.Empty)}, more than {limit} ({settings.MaxOrders} or {settings.MaxPercent} % of {population} identities). An administrator who did not order them approves or withdraws them."))
            : null;
    }
}
