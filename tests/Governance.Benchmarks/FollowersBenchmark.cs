using System.Globalization;
using Governance.Audit;
using Governance.Persistence;

namespace Governance.Benchmarks;

/// <summary>What follows an import by itself: the meaning of what was read, rules by filter, proposals of owners, findings. Each follower's time, and all of them against the import.</summary>
internal static class FollowersBenchmark
{
    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var (first, second) = (Path.Combine(installation.Folder, "first.csv"), Path.Combine(installation.Folder, "changed.csv"));
        Samples.Write(first, rows);
        Samples.Write(second, rows, changedEvery: 100);
        var people = Path.Combine(installation.Folder, "people.csv");
        Samples.WritePeople(people);
        await installation.ImportAsync(people);
        Print.Line($"{provider}, {rows.ToString("N0", CultureInfo.InvariantCulture)} identities with {(rows * 3).ToString("N0", CultureInfo.InvariantCulture)} credentials and grants", "figure");
        var (import, _) = await installation.ImportAsync(first);
        Print.Line("first import", import.ToString());
        var created = await FollowAsync(installation, "first import");
        var (again, _) = await installation.ImportAsync(second);
        Print.Line("re-import with 1 % changed", again.ToString());
        var changed = await FollowAsync(installation, "1 % changed");
        Print.Line("followers after a first import against the import", Print.Ratio(created, import), "<= 3.00 x");
        Print.Line("followers after 1 % changed against the import", Print.Ratio(changed, again), "<= 3.00 x");
        return 0;
    }

    private static async Task<Cost> FollowAsync(Installation installation, string after)
    {
        var whole = Cost.Begin();
        for (var busy = true; busy;)
        {
            busy = false;
            foreach (var follower in installation.Get<IEnumerable<AuditFollower>>())
            {
                var start = Cost.Begin();
                var read = 0;
                for (int some; (some = await follower.CatchUpAsync(CancellationToken.None)) > 0;)
                    read += some;
                busy |= read > 0;
                var took = start.End();
                if (took.Seconds > 0.2)
                    Print.Line($"  {after}: {follower.GetType().Name}", took.ToString());
            }
        }

        var all = whole.End();
        Print.Line($"all followers, {after}", all.ToString());
        return all;
    }
}
