using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>Walking a list page by page, by the link to the next that each page gives.</summary>
internal static class FeedPages
{
    /// <param name="http">Reads the pages.</param>
    /// <param name="progress">Told of each page.</param>
    /// <param name="path">The first page.</param>
    /// <param name="title">The list, in words.</param>
    /// <param name="next">Where the page after this one is; null after the last.</param>
    /// <param name="take">Takes a page, with its number.</param>
    /// <param name="ct">Ends the walk.</param>
    public static async Task EachPageAsync(
        this FeedHttp http, FeedProgress progress, string path, string title, Func<FeedAnswer, string?> next, Func<FeedAnswer, int, Task> take, CancellationToken ct)
    {
        var guard = new PageGuard(title);
        var number = 0;
        for (var link = path; link is not null;)
        {
            guard.Enter(link);
            await progress.ReportAsync($"Reading {title}, page {++number}", ct);
            var page = await http.GetAsync(link, ct);
            await take(page, number);
            link = next(page);
        }
    }
}
