using System.Diagnostics;
using System.Globalization;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Benchmarks;

/// <summary>The audit log: appending with the chain against inserting the same rows plainly, one transaction each; verifying against reading the rows alone.</summary>
internal static class AuditBenchmark
{
    private const int Appends = 1000;
    private static readonly Actor By = Actor.CommandLine("benchmark");

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        await AppendAsync(installation, 50);
        await PlainAsync(installation, 50);
        var plain = Appends / await TimeAsync(() => PlainAsync(installation, Appends));
        var chained = Appends / await TimeAsync(() => AppendAsync(installation, Appends));
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{provider}, appends: {chained:0} a second with the chain, {plain:0} plain inserts; aim >= 0.5"), Print.Ratio(chained / plain));
        await installation.Get<ChainVerifier>().VerifyAsync(CancellationToken.None);
        for (var left = rows; left > 0; left -= 20_000)
            await FillAsync(installation, Math.Min(left, 20_000));
        var sign = await TimeAsync(() => installation.Get<CheckpointService>().MakeAsync(CancellationToken.None));
        await ReadAsync(installation);
        var reading = Cost.Begin();
        await ReadAsync(installation);
        var bare = reading.End();
        var read = bare.Seconds;
        ChainReport? report = null;
        var verifying = Cost.Begin();
        report = await installation.Get<ChainVerifier>().VerifyAsync(CancellationToken.None);
        var cost = verifying.End();
        var verify = cost.Seconds;
        if (report is not { Intact: true })
            throw new InvalidOperationException($"The log is broken: {report?.Problem}");
        Print.Line(
            string.Create(CultureInfo.InvariantCulture, $"{provider}, {report.Entries} entries: verified in {verify:0.0} s, read alone in {read:0.0} s, first checkpoint {sign:0.0} s; aim <= 2"),
            Print.Ratio(cost, bare));
        return 0;
    }

    private static async Task AppendAsync(Installation installation, int count)
    {
        var log = installation.Get<AuditLog>();
        for (var n = 0; n < count; n++)
        {
            await using var db = installation.Open();
            await db.InTransactionAsync<Done>(
                async () =>
                {
                    await log.AppendAsync(db, By, TimeProvider.System.Now(), Draft(n), CancellationToken.None);
                    return Done.Value;
                },
                CancellationToken.None);
        }
    }

    /// <summary>The same fields by the same library into a table without a chain: staged rows of the same size.</summary>
    private static async Task PlainAsync(Installation installation, int count)
    {
        await using (var db = installation.Open())
        {
            await db.Database.ExecuteSqlRawAsync(
                "CREATE TABLE IF NOT EXISTS \"PlainEntries\" (\"Sequence\" BIGINT PRIMARY KEY, \"At\" BIGINT, \"ActorKind\" TEXT, \"ActorId\" TEXT, \"ActorName\" TEXT, \"Origin\" TEXT, \"Action\" TEXT, \"SubjectType\" TEXT, \"SubjectId\" TEXT, \"Details\" TEXT)");
        }

        for (var n = 0; n < count; n++)
        {
            await using var db = installation.Open();
            var (draft, at) = (Draft(n), TimeProvider.System.Now());
            await db.InTransactionAsync(
                () => db.Database.ExecuteSqlAsync(
                    $"INSERT INTO \"PlainEntries\" SELECT COALESCE(MAX(\"Sequence\"),0)+1,{at.UtcTicks},{By.Kind.ToString()},{By.Id},{By.Name},{By.Origin},{draft.Action},{draft.SubjectType},{draft.SubjectId},{System.Text.Json.JsonSerializer.Serialize(draft.Details)} FROM \"PlainEntries\""),
                CancellationToken.None);
        }
    }

    private static async Task FillAsync(Installation installation, int count)
    {
        await using var db = installation.Open();
        await db.InTransactionAsync<Done>(
            async () =>
            {
                await installation.Get<AuditLog>().AppendAsync(db, By, TimeProvider.System.Now(), [.. Enumerable.Range(0, count).Select(Draft)], CancellationToken.None);
                return Done.Value;
            },
            CancellationToken.None);
    }

    private static async Task ReadAsync(Installation installation)
    {
        await using var db = installation.Open();
        var bytes = 0L;
        await foreach (var entry in db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable())
            bytes += entry.Details.Length;
        if (bytes == 0)
            throw new InvalidOperationException("There is nothing to read.");
    }

    private static AuditDraft Draft(int n) => new(
        AuditActions.ReviewDecided, Subjects.ReviewItem, Ids.New(TimeProvider.System.Now()), "Still needed for the quarterly close", new { verdict = "Certify", campaign = "Quarterly review", item = n, tool = "Notion AI" });

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
