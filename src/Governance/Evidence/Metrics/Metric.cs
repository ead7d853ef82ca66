using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;

namespace Governance.Evidence;

/// <summary>The period asked for, half open in UTC, and the instant that states are read at.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="AsOf">The earlier of the period's end and now.</param>
public sealed record Period(DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf);

/// <summary>A metric: its words, and one set-based query that lists its whole population with a verdict for each record.</summary>
public abstract class Metric
{
    /// <summary>As in the metric list: <c>M06</c>.</summary>
    public abstract string Id { get; }

    public abstract string Title { get; }

    /// <summary>When a record counts as met.</summary>
    public abstract string Criterion { get; }

    /// <summary>What the population is, in words.</summary>
    public abstract string Population { get; }

    /// <summary>The whole population, in a fixed order.</summary>
    public abstract Task<IReadOnlyList<PopulationRow>> ReadAsync(GovernanceDb db, Period period, CancellationToken ct);

    /// <summary>A further figure from the same rows, in words.</summary>
    public virtual string? Note(IReadOnlyList<PopulationRow> rows) => null;

    /// <summary>Identities that exist in their source and aren't ended: what "all identities" means in every metric.</summary>
    protected static IQueryable<Identity> Live(GovernanceDb db) =>
        db.Identities.Where(i => i.MissingSince == null && (i.State == LifecycleState.Discovered || i.State == LifecycleState.Active || i.State == LifecycleState.Quarantined));

    protected static string Day(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : "none";
}
