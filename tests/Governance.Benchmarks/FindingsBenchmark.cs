using System.Diagnostics;
using System.Globalization;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Benchmarks;

/// <summary>All rules over all identities as one nightly run, as a ratio against one full scan of the same tables in the same process.</summary>
internal static class FindingsBenchmark
{
    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        var service = installation.Get<FindingService>();
        var first = await TimeAsync(() => service.EvaluateAsync(CancellationToken.None));
        var scan = await TimeAsync(() => ScanAsync(installation.Get<IDbContextFactory<GovernanceDb>>()));
        var nightly = await TimeAsync(() => service.EvaluateAsync(CancellationToken.None));
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{provider}, {rows} identities: first run {first:0.0} s, nightly run {nightly:0.0} s, one full scan {scan:0.00} s"), Print.Ratio(nightly / scan));
        await EachAsync(installation.Get<IDbContextFactory<GovernanceDb>>());
        return 0;
    }

    /// <summary>The slowest rules by themselves.</summary>
    private static async Task EachAsync(IDbContextFactory<GovernanceDb> contexts)
    {
        var times = new List<(string Id, double Seconds)>();
        await using var db = await contexts.CreateDbContextAsync();
        db.Database.SetCommandTimeout(1800);
        var context = new RuleContext(db, TimeProvider.System.GetUtcNow(), FindingPolicy.Default);
        foreach (var rule in FindingRules.All)
            times.Add((rule.Id, await TimeAsync(() => db.InTransactionAsync(() => RuleEvaluation.RunAsync(context, rule, null, CancellationToken.None), CancellationToken.None))));
        foreach (var (id, seconds) in times.OrderByDescending(t => t.Seconds).Take(8))
            Print.Line(id, string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"));
    }

    /// <summary>Every row of the tables that the rules read, once, in the database.</summary>
    private static async Task ScanAsync(IDbContextFactory<GovernanceDb> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.Database.SetCommandTimeout(1800);
        _ = await db.Identities.SumAsync(i => i.Attributes.Length);
        _ = await db.Credentials.SumAsync(c => c.ExternalId.Length);
        _ = await db.Grants.CountAsync(g => g.Via == "nobody");
        _ = await db.Entitlements.SumAsync(e => e.Name.Length);
        _ = await db.Findings.SumAsync(f => f.Evidence.Length);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
