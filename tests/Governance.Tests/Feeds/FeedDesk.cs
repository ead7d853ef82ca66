using System.IO.Compression;
using System.Text;
using Governance.Common;
using Governance.Connectors;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Governance.Tests.Feeds;

/// <summary>A console with the real feeds, whose waits are over at once and whose log can be read.</summary>
public sealed class FeedDesk : IAsyncDisposable
{
    public static readonly Actor Admin = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
    public const string Name = "The source";

    private FeedDesk(TestDatabase test, JumpingClock clock, LogBook log) => (Test, Clock, Log) = (test, clock, log);

    public TestDatabase Test { get; }

    public JumpingClock Clock { get; }

    public LogBook Log { get; }

    public FeedService Service => Test.Get<FeedService>();

    public static async Task<FeedDesk> CreateAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, Action<IServiceCollection>? configure = null)
    {
        var (clock, log) = (new JumpingClock(TestDatabase.Noon), new LogBook());
        var test = await TestDatabase.CreateAsync(provider, s =>
        {
            s.AddSingleton<TimeProvider>(clock);
            s.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
            s.AddConnectors();
            configure?.Invoke(s);
        });
        return new FeedDesk(test, clock, log);
    }

    public static FeedChange Change(IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string>? secrets = null, FeedSchedule? schedule = null, bool enabled = true) =>
        new(settings, secrets ?? new Dictionary<string, string>(StringComparer.Ordinal), schedule ?? FeedSchedule.Every(6), enabled);

    public async Task<Guid> ConnectAsync(string kind, FeedChange change) => (await Service.ConnectAsync(Name, kind, change, Admin, default)).OrThrow();

    /// <summary>Makes it due, runs it, and tells how it ended.</summary>
    public async Task<FeedRun> RunAsync(Guid feedId)
    {
        var run = (await Service.RunNowAsync(feedId, Admin, default)).OrThrow();
        await Test.Get<FeedRunner>().RunDueAsync(default);
        return await FindAsync(run);
    }

    public async Task<FeedRun> FindAsync(Guid runId)
    {
        await using var db = Test.Open();
        return await db.FeedRuns.AsNoTracking().SingleAsync(r => r.Id == runId);
    }

    public async Task<Feed> FeedAsync(Guid feedId)
    {
        await using var db = Test.Open();
        return await db.Feeds.AsNoTracking().SingleAsync(f => f.Id == feedId);
    }

    public async Task<ImportRun> ImportOfAsync(FeedRun run)
    {
        run.State.ShouldBe(FeedRunState.Completed, run.Message);
        await using var db = Test.Open();
        return await db.ImportRuns.AsNoTracking().SingleAsync(r => r.Id == run.ImportRunId);
    }

    public async Task<List<Identity>> IdentitiesAsync()
    {
        await using var db = Test.Open();
        return await db.Identities.AsNoTracking().OrderBy(i => i.ExternalId).ToListAsync();
    }

    /// <summary>Names of what it holds: permission@resource.</summary>
    public async Task<List<string>> GrantsAsync(string externalId)
    {
        await using var db = Test.Open();
        return await (from g in db.Grants
                      join e in db.Entitlements on g.EntitlementId equals e.Id
                      join i in db.Identities on g.IdentityId equals i.Id
                      where i.ExternalId == externalId && g.MissingSince == null
                      orderby e.Name
                      select (e.Privileged == Reported.Yes ? "!" : "") + e.Name + (e.Resource == null ? "" : "@" + e.Resource)).ToListAsync();
    }

    /// <summary>Fetches by itself: what is in the zip, by document.</summary>
    public async Task<(FeedFetch Fetch, Dictionary<string, string> Documents)> FetchAsync(IInventoryFeed feed, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string>? secrets = null, string? cursor = null)
    {
        await using var writer = FeedWriter.Create(Test.Get<DataDirectory>(), Guid.CreateVersion7(), Test.Now);
        var fetch = await feed.FetchAsync(new FeedSettings(feed, settings, secrets ?? new Dictionary<string, string>(StringComparer.Ordinal)), writer, cursor, FeedProgress.None, default);
        using var zip = new ZipArchive(writer.Finish(), ZipArchiveMode.Read, leaveOpen: true);
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
            documents.Add(entry.FullName, await reader.ReadToEndAsync());
        }

        return (fetch, documents);
    }

    /// <summary>Every byte that was written: data folder, database, log.</summary>
    public async Task ShouldHoldNowhereAsync(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        await using (var db = Test.Open())
        {
            if (db.Database.IsSqlite())
                await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(FULL)");
        }

        foreach (var file in Directory.EnumerateFiles(Test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory);
            memory.GetBuffer().AsSpan(0, (int)memory.Length).IndexOf(bytes).ShouldBe(-1, $"{secret[..4]}… is in {Path.GetFileName(file)}");
        }

        Log.Text.ShouldNotContain(secret);
    }

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}
