namespace Governance.Evidence;

/// <summary>The period asked for, half open in UTC, and the instant that states are read at.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="AsOf">The earlier of the period's end and now.</param>
public sealed record Period(DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf)
{
    /// <summary>What happened before this instant counts; what happened at it or later does not. In a period that still runs, what happens right now counts.</summary>
    public DateTimeOffset Until { get; } = AsOf < To ? AsOf.AddMicroseconds(1) : To;

    /// <summary>Whether the period is over: its figures are final.</summary>
    public bool IsClosed => AsOf >= To;
}
