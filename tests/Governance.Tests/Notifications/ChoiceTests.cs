using Governance.Common;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Notifications;

/// <summary>Digests, quiet hours, and what can be switched off.</summary>
public sealed class ChoiceTests
{
    private static readonly DeliverySchedule Berlin = new(Rhythm.Daily, 8, DayOfWeek.Friday, "Europe/Berlin", null, null);

    [Theory]
    // Tuesday 24 November 2026 12:00 UTC is 13:00 in Berlin.
    [InlineData(Rhythm.Immediate, "owner.named", null, "2026-11-24T12:00", false)]
    [InlineData(Rhythm.Daily, "owner.named", null, "2026-11-25T07:00", true)]
    [InlineData(Rhythm.Weekly, "owner.named", null, "2026-11-27T07:00", true)]
    // A duty waits at most for the next morning.
    [InlineData(Rhythm.Weekly, "owner.asked", null, "2026-11-25T07:00", true)]
    [InlineData(Rhythm.Weekly, "owner.asked", "2026-11-30T00:00", "2026-11-25T07:00", true)]
    // Due before the morning, or at its very moment: at once.
    [InlineData(Rhythm.Daily, "owner.asked", "2026-11-25T06:00", "2026-11-24T12:00", false)]
    [InlineData(Rhythm.Daily, "owner.asked", "2026-11-25T07:00", "2026-11-24T12:00", false)]
    // A due date makes no duty of what is none.
    [InlineData(Rhythm.Daily, "owner.named", "2026-11-25T06:00", "2026-11-25T07:00", true)]
    // Its notice period runs from the telling.
    [InlineData(Rhythm.Weekly, "revocation.notice", null, "2026-11-24T12:00", false)]
    public void A_message_leaves_when_its_reader_wants_it(Rhythm rhythm, string kind, string? due, string expected, bool gathered) =>
        Departures.Of(Berlin with { Rhythm = rhythm }, kind, due is null ? null : Utc(due), TestDatabase.Noon).ShouldBe(new Departure(Utc(expected), gathered));

    [Theory]
    // 22:00 to 07:00 in Berlin is 21:00 to 06:00 UTC in winter.
    [InlineData("2026-11-24T20:59", null, null)]
    [InlineData("2026-11-24T21:00", null, "2026-11-25T06:00")]
    [InlineData("2026-11-25T05:59", null, "2026-11-25T06:00")]
    [InlineData("2026-11-25T06:00", null, null)]
    // A duty that would be overdue when they end goes out in them; one due later waits.
    [InlineData("2026-11-25T01:00", "2026-11-25T06:00", null)]
    [InlineData("2026-11-25T01:00", "2026-11-25T06:01", "2026-11-25T06:00")]
    public void Nothing_leaves_in_quiet_hours_but_a_duty_that_would_be_late(string at, string? due, string? until)
    {
        var schedule = Berlin with { QuietFrom = 22 * 60, QuietUntil = 7 * 60 };
        Departures.QuietUntil(schedule, duty: true, due is null ? null : Utc(due), Utc(at)).ShouldBe(until is null ? null : Utc(until));
        Departures.QuietUntil(schedule, duty: false, due is null ? null : Utc(due), Utc(at)).ShouldBe(Utc(at) >= Utc("2026-11-24T21:00") && Utc(at) < Utc("2026-11-25T06:00") ? Utc("2026-11-25T06:00") : null);
    }

    [Theory]
    // In spring 02:30 does not exist (28 March 2027): an hour later. In autumn it comes twice (25 October 2026): the first.
    [InlineData("2027-03-27T12:00", 2, "2027-03-28T01:00")]
    [InlineData("2026-10-24T12:00", 2, "2026-10-25T00:00")]
    [InlineData("2027-03-28T12:00", 8, "2027-03-29T06:00")]
    public void Summer_time_is_kept(string now, int hour, string expected) =>
        Departures.Of(Berlin with { Hour = hour }, "owner.named", null, Utc(now)).At.ShouldBe(Utc(expected));

    [Fact]
    public void A_digest_within_quiet_hours_comes_when_they_end() =>
        Departures.Of(Berlin with { Hour = 5, QuietFrom = 22 * 60, QuietUntil = 7 * 60 }, "owner.named", null, TestDatabase.Noon).ShouldBe(new Departure(Utc("2026-11-25T06:00"), true));

    [Theory, EachDatabase]
    public async Task A_daily_reader_gets_one_letter_with_everything_and_the_same_id_when_it_is_repeated(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        var ada = await desk.PersonAsync("Ada");
        (await SaveAsync(desk, ada, Berlin)).Refusal.ShouldBeNull();
        await desk.TellAsync("Ada", "owner.named", "First <one>", "/owners/proposals");
        await desk.TellAsync("Ada", "owner.asked", "Second");
        await desk.TellAsync("Bob", "owner.named", "At once");
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        desk.Letters.ShouldHaveSingleItem().Subject.ShouldBe("At once");

        desk.Test.Clock.Advance(TimeSpan.FromHours(19));
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(2, 0, 0, 0));
        var digest = desk.Letters[1];
        digest.Subject.ShouldBe("2 messages from the governance console");
        digest.TextBody!.ShouldContain("* First <one>");
        digest.TextBody!.ShouldContain("https://console.example/owners/proposals");
        digest.HtmlBody!.ShouldContain("First &lt;one&gt;");
        digest.HtmlBody!.ShouldContain("Second");

