using System.Globalization;
using Governance.Audit;
using Governance.Audit.Forwarding;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Audit;

/// <summary>The log as a SIEM receives it: in order, at least once, over restarts and breaks; and never in the way of the log.</summary>
public sealed class LogForwarderTests
{
    [Fact]
    public async Task Stopped_where_nothing_was_sent_or_a_second_time_it_leaves_the_database_alone()
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(DatabaseProvider.Sqlite);
        var forwarder = test.Get<LogForwarder>();
        await test.AppendAsync(3);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await PumpAsync(test);
        await forwarder.StopAsync(CancellationToken.None);
        await using var db = test.Open();
        (await db.LogReceivers.SingleAsync()).Holder.ShouldBeNull();
        // Without its table, a statement that it must not make would fail.
        await db.Database.ExecuteSqlRawAsync("ALTER TABLE \"LogReceivers\" RENAME TO \"Away\"");
        await forwarder.StopAsync(CancellationToken.None);
    }

    [Theory, EachDatabase]
    public async Task Entries_arrive_in_order_with_number_and_hash_and_are_confirmed_when_the_connection_outlived_them(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await test.AppendAsync(1200);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await PumpAsync(test);
        (await siem.NumbersAsync(1200)).ShouldBe(Enumerable.Range(1, 1200).Select(n => (long)n));
        var message = await siem.NextAsync();
        await using var db = test.Open();
        var saved = await db.AuditEntries.SingleAsync(e => e.Sequence == 1201);
        saved.Action.ShouldBe(AuditActions.ForwardingChanged);
        message.ShouldStartWith(string.Create(CultureInfo.InvariantCulture, $"<109>1 {saved.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff}Z "));
        message.ShouldContain(" CEF:0|Governance|Console|1|audit.forwarding-changed|");
        message.ShouldContain($"externalId=1201 ");
        message.ShouldContain($"cs2={saved.Hash} ");
        (await ViewAsync(test)).Behind.ShouldBe(1201);

        test.Clock.Advance(TimeSpan.FromSeconds(11));
        await PumpAsync(test);
        var view = await ViewAsync(test);
        view.Behind.ShouldBe(0);
        view.OldestWaiting.ShouldBeNull();
        view.Receiver.Confirmed.ShouldBe(1201);
    }

    [Theory, EachDatabase]
    public async Task Only_what_comes_from_now_on_is_sent_when_so_asked(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await test.AppendAsync(5);
        await SaveAsync(test, siem.Address, fromTheBeginning: false);
        await test.AppendAsync(2);
        await PumpAsync(test);
        (await siem.NumbersAsync(3)).ShouldBe([6, 7, 8]);
    }

    [Theory, EachDatabase]
    public async Task Nothing_is_lost_when_the_receiver_dies_between_two_messages(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        siem.DieAfter = 7;
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await test.AppendAsync(20);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await PumpAsync(test);
        var first = await siem.NumbersAsync(7);
        first.ShouldBe([1, 2, 3, 4, 5, 6, 7]);

        // The break shows itself at the next look or write; from there the last confirmed entry on, all of it comes again.
        await UntilAsync(async () =>
        {
            await PumpAsync(test);
            return (await ViewAsync(test)).Receiver.Failures == 1;
        });
        (await ViewAsync(test)).Receiver.Problem.ShouldNotBeNull();
        (await ViewAsync(test)).Receiver.Confirmed.ShouldBe(0);
        await PumpAsync(test);
        siem.Connections.ShouldBe(1);
        test.Clock.Advance(TimeSpan.FromSeconds(3));
        await PumpAsync(test);
        (await siem.NumbersAsync(21)).ShouldBe(Enumerable.Range(1, 21).Select(n => (long)n));
        siem.Connections.ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task A_restart_goes_on_where_the_last_connection_ended_in_good_order(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await test.AppendAsync(3);
        await PumpAsync(test);
        await test.Get<LogForwarder>().StopAsync(CancellationToken.None);
        (await siem.NumbersAsync(4)).ShouldBe([1, 2, 3, 4]);
        (await ViewAsync(test)).Receiver.Confirmed.ShouldBe(4);
        await test.AppendAsync(1);
        await using var restarted = Another(test);
        while (await restarted.PumpAsync(CancellationToken.None) > 0)
        {
            // Until idle.
        }

        (await siem.NumbersAsync(1)).ShouldBe([5]);
    }

    [Theory, EachDatabase]
    public async Task After_a_kill_what_was_not_confirmed_comes_again_and_until_the_hold_lapses_no_other_node_sends(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await PumpAsync(test);
        test.Clock.Advance(TimeSpan.FromSeconds(11));
        await PumpAsync(test);
        await test.AppendAsync(2);
        await PumpAsync(test);
        (await siem.NumbersAsync(3)).ShouldBe([1, 2, 3]);
        await test.Get<LogForwarder>().DisposeAsync();

        await using var other = Another(test);
        (await other.PumpAsync(CancellationToken.None)).ShouldBe(0);
        test.Clock.Advance(TimeSpan.FromMinutes(3));
        (await other.PumpAsync(CancellationToken.None)).ShouldBe(2);
        (await siem.NumbersAsync(2)).ShouldBe([2, 3]);
    }

    [Theory, EachDatabase]
    public async Task A_receiver_that_is_away_holds_up_nothing_is_tried_less_and_less_often_and_gets_all_when_it_is_back(DatabaseProvider provider)
    {
        await using var siem = SyslogDesk.Open();
        siem.Down();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        var waits = new List<double>();
        for (var n = 0; n < 10; n++)
        {
            await PumpAsync(test);
            var receiver = (await ViewAsync(test)).Receiver;
            receiver.Failures.ShouldBe(n + 1);
            waits.Add((receiver.NextAt!.Value - test.Now).TotalSeconds);
            test.Clock.Advance(receiver.NextAt.Value - test.Now);
            await test.AppendAsync(1);
        }

        waits.ShouldBe([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        (await ViewAsync(test)).Behind.ShouldBe(11);
        siem.Up();
        await PumpAsync(test);
        (await siem.NumbersAsync(11)).ShouldBe(Enumerable.Range(1, 11).Select(n => (long)n));
        test.Clock.Advance(TimeSpan.FromSeconds(11));
        await PumpAsync(test);
        var last = await ViewAsync(test);
        (last.Behind, last.Receiver.Failures, last.Receiver.Problem).ShouldBe((0, 0, null));
    }

    [Fact]
    public async Task Over_TLS_the_certificate_has_to_be_of_the_given_authority_and_of_the_name()
    {
        await using var siem = SyslogDesk.Open(tls: true);
        await using var wrongName = SyslogDesk.Open(tls: true, name: "siem.example.com");
        await using var test = await SyslogDesk.ConsoleAsync(DatabaseProvider.Sqlite);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await test.AppendAsync(600);
        await PumpAsync(test);
        (await siem.NumbersAsync(601)).ShouldBe(Enumerable.Range(1, 601).Select(n => (long)n));
        await test.Get<LogForwarder>().StopAsync(CancellationToken.None);
        (await ViewAsync(test)).Receiver.Confirmed.ShouldBe(601);

        (await TestAsync(test, siem.Address)).ShouldBe("sent");
        (await siem.NextAsync()).ShouldContain("|test|Test message|");
        (await TestAsync(test, siem.Address with { Authority = null })).ShouldContain("is not trusted");
        (await TestAsync(test, siem.Address with { Authority = wrongName.Authority })).ShouldContain("is not trusted");
        (await TestAsync(test, wrongName.Address)).ShouldContain("is not trusted");
    }

    [Fact]
    public async Task Text_from_outside_begins_no_message_of_its_own_and_a_long_entry_is_cut_and_says_so()
    {
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(DatabaseProvider.Sqlite);
        await SaveAsync(test, siem.Address, fromTheBeginning: false);
        await AppendAsync(test, "\n<13>1 forged\\=|", new { Text = new string('é', 6000) });
        await AppendAsync(test, null, new { Text = new string('\\', 9000) });
        await test.AppendAsync(1);
        await PumpAsync(test);
        await siem.NextAsync();
        var cut = await siem.NextAsync();
        cut.ShouldNotContain("\n");
        cut.ShouldContain(@"reason=\n<13>1 forged\\\=|");
        cut.ShouldEndWith("é cs4Label=cut cs4=the rest stands in the console");
        var slashes = await siem.NextAsync();
        slashes.ShouldNotContain(@"\ cs4Label");
        SyslogDesk.NumberOf(await siem.NextAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_and_only_an_administrator_changes_or_tests()
    {
        await using var test = await SyslogDesk.ConsoleAsync(DatabaseProvider.Sqlite);
        var service = test.Get<LogForwarding>();
        async Task<string?> CodeAsync(SyslogAddress address) => (await service.SaveAsync(new ReceiverChange(address, true, true), SyslogDesk.Maya, CancellationToken.None)).Refusal?.Code;
        (await CodeAsync(new SyslogAddress("https://siem", 6514, true, null))).ShouldBe("siem.host");
        (await CodeAsync(new SyslogAddress(string.Empty, 6514, true, null))).ShouldBe("siem.host");
        (await CodeAsync(new SyslogAddress("siem.example.com", 0, true, null))).ShouldBe("siem.port");
        (await CodeAsync(new SyslogAddress("siem.example.com", 65536, true, null))).ShouldBe("siem.port");
        (await CodeAsync(new SyslogAddress("siem.example.com", 6514, true, "certificate"))).ShouldBe("siem.authority");
        (await CodeAsync(new SyslogAddress("siem.example.com", 6514, true, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"))).ShouldBe("siem.authority");
        (await service.GetAsync(CancellationToken.None)).ShouldBeNull();
        var auditor = new Actor(ActorKind.Person, "ann", "Ann", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Auditor });
        (await service.SaveAsync(new ReceiverChange(new SyslogAddress("siem.example.com", 6514, true, null), true, true), auditor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
        (await service.TestAsync(new SyslogAddress("localhost", 6514, true, null), auditor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
        (await TestAsync(test, new SyslogAddress("169.254.169.254", 80, false, null))).ShouldContain("never called");
    }

    [Theory, EachDatabase]
    public async Task Switched_off_it_sends_nothing_and_changed_settings_take_the_next_entry_to_the_new_receiver(DatabaseProvider provider)
    {
        await using var old = SyslogDesk.Open();
        await using var siem = SyslogDesk.Open();
        await using var test = await SyslogDesk.ConsoleAsync(provider);
        await SaveAsync(test, old.Address, fromTheBeginning: true);
        await PumpAsync(test);
        (await old.NumbersAsync(1)).ShouldBe([1]);
        await SaveAsync(test, siem.Address, fromTheBeginning: true);
        await PumpAsync(test);
        (await siem.NumbersAsync(1)).ShouldBe([2]);
        (await test.Get<LogForwarding>().SaveAsync(new ReceiverChange(siem.Address, false, false), SyslogDesk.Maya, CancellationToken.None)).OrThrow();
        (await test.Get<LogForwarder>().PumpAsync(CancellationToken.None)).ShouldBe(0);
        (await ViewAsync(test)).Behind.ShouldBeGreaterThan(0);
    }

    private static LogForwarder Another(TestDatabase test) => new(
        test.Get<IDbContextFactory<GovernanceDb>>(), test.Get<ISyslogDialer>(), test.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<LogForwarder>.Instance);

    private static async Task SaveAsync(TestDatabase test, SyslogAddress address, bool fromTheBeginning) =>
        (await test.Get<LogForwarding>().SaveAsync(new ReceiverChange(address, true, fromTheBeginning), SyslogDesk.Maya, CancellationToken.None)).OrThrow();

    private static async Task<string> TestAsync(TestDatabase test, SyslogAddress address) => (await test.Get<LogForwarding>().TestAsync(address, SyslogDesk.Maya, CancellationToken.None)).Refusal?.Message ?? "sent";

    private static async Task<ForwardingView> ViewAsync(TestDatabase test) => (await test.Get<LogForwarding>().GetAsync(CancellationToken.None)).ShouldNotBeNull();

    private static async Task PumpAsync(TestDatabase test)
    {
        while (await test.Get<LogForwarder>().PumpAsync(CancellationToken.None) > 0)
        {
            // Until idle.
        }
    }

    private static async Task AppendAsync(TestDatabase test, string? reason, object details)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(
            async () =>
            {
                await test.Get<AuditLog>().AppendAsync(db, LogDesk.Ada, test.Now, new AuditDraft("test.done", "test", "x", reason, details), CancellationToken.None);
                return Done.Value;
            },
            CancellationToken.None);
    }

    // A reset needs a moment to come round the loopback; nothing of the console's clock passes in it.
    private static async Task UntilAsync(Func<Task<bool>> done)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await done())
            await Task.Delay(10, limit.Token);
    }
}
