using System.Diagnostics;
using System.Globalization;
using Governance.Campaigns;
using Governance.Common;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Benchmarks;

/// <summary>A whole package over N identities and N/10 decisions, as a ratio against its bare queries read through in the same process.</summary>
internal static class EvidenceBenchmark
{
    private static readonly Actor By = Actor.CommandLine("benchmark");

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        await ReviewAsync(installation, rows / 10);
        var now = TimeProvider.System.Now();
        var period = new Period(now.AddDays(-90), now, now);

        _ = await QueriesAsync(installation, period);
        var bare = Stopwatch.StartNew();
        var records = await QueriesAsync(installation, period);
        bare.Stop();
        var whole = Stopwatch.StartNew();
        var package = (await installation.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", period.From, period.To), By, null, CancellationToken.None)).OrThrow();
        whole.Stop();
        var folder = Path.Combine(installation.Folder, "evidence", package.Folder);
        var check = Stopwatch.StartNew();
        var report = await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None);
        check.Stop();
        var size = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) / 1048576.0;
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{provider}, {rows} identities, {rows / 10} decisions, {records} records: package {whole.Elapsed.TotalSeconds:0.0} s ({size:0} MiB), bare queries {bare.Elapsed.TotalSeconds:0.0} s, verified in {check.Elapsed.TotalSeconds:0.0} s ({(report.Intact ? "intact" : report.Problem)}), memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB"),
            Print.Ratio(whole.Elapsed / bare.Elapsed));
        return report.Intact ? 0 : 1;
    }

    private static async Task<long> QueriesAsync(Installation installation, Period period)
    {
        var wanted = FrameworkLibrary.Shipped.Single(f => f.Id == "nist-csf-2.0").Subcategories.SelectMany(s => s.Metrics).ToHashSet(StringComparer.Ordinal);
        await using var db = installation.Open();
        db.Database.SetCommandTimeout(1800);
        var context = await MetricContext.OpenAsync(db, period, new IdentityFilter(), CancellationToken.None);
        var records = 0L;
        foreach (var metric in MetricCatalogue.All.Where(m => wanted.Contains(m.Id)))
        {
            var one = Stopwatch.StartNew();
            var before = records;
            await foreach (var _ in metric.ReadAsync(context, CancellationToken.None))
                records++;
            if (Environment.GetEnvironmentVariable("BENCH_EACH") is not null)
                Print.Line(metric.Id, string.Create(CultureInfo.InvariantCulture, $"{one.Elapsed.TotalSeconds:0.00} s, {records - before} records"));
        }

        return records;
    }

    /// <summary>Owners for every second identity, and one campaign whose items are decided by a hundred people.</summary>
    private static async Task ReviewAsync(Installation installation, int decisions)
    {
        var now = TimeProvider.System.Now();
        await using var db = installation.Open();
        var people = Enumerable.Range(0, 100).Select(n => new Person { Id = Ids.New(now), ExternalId = $"b{n}", Name = $"Person {n}", FirstSeenAt = now.AddDays(-200), ContentHash = "x" }).ToList();
        db.People.AddRange(people);
        var definition = new CampaignDefinition { Id = Ids.New(now), Name = "Benchmark", Scope = "{}", FallbackReviewerId = people[0].Id, Stages = "[]", Review = "{}", CreatedAt = now, CreatedBy = "benchmark" };
        var campaign = new Campaign { Id = Ids.New(now), DefinitionId = definition.Id, Name = "Benchmark", Scope = "{}", LaunchedAt = now.AddDays(-30), LaunchedBy = "benchmark", DueAt = now.AddDays(-10), PopulationHash = "x", Population = decisions, FallbackReviewerId = people[0].Id, StageSettings = "[]", Review = "{}" };
        db.AddRange(definition, campaign);
        await db.SaveChangesAsync();
        var ids = await db.Identities.AsNoTracking().OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
        foreach (var part in ids.Where((_, n) => n % 2 == 0).Chunk(20_000))
            await db.InsertManyAsync(part.Select((id, n) => new OwnerAssignment { Id = Ids.New(now), IdentityId = id, PersonId = people[n % 100].Id, State = AssignmentState.Accepted, Since = now.AddDays(-60), AnsweredAt = now.AddDays(-50), AssignedBy = "benchmark" }).ToList(), CancellationToken.None);
        foreach (var part in ids.Take(decisions).Chunk(20_000))
        {
            var items = part.Select((id, n) => new ReviewItem { Id = Ids.New(now), CampaignId = campaign.Id, IdentityId = id, TargetId = id, ReviewerId = people[n % 100].Id, ReviewerReason = "owner", ShownHash = "x", Verdict = n % 20 == 0 ? Verdict.Revoke : Verdict.Certify, DecidedAt = now.AddDays(-15), DecisionId = Ids.New(now) }).ToList();
            await db.InsertManyAsync(items, CancellationToken.None);
            await db.InsertManyAsync(items.ConvertAll(i => new Decision { Id = i.DecisionId!.Value, ItemId = i.Id, CampaignId = campaign.Id, IdentityId = i.IdentityId, Verdict = i.Verdict!.Value, ReviewerId = i.ReviewerId!.Value, At = i.DecidedAt!.Value, ShownHash = "x", Justification = "seen and needed" }), CancellationToken.None);
        }
    }
}
