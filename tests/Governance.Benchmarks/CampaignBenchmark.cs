using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Benchmarks;

/// <summary>
/// A campaign over N items: its launch as a ratio against a bare INSERT … SELECT of the same rows, the latency of a decision against a campaign of 1,000 items,
/// and 200 reviewers who decide at once.
/// </summary>
internal static class CampaignBenchmark
{
    private const int Reviewers = 200;
    private const int Small = 1000;
    private const int Warm = 20;
    private const int Measured = 200;

    private static readonly Actor Manager = Actor.CommandLine("benchmark");

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Campaigns, {provider}, {rows} items, {Environment.ProcessorCount} processors"));
        double small;
        await using (var few = await PreparedAsync(provider, Small))
        {
            var campaign = await LaunchAsync(few);
            small = (await DecideAsync(few, campaign, Measured)).Median;
        }

        await using var installation = await PreparedAsync(provider, rows);
        var bare = await BareAsync(installation, rows);
        var start = Cost.Begin();
        var large = await LaunchAsync(installation);
        var launch = start.End();
        Print.Line("Launch", launch.ToString());
        Print.Line("A bare INSERT … SELECT of the same rows", bare.ToString());
        Print.Line("Launch / bare", Print.Ratio(launch, bare), "3 x");

        var (median, p95) = await DecideAsync(installation, large, Measured);
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"A decision at {Small} items, median"), Ms(small));
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"A decision at {rows} items, median (95 %: {Ms(p95)})"), Ms(median));
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{rows} / {Small} items"), Print.Ratio(median / small), "1.5 x");
        await CrowdAsync(installation, large);
        return 0;
    }

    /// <summary>N imported identities, each with one of 200 owners.</summary>
    private static async Task<Installation> PreparedAsync(DatabaseProvider provider, int rows)
    {
        var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        await using var db = installation.Open();
        db.Database.SetCommandTimeout(1800);
        var now = TimeProvider.System.Now();
        var people = Enumerable.Range(0, Reviewers).Select(n => new Person
        {
            Id = Ids.New(now),
            ExternalId = string.Create(CultureInfo.InvariantCulture, $"p{n}"),
            Name = string.Create(CultureInfo.InvariantCulture, $"Reviewer {n}"),
            FirstSeenAt = now,
            LastSeenAt = now,
            ContentHash = "x",
        }).ToList();
        db.People.AddRange(people);
        await db.SaveChangesAsync();
        // A statement for each owner: a stretch of ids in the database's own order.
        var ids = await db.Identities.OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
        foreach (var (chunk, n) in ids.Chunk(Math.Max(1, (ids.Count + Reviewers - 1) / Reviewers)).Select((c, n) => (c, n)))
        {
            var (owner, from, to) = (people[n].Id, chunk[0], chunk[^1]);
            await db.Identities.Where(i => i.Id >= from && i.Id <= to).ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerId, owner).SetProperty(i => i.OwnerState, OwnerState.Accepted));
        }

        return installation;
    }

    private static async Task<Guid> LaunchAsync(Installation installation)
    {
        Guid fallback;
        await using (var db = installation.Open())
            fallback = await db.People.OrderBy(p => p.ExternalId).Select(p => p.Id).FirstAsync();
        var campaigns = installation.Get<CampaignService>();
        var definition = (await campaigns.DefineAsync(new DefinitionInput { Name = "Benchmark", FallbackReviewerId = fallback, Stages = StageSettings.Single(14) }, Manager, CancellationToken.None)).OrThrow();
        return (await campaigns.LaunchAsync(definition, Manager, CancellationToken.None)).OrThrow();
    }

    /// <summary>The rows that a launch writes, one for each identity into items and one into tasks, and nothing else of it; rolled back.</summary>
    private static async Task<Cost> BareAsync(Installation installation, int rows)
    {
        await using var db = installation.Open();
        db.Database.SetCommandTimeout(1800);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var now = TimeProvider.System.Now();
        var (campaign, version) = (await CampaignRowAsync(db, now), Ids.New(now));
        var start = Cost.Begin();
        var items = await db.InsertSelectAsync(
            db.ReviewItems, db.Identities.Select(i => new { IdentityId = i.Id, TargetId = SqlText.Unindexed(i.Id), ReviewerId = i.OwnerId, ShownHash = i.ContentHash, ShownRisk = i.Risk }),
            new { CampaignId = campaign, StageNumber = 1, Target = ItemTarget.Identity, Outcome = ItemOutcomeKind.Open, Version = version, ReviewerReason = "accepted owner", Sensitive = false }, now, CancellationToken.None);
        await db.InsertSelectAsync(
            db.ReviewTasks, db.ReviewItems.Where(i => i.CampaignId == campaign).Select(i => new { ItemId = i.Id, i.ReviewerId }),
            new { CampaignId = campaign, StageNumber = 1, AskedAt = now, State = TaskState.Asked, Reason = "accepted owner" }, now, CancellationToken.None);
        var took = start.End();
        await transaction.RollbackAsync();
        return items == rows ? took : throw new InvalidOperationException("Not all rows were inserted.");
    }

    private static async Task<Guid> CampaignRowAsync(GovernanceDb db, DateTimeOffset now)
    {
        var person = await db.People.Select(p => p.Id).FirstAsync();
        var definition = new CampaignDefinition { Id = Ids.New(now), Name = "Bare", Scope = "{}", Stages = "[]", Review = "{}", Run = "{}", FallbackReviewerId = person, CreatedAt = now, CreatedBy = "benchmark", Version = Ids.New(now) };
        var campaign = new Campaign
        {
            Id = Ids.New(now),
            DefinitionId = definition.Id,
            Name = "Bare",
            Scope = "{}",
            StageSettings = "[]",
            Review = "{}",
            Run = "{}",
            FallbackReviewerId = person,
            LaunchedAt = now,
            LaunchedBy = "benchmark",
            DueAt = now.AddDays(1),
            PopulationHash = string.Empty,
            Version = Ids.New(now),
        };
        db.AddRange(definition, campaign);
        await db.SaveChangesAsync();
        return campaign.Id;
    }

    /// <summary>Decides item by item as a reviewer does, and says how long one takes, in seconds.</summary>
    private static async Task<(double Median, double P95)> DecideAsync(Installation installation, Guid campaign, int count)
    {
        var reviews = installation.Get<ReviewService>();
        var commands = await CommandsAsync(installation, campaign, count + Warm);
        var times = new List<double>();
        foreach (var command in commands)
        {
            var start = Stopwatch.GetTimestamp();
            (await reviews.DecideAsync(command, CancellationToken.None)).OrThrow();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        var sorted = times.Skip(Warm).Order().ToList();
        return (sorted[sorted.Count / 2], sorted[sorted.Count * 95 / 100]);
    }

    private static async Task CrowdAsync(Installation installation, Guid campaign)
    {
        var reviews = installation.Get<ReviewService>();
        var commands = await CommandsAsync(installation, campaign, 2000);
        var byReviewer = commands.GroupBy(c => c.By.PersonId).ToList();
        var (errors, times) = (new ConcurrentBag<string>(), new ConcurrentBag<double>());
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(byReviewer.Select(mine => Task.Run(async () =>
        {
            foreach (var command in mine)
            {
                var begun = Stopwatch.GetTimestamp();
                try
                {
                    var outcome = await reviews.DecideAsync(command, CancellationToken.None);
                    if (outcome.IsRefused)
                        errors.Add(outcome.Refusal.Code);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    errors.Add(e.GetType().Name);
                }

                times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var sorted = times.Order().ToList();
        Print.Line(
            string.Create(CultureInfo.InvariantCulture, $"{byReviewer.Count} reviewers at once, {commands.Count} decisions (95 %: {Ms(sorted[sorted.Count * 95 / 100])})"),
            string.Create(CultureInfo.InvariantCulture, $"{commands.Count / seconds:0} a second"));
        Print.Line("Errors and refusals among them", errors.Count.ToString(CultureInfo.InvariantCulture) + (errors.IsEmpty ? string.Empty : " " + errors.First()), "0");
    }

    /// <summary>Certifications of items that nobody decided yet, spread over the reviewers.</summary>
    private static async Task<List<Decide>> CommandsAsync(Installation installation, Guid campaign, int count)
    {
        await using var db = installation.Open();
        db.Database.SetCommandTimeout(1800);
        var people = await db.People.OrderBy(p => p.ExternalId).Select(p => p.Id).ToListAsync();
        var commands = new List<Decide>();
        foreach (var person in people)
        {
            var share = (count + people.Count - 1) / people.Count;
            var mine = await db.ReviewItems.Where(i => i.CampaignId == campaign && i.Verdict == null && db.ReviewTasks.Any(t => t.ItemId == i.Id && t.ReviewerId == person && t.Verdict == null)).OrderBy(i => i.Id).Take(share)
                .Select(i => new { i.Id, i.Version, i.ShownHash }).ToListAsync();
            var by = new Actor(ActorKind.Person, person.ToString("D"), "Reviewer", person);
            commands.AddRange(mine.Select(i => new Decide(i.Id, i.Version, Verdict.Certify, "needed", i.ShownHash, [], by)));
        }

        return [.. commands.Take(count)];
    }

    private static string Ms(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.0} ms");
}
