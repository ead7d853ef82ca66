using System.Globalization;
using Governance.Findings;

namespace Governance.Evidence;

/// <summary>A metric: its words, and one set-based query that lists its whole population with a verdict for each record.</summary>
public abstract class Metric
{
    /// <summary>As in the metric list: <c>M06</c>.</summary>
    public abstract string Id { get; }

    public abstract string Title { get; }

    /// <summary>What the population is, in words.</summary>
    public abstract string Population { get; }

    /// <summary>What the value column of the population holds; null when it holds none. Median, 90th percentile and maximum are given of it.</summary>
    public virtual string? ValueUnit => null;

    /// <summary>Why the console can't measure it; null when it can. Printed as "not evidenced by this system".</summary>
    public virtual string? Unmeasured => null;

    /// <summary>A caution that goes with the figure wherever it is shown.</summary>
    public virtual string? Caution => null;

    /// <summary>When a record counts as met, with the limits in force.</summary>
    public abstract string Criterion(FindingPolicy policy);

    /// <summary>The whole population, in the order of its records' ids.</summary>
    public abstract IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, CancellationToken ct);

    protected static string Key(Guid id) => id.ToString("D");

    protected static string Day(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "none";

    protected static string Days(TimeSpan span) => span.TotalDays.ToString("0.#", CultureInfo.InvariantCulture) + (span == TimeSpan.FromDays(1) ? " day" : " days");

    /// <summary>Met when done within the limit; what is still open within it can't be told yet.</summary>
    protected static Verdicts Within(DateTimeOffset since, DateTimeOffset? done, TimeSpan limit, DateTimeOffset until) =>
        done < until ? (done - since <= limit ? Verdicts.Met : Verdicts.Exception) : until - since <= limit ? Verdicts.CannotTell : Verdicts.Exception;
}

/// <summary>A metric that the console has no data for: named, so that its absence is seen.</summary>
internal sealed class UnmeasuredMetric(string id, string title, string population, string criterion, string why) : Metric
{
    public override string Id => id;

    public override string Title => title;

    public override string Population => population;

    public override string Unmeasured => why;

    public override string Criterion(FindingPolicy policy) => criterion;

    public override IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, CancellationToken ct) => AsyncEnumerable.Empty<PopulationRow>();
}
