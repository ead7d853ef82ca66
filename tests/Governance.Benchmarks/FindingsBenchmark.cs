using System.Globalization;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Benchmarks;

/// <summary>All rules over all identities as one nightly run, as a ratio against one full scan of the same tables in the same process.</summary>
internal static class FindingsBenchmark
{
    private const int Rounds = 3;

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        var people = Path.Combine(installation.Folder, "people.csv");
        Samples.WritePeople(people);
        await installation.ImportAsync(people);
        await installation.ImportAsync(path);
        var (service, contexts) = (installation.Get<FindingService>(), installation.Get<IDbContextFactory<GovernanceDb>>());
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{provider}, {rows:N0} identities with {rows * 3:N0} credentials and grants, {FindingRules.All.Count} rules"), "figure");
        var first = await TimeAsync(() => service.EvaluateAsync(CancellationToken.None));
        Print.Line("first evaluation of everything", first.ToString());
        await using (var db = installation.Open())
            Print.Line("findings", (await db.Findings.CountAsync()).ToString("N0", CultureInfo.InvariantCulture));
        // Taken in turns, the better of each: another program's work must not look like ours.
        var (scan, nightly) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            scan.Add(await TimeAsync(() => ScanAsync(contexts)));
            nightly.Add(await TimeAsync(() => service.EvaluateAsync(CancellationToken.None)));
        }

        var (one, night) = (scan.MinBy(c => c.Seconds)!, nightly.MinBy(c => c.Seconds)!);
        Print.Line("one full scan of the tables that the rules read", one.ToString());
        Print.Line("nightly run, nothing new", night.ToString());
        Print.Line("nightly run against one full scan", Print.Ratio(night, one), string.Create(CultureInfo.InvariantCulture, $"<= {FindingRules.All.Count} x, one scan a rule"));
        await EachAsync(contexts);
        return 0;
    }

    /// <summary>The slowest rules and the rest of the work, each by itself.</summary>
    private static async Task EachAsync(IDbContextFactory<GovernanceDb> contexts)
    {
        var times = new List<(string Id, Cost Took)>();
        await using var db = await contexts.CreateDbContextAsync();
        await db.Database.OpenConnectionAsync();
        db.Database.SetCommandTimeout(1800);
        var context = new RuleContext(db, TimeProvider.System.GetUtcNow(), FindingPolicy.Default);
        times.Add(("statistics", await TimeAsync(() => Statistics.RefreshAsync(db, CancellationToken.None))));
        times.Add(("ways to become an administrator", await TimeAsync(() => db.InTransactionAsync(async () =>
        {
            await EscalationPaths.BuildAsync(db, context.Now, CancellationToken.None);
            return true;
        }, CancellationToken.None))));
        foreach (var rule in FindingRules.All)
            times.Add((rule.Id, await TimeAsync(() => db.InTransactionAsync(() => RuleEvaluation.RunAsync(context, rule, EvaluationPart.All, CancellationToken.None), CancellationToken.None))));
        times.Add(("risk", await TimeAsync(() => db.InTransactionAsync(async () =>
        {
            await Risk.UpdateAsync(db, EvaluationPart.All, FindingPolicy.Default.Weights, CancellationToken.None);
            return true;
        }, CancellationToken.None))));
        times.Add(("counting the three outcomes", await TimeAsync(() => RuleEvaluation.CountAsync(context, CancellationToken.None))));
        foreach (var (id, took) in times.OrderByDescending(t => t.Took.Seconds).Take(12))
            Print.Line($"  {id}", took.ToString());
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

    private static async Task<Cost> TimeAsync(Func<Task> work)
    {
        var start = Cost.Begin();
        await work();
        return start.End();
    }
}
