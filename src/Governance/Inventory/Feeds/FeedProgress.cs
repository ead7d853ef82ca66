using Governance.Common;

namespace Governance.Inventory;

/// <summary>Where a fetch stands. Told often by the feed; written at most once a second.</summary>
/// <param name="write">Keeps it where pages look.</param>
/// <param name="clock">Measures the second.</param>
public sealed class FeedProgress(Func<string, CancellationToken, Task> write, TimeProvider clock)
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(1);
    private DateTimeOffset last = DateTimeOffset.MinValue;

    /// <summary>Of nobody who looks.</summary>
    public static FeedProgress None { get; } = new((_, _) => Task.CompletedTask, TimeProvider.System);

    /// <param name="doing">"Reading applications, page 12".</param>
    /// <param name="always">Written even within the second: what follows may take long.</param>
    public async Task ReportAsync(string doing, CancellationToken ct, bool always = false)
    {
        ct.ThrowIfCancellationRequested();
        var now = clock.Now();
        if (!always && now - last < AtMost)
            return;
        last = now;
        await write(doing.Length > 390 ? doing[..390] : doing, ct);
    }
}
