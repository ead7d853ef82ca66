using System.Globalization;

namespace Governance.Revocation;

/// <summary>What counts against the limits.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Batch">Orders that ask to go now.</param>
/// <param name="Recent">Orders on the source that went without approval within <see cref="Caps.Window"/>.</param>
/// <param name="Population">Live identities of the source.</param>
/// <param name="AllBatch">Orders that ask to go now, on all sources.</param>
/// <param name="AllRecent">Those that went, on all sources.</param>
/// <param name="AllPopulation">Live identities of all sources.</param>
public sealed record CapLoad(string Source, int Batch, int Recent, int Population, int AllBatch, int AllRecent, int AllPopulation);

/// <summary>B4: a number N, or P % where that is more: of one batch, of a source within a day, of all within a day. Over it the whole batch waits, never "the first N".</summary>
public static class Caps
{
    public const string Id = "B4";

    /// <summary>What counts against the limit with a new batch: what went without approval in this time before it.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private const string Lift = "An administrator who did not order them approves or withdraws them.";

    /// <summary>How many of one batch go without approval.</summary>
    public static int Limit(BrakeSettings settings, int population) => Larger(settings.MaxOrders, settings.MaxPercent, population);

    /// <summary>How many go on one source within a day.</summary>
    public static int DayLimit(BrakeSettings settings, int population) => Larger(settings.DayMaxOrders, settings.DayMaxPercent, population);

    /// <summary>How many go on all sources within a day.</summary>
    public static int AllLimit(BrakeSettings settings, int population) => Larger(settings.DayMaxOrders, settings.AllMaxPercent, population);

    /// <summary>Whether the batch passes all limits; null when it does.</summary>
    public static Brake? Judge(BrakeSettings settings, CapLoad load)
    {
        var limit = Limit(settings, load.Population);
        if (load.Batch > limit)
            return new Brake(Id, string.Create(CultureInfo.InvariantCulture, $"{load.Batch} orders on {load.Source} at once, more than {limit} ({settings.MaxOrders} or {settings.MaxPercent} % of {load.Population} identities). {Lift}"));
        return Day(settings, load, load.Batch, load.AllBatch);
    }

    /// <summary>The limits of a day alone: asked again in the transaction that sends one more (I-24).</summary>
    public static Brake? Day(BrakeSettings settings, CapLoad load, int batch, int allBatch)
    {
        var (day, all) = (DayLimit(settings, load.Population), AllLimit(settings, load.AllPopulation));
        if (batch + load.Recent > day)
            return new Brake(Id, string.Create(CultureInfo.InvariantCulture, $"{batch} orders on {load.Source} after {load.Recent} within 24 h, more than {day} a day ({settings.DayMaxOrders} or {settings.DayMaxPercent} % of {load.Population} identities). {Lift}"));
        return allBatch + load.AllRecent > all
            ? new Brake(Id, string.Create(CultureInfo.InvariantCulture, $"{allBatch} orders on all sources after {load.AllRecent} within 24 h, more than {all} a day ({settings.DayMaxOrders} or {settings.AllMaxPercent} % of {load.AllPopulation} identities). {Lift}"))
            : null;
    }

    /// <summary>Too many of one AI tool, or of one owner, within a day.</summary>
    public static Brake Of(string whose, int count, int limit) =>
        new(Id, string.Create(CultureInfo.InvariantCulture, $"{count} identities of {whose} within 24 h, more than {limit}. {Lift}"));

    private static int Larger(int orders, int percent, int population) => Math.Max(orders, (int)((long)population * percent / 100));
}
