using Governance.Common;

namespace Governance.Web.Layout;

/// <summary>How much work waits behind a link of the rail.</summary>
/// <param name="Href">The link, as the rail has it: <c>/revocations</c>.</param>
/// <param name="CountAsync">Counts for this actor; a bounded, indexed read.</param>
public sealed record NavCount(string Href, Func<Actor, CancellationToken, Task<int>> CountAsync);

/// <summary>All counts at once, from what features registered as <see cref="NavCount"/>.</summary>
public sealed class NavCounts(IEnumerable<NavCount> counts, ILogger<NavCounts> log)
{
    public async Task<IReadOnlyDictionary<string, int>> ReadAsync(Actor actor, CancellationToken ct)
    {
        var answer = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var count in counts)
        {
            try
            {
                answer[count.Href] = await count.CountAsync(actor, ct);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // A count that fails leaves its link without a number; the page behind it will say what is wrong.
                log.LogWarning(fault, "The count for {Href} could not be read", count.Href);
            }
        }

        return answer;
    }
}