        // As a killed sender leaves it, and one more has come meanwhile.
        await using (var db = desk.Test.Open())
        {
            var until = desk.Test.Now.AddMinutes(-1);
            await db.MessageDeliveries.Where(d => d.PersonId == ada.Id).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Waiting).SetProperty(d => d.LeaseUntil, until).SetProperty(d => d.Lease, Guid.CreateVersion7()));
        }

        await desk.TellAsync("Ada", "owner.named", "Third");
        await desk.PumpAsync();
        desk.Letters.Count.ShouldBe(3);
        desk.Letters[2].MessageId.ShouldBe(digest.MessageId);
        desk.Letters[2].TextBody!.ShouldNotContain("Third");
    }

    [Theory, EachDatabase]
    public async Task What_is_switched_off_is_not_sent_and_duties_cannot_be_switched_off(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        var ada = await desk.PersonAsync("Ada");
        var service = desk.Test.Get<ChoiceService>();
        var refused = await service.SaveAsync(null, ["owner.asked"], Given.As(ada), default);
        refused.Refusal!.Code.ShouldBe("choice.duty");
        refused.Refusal.Message.ShouldContain("waits for your answer");
        (await service.SaveAsync(null, ["owner.named"], Given.As(ada), default)).Refusal.ShouldBeNull();
        await desk.TellAsync("Ada", "owner.named", "Muted");
        await desk.TellAsync("Ada", "owner.claimed", "Wanted");
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(1, 1, 0, 0));

        (await service.StopAsync(true, Given.As(ada), default)).Refusal.ShouldBeNull();
        await desk.TellAsync("Ada", "owner.claimed", "No more");
        await desk.TellAsync("Ada", "owner.asked", "Duty");
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(1, 1, 0, 0));
        desk.Letters.Select(l => l.Subject).ShouldBe(["Wanted", "Duty"]);
        await using var db = desk.Test.Open();
        (await db.MessageDeliveries.Where(d => d.State == DeliveryState.Skipped).Select(d => d.LastError).ToListAsync()).ShouldAllBe(e => e == "switched off by the person");
    }

    [Theory, EachDatabase]
    public async Task A_new_choice_moves_what_waits_and_quiet_hours_that_begin_meanwhile_hold_it(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        var ada = await desk.PersonAsync("Ada");
        await SaveAsync(desk, ada, Berlin with { Rhythm = Rhythm.Weekly });
        await desk.TellAsync("Ada", "owner.named", "Waits");
        (await desk.PumpAsync()).Sent.ShouldBe(0);
        // Noon UTC is within 12:00 to 14:00 in Berlin: planned for now, held until the end.
        await SaveAsync(desk, ada, Berlin with { Rhythm = Rhythm.Immediate, QuietFrom = 12 * 60, QuietUntil = 14 * 60 });
        (await desk.PumpAsync()).Sent.ShouldBe(0);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(59));
        (await desk.PumpAsync()).Sent.ShouldBe(0);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(1));
        (await desk.PumpAsync()).Sent.ShouldBe(1);
    }

    [Fact]
    public async Task Defaults_hold_for_whoever_chose_nothing_and_need_an_administrator()
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite);
        var service = desk.Test.Get<ChoiceService>();
        var bob = await desk.PersonAsync("Bob");
        (await service.SetDefaultsAsync(Berlin, Given.As(bob), default)).Refusal!.Code.ShouldBe("not.allowed");
        (await service.SetDefaultsAsync(Berlin with { TimeZone = "Mars/Olympus" }, MailDesk.Administrator, default)).Refusal!.Code.ShouldBe("schedule.zone");
        (await service.SetDefaultsAsync(Berlin with { QuietFrom = 60 }, MailDesk.Administrator, default)).Refusal!.Code.ShouldBe("schedule.quiet");
        (await service.SetDefaultsAsync(Berlin, MailDesk.Administrator, default)).Refusal.ShouldBeNull();
        (await service.FindAsync(Given.As(bob), default))!.Schedule.ShouldBe(Berlin);
        (await service.FindAsync(Given.Visitor, default)).ShouldBeNull();
        (await service.StopAsync(true, Given.Visitor, default)).Refusal!.Code.ShouldBe("choice.person");
        await desk.TellAsync("Bob", "owner.named", "Tomorrow");
        (await desk.PumpAsync()).Sent.ShouldBe(0);
    }

    private static Task<Outcome<Done>> SaveAsync(MailDesk desk, Person person, DeliverySchedule schedule) => desk.Test.Get<ChoiceService>().SaveAsync(schedule, [], Given.As(person), default);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);
}
