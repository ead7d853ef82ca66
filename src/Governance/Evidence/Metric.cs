using System.Security.Cryptography;
using System.Text;
using Governance.Persistence;

namespace Governance.Evidence;

/// <summary>The period [From, To) in UTC and the time that present state was read.</summary>
public sealed record MetricPeriod(DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf);

/// <summary>A question with a population: one query lists it, and each row carries its answer.</summary>
/// <param name="Id">Stable: <c>M06</c>.</param>
/// <param name="Title">What n of d counts.</param>
/// <param name="Definition">Population and rule, in words an auditor can repeat.</param>
/// <param name="Rows">The population; null when the console has no data for it.</param>
internal sealed record Metric(string Id, string Title, string Definition, Func<GovernanceDb, MetricPeriod, CancellationToken, Task<List<PopulationRow>>>? Rows)
{
    public const int ShownExceptions = 25;
    public const int SampleSize = 5;

    /// <summary>The figure over the rows; an empty population is said to be empty, never met.</summary>
    public MetricFact Judge(IReadOnlyList<PopulationRow>? rows, string seed, string? figure)
    {
        if (rows is null)
            return new MetricFact(Id, Title, Definition, MetricStatus.NotEvidenced, 0, 0, 0, null, [], []);
        var met = rows.Count(r => r.Answer == Answer.Met);
        var status = rows.Count == 0 ? MetricStatus.NoPopulation : met == rows.Count ? MetricStatus.Met : MetricStatus.Exceptions;
        return new MetricFact(Id, Title, Definition, status, met, rows.Count, rows.Count(r => r.Answer == Answer.CannotTell), figure,
            [.. rows.Where(r => r.Answer != Answer.Met).OrderBy(r => r.Answer).ThenBy(r => r.Id, StringComparer.Ordinal).Take(ShownExceptions)], Draw(rows, seed));
    }

    /// <summary>Drawn so that anybody can redraw it: ordered by SHA-256(seed‖id), the first of them.</summary>
    public static IReadOnlyList<PopulationRow> Draw(IReadOnlyList<PopulationRow> rows, string seed) =>
        [.. rows.OrderBy(r => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed + r.Id))), StringComparer.Ordinal).Take(SampleSize)];
}
