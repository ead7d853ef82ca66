using System.Security.Cryptography;

namespace Governance.Revocation;

/// <summary>When a step is tried again.</summary>
public static class Backoff
{
    /// <summary>After so many attempts a person has to look.</summary>
    public const int MostAttempts = 12;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>15 s doubled with each attempt up to an hour, up to a fifth later at random; never before the source asked for.</summary>
    /// <param name="attempts">Attempts so far.</param>
    /// <param name="retryAfter">What the source asked for.</param>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan After(int attempts, TimeSpan? retryAfter, double random)
    {
        var wait = attempts >= 9 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Max(0, attempts - 1)));
        wait *= 1 + (0.2 * random);
        return retryAfter is { } asked && asked > wait ? asked : wait;
    }

    public static double Random() => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000d;
}
