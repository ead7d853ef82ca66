using Governance.Campaigns;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class ReminderTests
{
    private static readonly DateTimeOffset Start = TestDatabase.Noon;
    private static readonly DateTimeOffset End = Start.AddDays(14);

    private static CancellationToken Ct => CancellationToken.None;

    [Fact]
    public void Reminders_come_at_half_time_before_the_end_and_daily_in_the_last_days()
    {
        var settings = new RunSettings { RemindDaysBefore = [5, 2], RemindDailyDays = 3 };
        ReminderRules.All(settings, Start, End).Select(s => (s.Slot, (s.At - Start).TotalDays)).ShouldBe([("half-time", 7), ("before-5", 9), ("before-3", 11), ("before-2", 12), ("before-1", 13)]);
        ReminderRules.All(new RunSettings { RemindAtHalfTime = false, RemindDaysBefore = [] }, Start, End).ShouldBeEmpty();
        // Ten days before the end of a campaign of ten days is its beginning, when all were just told.
        ReminderRules.All(new RunSettings { RemindAtHalfTime = false, RemindDaysBefore = [14, 20] }, Start, End).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(6.99, null)]
    [InlineData(7, "half-time")]
    [InlineData(7.99, "half-time")]
    [InlineData(8.01, null)]
    [InlineData(11, "before-3")]
    [InlineData(13.5, null)]
    [InlineData(14, null)]
    public void Only_the_last_one_that_is_still_fresh_goes(double day, string? slot) =>
        ReminderRules.Due(new RunSettings { RemindDaysBefore = [3] }, Start, End, Start.AddDays(day))?.Slot.ShouldBe(slot);

    [Fact]
    public void Managers_are_told_near_the_end_and_not_after_it()
    {
        var settings = new RunSettings { EscalateDaysBefore = 1 };
        ReminderRules.Escalates(settings, End, End.AddDays(-1).AddTicks(-1)).ShouldBeFalse();
        ReminderRules.Escalates(settings, End, End.AddDays(-1)).ShouldBeTrue();
        ReminderRules.Escalates(settings, End, End).ShouldBeFalse();
        ReminderRules.Escalates(settings with { EscalateDaysBefore = null }, End, End.AddHours(-1)).ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task Only_who_has_open_items_is_reminded_once_each_and_the_manager_told(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var ben = await review.Given.PersonAsync("Ben Owner", p => p.ManagerId = boss.Id);
        var (done, open) = (await review.OwnedAsync(ada), await review.OwnedAsync(ben));
        await review.OwnedAsync(ben);
        var campaign = await review.LaunchAsync(i => i with { Run = new RunSettings { RemindDaysBefore = [3], EscalateDaysBefore = 1 } });
        await review.DecideAsync(campaign, done, ada, Verdict.Certify);
        var reminders = test.Get<CampaignReminders>();
        (await reminders.SendDueAsync(Ct)).ShouldBe(0);

        await using var db = test.Open();
        var due = (await db.Stages.SingleAsync(s => s.Number == 1)).DueAt;
        test.Clock.SetUtcNow(Start + ((due - Start) / 2));
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => reminders.SendDueAsync(Ct))))).Sum().ShouldBe(1);
        (await reminders.SendDueAsync(Ct)).ShouldBe(0);
        var told = await db.Messages.SingleAsync(m => m.Kind == CampaignReminders.Reminded);
        (told.PersonId, told.Link).ShouldBe((ben.Id, $"/reviews/{campaign:D}"));
        told.Body.ShouldContain(" 2 of your answers");

        // The clock jumps over the reminder before the end, into the last day: nobody gets an old one.
        test.Clock.SetUtcNow(due.AddHours(-5));
        (await reminders.SendDueAsync(Ct)).ShouldBe(1);
        (await reminders.SendDueAsync(Ct)).ShouldBe(0);
        var escalated = await db.Messages.SingleAsync(m => m.Kind == CampaignReminders.Escalated);
        (escalated.PersonId, escalated.Title).ShouldBe((boss.Id, "Ben Owner: has not finished Q4 review"));

        (await reminders.ChaseAsync(campaign, null, "please", review.Manager, Ct)).Value.ShouldBe(1);
        (await reminders.ChaseAsync(campaign, null, "again", review.Manager, Ct)).Value.ShouldBe(0);
        (await reminders.ChaseAsync(campaign, null, null, Given.Engineer, Ct)).Refusal!.Code.ShouldBe("not.allowed");
        test.Clock.Advance(TimeSpan.FromHours(1));
        (await reminders.ChaseAsync(campaign, ada.Id, null, review.Manager, Ct)).Value.ShouldBe(0);
        (await reminders.ChaseAsync(campaign, ben.Id, null, review.Manager, Ct)).Value.ShouldBe(1);
        await review.DecideAsync(campaign, open, ben, Verdict.Certify);
    }
}
