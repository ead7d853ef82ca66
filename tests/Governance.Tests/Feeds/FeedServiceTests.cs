using System.Net;
using Governance.Audit;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Feeds;

/// <summary>Connecting, scheduling, stopping and ending, over a feed that does what the test says.</summary>
public sealed class FeedServiceTests
{
    private const string Canary = "canary-7c1d-scripted-secret";
    private const string Csv = "external_id,name\r\na,Anna\r\nb,Bert\r\n";
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["address"] = "here" };
    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal) { ["password"] = Canary };

    [Theory, EachDatabase]
    public async Task A_secret_is_sealed_given_to_the_feed_and_never_shown_logged_or_written_in_plain(DatabaseProvider provider)
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed, provider);
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        (await desk.RunAsync(id)).State.ShouldBe(FeedRunState.Completed);
        feed.Seen.ShouldBe(Canary);
        var row = await desk.FeedAsync(id);
        row.Secrets.ShouldContain("sealed:");
        (row.Settings + row.Secrets).ShouldNotContain(Canary);
        var view = (await desk.Test.Get<FeedQueries>().FindAsync(id, default))!;
        view.Secrets["password"].ShouldBe("kept, sealed");
        feed.Work = (_, _, _) => throw new FeedException($"the server says: password {Canary} is wrong", retryable: false);
        (await desk.RunAsync(id)).Message.ShouldBe("the server says: password [secret] is wrong");
        await desk.ShouldHoldNowhereAsync(Canary);
        await using var db = desk.Test.Open();
        (await db.AuditEntries.Select(a => a.Details).ToListAsync()).ShouldAllBe(d => d == null || !d.Contains(Canary));
        (await db.ProtectionKeys.Select(k => k.Xml).ToListAsync()).ShouldAllBe(x => x.Contains("instanceKey") && !x.Contains("<masterKey"));
    }

    [Fact]
    public async Task Sealed_for_one_feed_opens_for_no_other_and_without_the_installations_key_for_none()
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed);
        var first = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        var second = (await desk.Service.ConnectAsync("other", "scripted", FeedDesk.Change(Settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "another" }), FeedDesk.Admin, default)).OrThrow();
        var stolen = (await desk.FeedAsync(first)).Secrets;
        await using (var db = desk.Test.Open())
            await db.Feeds.Where(f => f.Id == second).ExecuteUpdateAsync(s => s.SetProperty(f => f.Secrets, stolen));
        (await desk.RunAsync(second)).Message!.ShouldContain("can't be opened");
        feed.Seen.ShouldBeNull();
    }

    [Fact]
    public async Task A_reference_is_followed_at_each_use_and_kept_as_it_is()
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed);
        var file = Path.Combine(Directory.CreateTempSubdirectory("feed-secret-").FullName, "s");
        await File.WriteAllTextAsync(file, "from the file\n");
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "file:" + file }));
        await desk.RunAsync(id);
        feed.Seen.ShouldBe("from the file");
        File.Delete(file);
        (await desk.RunAsync(id)).Message!.ShouldContain("is missing or larger than 64 KiB");
        (await desk.Service.ConnectAsync("y", "scripted", FeedDesk.Change(Settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "env:not a name" }), FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("feed.secret");
    }

    [Fact]
    public async Task Only_administrators_connect_and_only_they_and_engineers_start()
    {
        await using var desk = await DeskAsync(new Scripted());
        var change = FeedDesk.Change(Settings, Secrets);
        (await desk.Service.ConnectAsync("x", "scripted", change, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Service.TestAsync(null, "scripted", change, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        var id = await desk.ConnectAsync("scripted", change);
        (await desk.Service.ChangeAsync(id, change, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Service.DisconnectAsync(id, null, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Service.RunNowAsync(id, Given.Visitor, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Service.RunNowAsync(id, Given.Engineer, default)).Refusal.ShouldBeNull();
        (await desk.Service.RunNowAsync(id, Given.Engineer, default)).Refusal!.Code.ShouldBe("feed.running");
    }

    [Fact]
    public async Task What_is_missing_or_unknown_is_refused_by_name()
    {
        await using var desk = await DeskAsync(new Scripted());
        (await TryAsync("nothing", Settings, Secrets)).ShouldBe(("feed.kind", "kind"));
        (await TryAsync("scripted", [], Secrets)).ShouldBe(("feed.setting", "address"));
        (await TryAsync("scripted", Settings, [])).ShouldBe(("feed.secret", "password"));
        (await TryAsync("scripted", new(Settings) { ["password"] = "in the wrong place" }, Secrets)).ShouldBe(("feed.setting", "password"));
        (await TryAsync("scripted", new(Settings) { ["other"] = "1" }, Secrets)).ShouldBe(("feed.setting", "other"));
        (await desk.Service.ConnectAsync(" ", "scripted", FeedDesk.Change(Settings, Secrets), FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("feed.source");
        (await desk.Service.ConnectAsync("x", "scripted", FeedDesk.Change(Settings, Secrets, new FeedSchedule(0, null)), FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("feed.schedule");
        await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        (await desk.Service.ConnectAsync(FeedDesk.Name, "scripted", FeedDesk.Change(Settings, Secrets), FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("feed.exists");

        async Task<(string, string?)> TryAsync(string kind, Dictionary<string, string> settings, Dictionary<string, string> secrets)
        {
            var refusal = (await desk.Service.ConnectAsync("x", kind, FeedDesk.Change(settings, secrets), FeedDesk.Admin, default)).Refusal!;
            return (refusal.Code, refusal.Field);
        }
    }

    [Theory, EachDatabase]
    public async Task The_schedule_runs_it_when_it_is_due_and_failures_are_tried_again_sooner_but_never_later_than_planned(DatabaseProvider provider)
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed, provider);
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets, FeedSchedule.Every(6)));
        (await RunDueAsync()).ShouldBe(0);
        desk.Clock.Advance(TimeSpan.FromHours(6));
        (await RunDueAsync()).ShouldBe(1);
        (await desk.FeedAsync(id)).NextRunAt.ShouldBe(desk.Test.Get<TimeProvider>().GetUtcNow().AddHours(6));
        feed.Work = (_, _, _) => throw new FeedException("down", retryable: true);
        desk.Clock.Advance(TimeSpan.FromHours(6));
        var waits = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            (await RunDueAsync()).ShouldBe(1);
            var next = (await desk.FeedAsync(id)).NextRunAt!.Value - desk.Clock.GetUtcNow();
            waits.Add(next.TotalMinutes);
            desk.Clock.Advance(next);
        }

        waits.ShouldBe([15, 30, 60, 120, 240]);
        feed.Work = Scripted.Whole;
        (await RunDueAsync()).ShouldBe(1);
        (await desk.FeedAsync(id)).Failures.ShouldBe(0);
        feed.Work = (_, _, _) => throw new FeedException("no right", retryable: false);
        desk.Clock.Advance(TimeSpan.FromHours(6));
        await RunDueAsync();
        ((await desk.FeedAsync(id)).NextRunAt!.Value - desk.Clock.GetUtcNow()).ShouldBe(TimeSpan.FromHours(6));

        Task<int> RunDueAsync() => desk.Test.Get<FeedRunner>().RunDueAsync(default);
    }

    [Theory]
    [InlineData("2026-11-24T12:00:00Z", "2026-11-25T02:30:00Z")]
    [InlineData("2026-11-24T02:29:59Z", "2026-11-24T02:30:00Z")]
    [InlineData("2026-11-24T02:30:00Z", "2026-11-25T02:30:00Z")]
    public void Daily_is_the_next_time_of_that_day(string now, string next) =>
        FeedSchedule.Daily(new TimeOnly(2, 30)).After(DateTimeOffset.Parse(now)).ShouldBe(DateTimeOffset.Parse(next));

    [Theory, EachDatabase]
    public async Task Two_nodes_do_not_run_the_same(DatabaseProvider provider)
    {
        var entered = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var feed = new Scripted { Work = async (to, progress, ct) => { entered.TrySetResult(); await go.Task; return await Scripted.Whole(to, progress, ct); } };
        await using var desk = await DeskAsync(feed, provider);
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        await desk.Service.RunNowAsync(id, FeedDesk.Admin, default);
        var one = desk.Test.Get<FeedRunner>().RunDueAsync(default);
        await entered.Task;
        (await desk.Test.Get<FeedRunner>().RunDueAsync(default)).ShouldBe(0);
        go.SetResult();
        (await one).ShouldBe(1);
        feed.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_whose_process_ended_is_told_and_begun_anew_when_its_lease_is_over()
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed);
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        var run = (await desk.Service.RunNowAsync(id, FeedDesk.Admin, default)).OrThrow();
        await using (var db = desk.Test.Open())
        {
            // As a killed process leaves it.
            await db.FeedRuns.ExecuteUpdateAsync(s => s.SetProperty(r => r.State, FeedRunState.Fetching));
            await db.Feeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.LeasedBy, Guid.CreateVersion7()).SetProperty(f => f.LeaseUntil, desk.Clock.GetUtcNow().AddMinutes(5)));
        }

        (await desk.Test.Get<FeedRunner>().RunDueAsync(default)).ShouldBe(0);
        desk.Clock.Advance(TimeSpan.FromMinutes(6));
        (await desk.Test.Get<FeedRunner>().RunDueAsync(default)).ShouldBe(1);
        var left = await desk.FindAsync(run);
        (left.State, left.Message).ShouldBe((FeedRunState.Failed, "The console's process ended while it ran. It began anew."));
        (await desk.IdentitiesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Stopping_stops_it_and_keeps_nothing()
    {
        FeedDesk desk = null!;
        var feed = new Scripted();
        await using var made = await DeskAsync(feed);
        desk = made;
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        Guid run = default;
        feed.Work = async (to, progress, ct) =>
        {
            await to.AddAsync("identities", "csv", System.Text.Encoding.UTF8.GetBytes(Csv), 2, ct);
            (await desk.Service.CancelAsync(run, Given.Engineer, default)).Refusal.ShouldBeNull();
            await progress.ReportAsync("going on", ct, always: true);
            throw new InvalidOperationException("it went on");
        };
        run = (await desk.Service.RunNowAsync(id, FeedDesk.Admin, default)).OrThrow();
        await desk.Test.Get<FeedRunner>().RunDueAsync(default);
        var ended = await desk.FindAsync(run);
        (ended.State, ended.ImportRunId).ShouldBe((FeedRunState.Cancelled, null));
        (await desk.IdentitiesAsync()).ShouldBeEmpty();
        (await desk.Service.CancelAsync(run, Given.Engineer, default)).Refusal!.Code.ShouldBe("feed.ended");
    }

    [Fact]
    public async Task Disconnecting_forgets_the_secret_and_keeps_what_was_found()
    {
        await using var desk = await DeskAsync(new Scripted());
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        await desk.RunAsync(id);
        (await desk.Service.DisconnectAsync(id, "moved", FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        (await desk.Test.Get<FeedQueries>().ListAsync(default)).ShouldBeEmpty();
        (await desk.IdentitiesAsync()).Count.ShouldBe(2);
        await using var db = desk.Test.Open();
        (await db.FeedRuns.CountAsync()).ShouldBe(1);
        (await db.AuditEntries.OrderBy(a => a.Sequence).Select(a => a.Action).ToListAsync()).ShouldBe(
            [AuditActions.SourceAdded, AuditActions.FeedConnected, AuditActions.FeedRunAsked, AuditActions.ImportCompleted, AuditActions.FeedDisconnected]);
    }

    [Fact]
    public async Task A_partial_fetch_calls_nothing_missing_and_its_cursor_moves_only_with_the_inventory()
    {
        var feed = new Scripted();
        await using var desk = await DeskAsync(feed);
        var id = await desk.ConnectAsync("scripted", FeedDesk.Change(Settings, Secrets));
        await desk.RunAsync(id);
        (await desk.FeedAsync(id)).Cursor.ShouldBe("next");
        feed.Work = async (to, _, ct) =>
        {
            await to.AddAsync("identities", "csv", "external_id,name\r\na,Anna\r\n"u8.ToArray(), 1, ct);
            return new FeedFetch(false, ["Bert could not be read."], "later");
        };
        var partial = await desk.RunAsync(id);
        ((await desk.ImportOfAsync(partial)).Missing, partial.Message).ShouldBe((0, "Bert could not be read."));
        (await desk.FeedAsync(id)).Cursor.ShouldBe("later");
        feed.Work = async (to, _, ct) =>
        {
            await to.AddAsync("rubbish", "txt", "no format at all"u8.ToArray(), 1, ct);
            return new FeedFetch(true, [], "too far");
        };
        (await desk.RunAsync(id)).State.ShouldBe(FeedRunState.Failed);
        (await desk.FeedAsync(id)).Cursor.ShouldBe("later");
        (await desk.IdentitiesAsync()).ShouldAllBe(i => i.MissingSince == null);
    }

    [Theory]
    [InlineData("8.8.8.8", 0)]
    [InlineData("2606:4700::1111", 0)]
    [InlineData("10.1.2.3", 1)]
    [InlineData("127.0.0.1", 1)]
    [InlineData("::1", 1)]
    [InlineData("192.168.7.7", 1)]
    [InlineData("fd12::1", 1)]
    [InlineData("::ffff:10.1.2.3", 1)]
    [InlineData("64:ff9b::a00:1", 1)]
    [InlineData("169.254.169.254", 2)]
    [InlineData("::ffff:169.254.169.254", 2)]
    [InlineData("64:ff9b::a9fe:a9fe", 2)]
    [InlineData("2002:a9fe:a9fe::1", 2)]
    [InlineData("fe80::1", 2)]
    [InlineData("fd00:ec2::254", 2)]
    [InlineData("168.63.129.16", 2)]
    [InlineData("100.100.100.200", 2)]
    [InlineData("0.0.0.0", 2)]
    [InlineData("::", 2)]
    [InlineData("224.0.0.1", 2)]
    [InlineData("255.255.255.255", 2)]
    public void One_rule_says_which_addresses_may_be_called(string address, int kind)
    {
        var parsed = IPAddress.Parse(address);
        AddressRule.Of(parsed).ShouldBe((AddressKind)kind);
        (AddressRule.Refuse("h", [parsed], allowPrivate: false) is null).ShouldBe(kind == 0);
        (AddressRule.Refuse("h", [parsed], allowPrivate: true) is null).ShouldBe(kind < 2);
        (AddressRule.Refuse("h", [IPAddress.Parse("8.8.8.8"), parsed], allowPrivate: true) is null).ShouldBe(kind < 2, "one bad address is enough");
    }

    private static Task<FeedDesk> DeskAsync(Scripted feed, DatabaseProvider provider = DatabaseProvider.Sqlite) => FeedDesk.CreateAsync(provider, s => s.AddSingleton<IInventoryFeed>(feed));

    private sealed class Scripted : IInventoryFeed
    {
        public Func<FeedWriter, FeedProgress, CancellationToken, Task<FeedFetch>> Work { get; set; } = Whole;

        public string? Seen { get; private set; }

        public int Calls { get; private set; }

        public string Kind => "scripted";

        public string Title => "Scripted";

        public string Summary => "What the test says.";

        public SourceSystem System => SourceSystem.Generic;

        public IReadOnlyList<FeedSetting> Settings { get; } = [new("address", "Address", "Anything."), new("password", "Password", "Anything.", FeedSettingForm.Secret)];

        public IReadOnlyList<FeedInstruction> Instructions => [];

        public static async Task<FeedFetch> Whole(FeedWriter to, FeedProgress progress, CancellationToken ct)
        {
            await to.AddAsync("identities", "csv", global::System.Text.Encoding.UTF8.GetBytes(Csv), 2, ct);
            return new FeedFetch(true, [], "next");
        }

        public Refusal? Check(FeedSettings settings) => null;

        public Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct) => Task.FromResult<Outcome<string>>("fine");

        public Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
        {
            (Seen, Calls) = (settings.Secret("password"), Calls + 1);
            return Work(to, progress, ct);
        }
    }
}
