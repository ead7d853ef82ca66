using System.Diagnostics;
using System.Globalization;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Benchmarks;

/// <summary>Pages of the identity grid over all rows, each against the same page over ten thousand, or a hundredth of all where that is more.</summary>
internal static class PageBenchmark
{
    private const int Rounds = 30;

    private static readonly (string Name, IdentityFilter Filter, IdentitySort Sort, bool Descending)[] Pages =
    [
        ("by name", new IdentityFilter(), IdentitySort.Name, false),
        ("by risk, highest first", new IdentityFilter(), IdentitySort.Risk, true),
        ("last used, newest first", new IdentityFilter(), IdentitySort.LastUsed, true),
        ("of a kind", new IdentityFilter { Kind = IdentityKind.ServicePrincipal }, IdentitySort.Name, false),
        ("of a kind that none has", new IdentityFilter { Kind = IdentityKind.Agent }, IdentitySort.Name, false),
        ("for AI tools", new IdentityFilter { ForAiTool = true }, IdentitySort.Name, false),
        ("without an owner", new IdentityFilter { OwnerState = OwnerState.None }, IdentitySort.Risk, true),
        ("in production", new IdentityFilter { Environment = DeploymentEnvironment.Production }, IdentitySort.Name, false),
        ("missing", new IdentityFilter { Missing = true }, IdentitySort.Name, false),
        ("search, a rare word", new IdentityFilter { Text = "payroll-4217" }, IdentitySort.Name, false),
        ("search, a common word", new IdentityFilter { Text = "invoice" }, IdentitySort.Name, false),
        ("search, a word whose names stand last", new IdentityFilter { Text = "t99-" }, IdentitySort.Name, false),
        ("search, nothing found", new IdentityFilter { Text = "zzqx" }, IdentitySort.Name, false),
        ("search and a kind", new IdentityFilter { Text = "invoice", Kind = IdentityKind.ServicePrincipal }, IdentitySort.Risk, true),
        ("in production without an owner, by use", new IdentityFilter { Environment = DeploymentEnvironment.Production, OwnerState = OwnerState.None }, IdentitySort.LastUsed, true),
    ];

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        var few = Math.Max(Math.Min(10_000, rows / 2), rows / 100);
        await using var small = await FilledAsync(provider, few);
        await using var large = await FilledAsync(provider, rows);
        Print.Line($"{provider}: median ms of a page of 50, {few} and {rows} identities", "ratio");
        var worst = 0.0;
        foreach (var page in Pages)
        {
            foreach (var middle in new[] { false, true })
            {
                var (a, b) = (await MedianAsync(small, page, middle), await MedianAsync(large, page, middle));
                worst = Math.Max(worst, b / a);
                Print.Line(string.Create(CultureInfo.InvariantCulture, $"{page.Name + (middle ? ", from the middle" : string.Empty),-55} {a,8:0.00} {b,8:0.00}"), Print.Ratio(b / a), "<= 2.00 x");
            }
        }

        return worst <= 2 ? 0 : 1;
    }

    private static async Task<Installation> FilledAsync(DatabaseProvider provider, int rows)
    {
        var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        return installation;
    }

    private static async Task<double> MedianAsync(Installation installation, (string Name, IdentityFilter Filter, IdentitySort Sort, bool Descending) page, bool middle)
    {
        var queries = installation.Get<InventoryQueries>();
        var cursor = middle ? await installation.MiddleAsync(page.Sort) : null;
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await queries.ListAsync(page.Filter, page.Sort, page.Descending, cursor, 50, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (times.Sum() > 20_000)
                break;
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
