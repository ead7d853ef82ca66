using System.Globalization;
using CsCheck;
using Governance.Campaigns;

namespace Governance.Tests.Campaigns;

/// <summary>When a campaign comes round, in the wall clock of its zone.</summary>
public sealed class ScheduleTests
{
    private const string Berlin = "Europe/Berlin";

    [Theory]
    [InlineData(Recurrence.Weekly, "2026-01-01", "FREQ=WEEKLY", "2026-01-08 2026-01-15 2026-01-22")]
    [InlineData(Recurrence.Monthly, "2026-01-15", "FREQ=MONTHLY", "2026-02-15 2026-03-15 2026-04-15")]
    [InlineData(Recurrence.Monthly, "2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2026-02-28 2026-03-31 2026-04-30")]
    [InlineData(Recurrence.Monthly, "2027-12-30", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "2028-01-30 2028-02-29 2028-03-30")]
    [InlineData(Recurrence.Quarterly, "2025-11-30", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=28,29,30;BYSETPOS=-1", "2026-02-28 2026-05-30 2026-08-30")]
    [InlineData(Recurrence.HalfYearly, "2026-08-31", "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2027-02-28 2027-08-31 2028-02-29")]
    [InlineData(Recurrence.Yearly, "2024-02-29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1", "2025-02-28 2026-02-28 2027-02-28 2028-02-29")]
    [InlineData(Recurrence.Yearly, "2026-12-31", "FREQ=YEARLY", "2027-12-31 2028-12-31")]
    public void It_comes_back_to_its_day_and_to_the_last_day_of_a_month_that_has_it_not(Recurrence recurrence, string start, string rule, string next)
    {
        var schedule = CampaignSchedule.Of(recurrence, At(start + "T09:00"), CampaignSchedule.Utc, null, null);
        schedule.Rule.ShouldBe(rule);
        schedule.Recurrence.ShouldBe(recurrence);
        var wanted = next.Split(' ').Select(d => At(d + "T09:00")).ToList();
        schedule.DatesAfter(At(start + "T09:00"), wanted.Count).ShouldBe(wanted);
        schedule.NextAfter(At(start + "T08:59")).ShouldBe(At(start + "T09:00"));
    }

    [Fact]
    public void Once_is_once()
    {
        var schedule = CampaignSchedule.Of(Recurrence.Once, At("2026-01-31T09:00"), Berlin, null, null);
        schedule.Rule.ShouldBeNull();
        schedule.NextAfter(At("2026-01-31T08:59")).ShouldBe(At("2026-01-31T09:00"));
        schedule.NextAfter(At("2026-01-31T09:00")).ShouldBeNull();
        CampaignSchedule.Of(Recurrence.Monthly, null, Berlin, null, null).NextAfter(At("2026-01-01T00:00")).ShouldBeNull();
    }

    [Fact]
    public void Nine_in_Berlin_stays_nine_in_Berlin_when_the_clocks_change()
    {
        // The clocks go forward on 29 March and back on 25 October 2026.
        var weekly = CampaignSchedule.Of(Recurrence.Weekly, CampaignSchedule.Instant(new DateTime(2026, 3, 22, 9, 0, 0), Berlin), Berlin, null, null);
        weekly.DatesAfter(At("2026-03-22T00:00"), 3).ShouldBe([At("2026-03-22T08:00"), At("2026-03-29T07:00"), At("2026-04-05T07:00")]);
        weekly.DatesAfter(At("2026-10-17T00:00"), 3).ShouldBe([At("2026-10-18T07:00"), At("2026-10-25T08:00"), At("2026-11-01T08:00")]);
    }

    [Fact]
    public void A_time_that_the_change_leaves_out_is_met_an_hour_later_and_one_that_comes_twice_the_first_time()
    {
        var gap = CampaignSchedule.Of(Recurrence.Weekly, CampaignSchedule.Instant(new DateTime(2026, 3, 22, 2, 30, 0), Berlin), Berlin, null, null);
        gap.DatesAfter(At("2026-03-22T00:00"), 3).ShouldBe([At("2026-03-22T01:30"), At("2026-03-29T01:30"), At("2026-04-05T00:30")]);
        var twice = CampaignSchedule.Of(Recurrence.Weekly, CampaignSchedule.Instant(new DateTime(2026, 10, 18, 2, 30, 0), Berlin), Berlin, null, null);
        twice.DatesAfter(At("2026-10-18T00:00"), 3).ShouldBe([At("2026-10-18T00:30"), At("2026-10-25T00:30"), At("2026-11-01T01:30")]);
    }

    [Fact]
    public void The_day_is_that_of_its_zone()
    {
        // Already the 31st in Auckland, still the 30th in UTC.
        var schedule = CampaignSchedule.Of(Recurrence.Monthly, At("2026-01-30T20:00"), "Pacific/Auckland", null, null);
        schedule.DatesAfter(At("2026-02-01T00:00"), 2).Select(d => CampaignSchedule.Local(d, "Pacific/Auckland").ToString("dd.MM HH:mm", CultureInfo.InvariantCulture)).ShouldBe(["28.02 09:00", "31.03 09:00"]);
    }

    [Fact]
    public void It_ends_on_its_last_day_or_after_so_many()
    {
        var start = CampaignSchedule.Instant(new DateTime(2026, 1, 31, 23, 30, 0), Berlin);
        var until = CampaignSchedule.Of(Recurrence.Monthly, start, Berlin, new DateOnly(2026, 3, 31), null);
        until.DatesAfter(start.AddTicks(-1), 10).Count.ShouldBe(3);
        until.EndsOn.ShouldBe(new DateOnly(2026, 3, 31));
        CampaignSchedule.Of(Recurrence.Monthly, start, Berlin, new DateOnly(2026, 3, 30), null).DatesAfter(start.AddTicks(-1), 10).Count.ShouldBe(2);
        var counted = CampaignSchedule.Of(Recurrence.Quarterly, start, Berlin, null, 4);
        counted.DatesAfter(start.AddTicks(-1), 10).Count.ShouldBe(4);
        counted.EndsAfter.ShouldBe(4);
        counted.NextAfter(At("2026-10-31T22:30")).ShouldBeNull();
        counted.StartingAt(At("2027-05-05T05:00")).ShouldBe(CampaignSchedule.Of(Recurrence.Quarterly, At("2027-05-05T05:00"), Berlin, null, 4));
    }

    [Fact]
    public void Each_due_time_is_after_the_one_before_for_any_start_zone_and_rule()
    {
        Gen.Select(Gen.Int[0, 365 * 24 * 60], Gen.Int[0, CampaignSchedule.TimeZones.Count - 1], Gen.Int[1, 5]).Sample((minute, zone, recurrence) =>
        {
            var (start, name) = (At("2026-01-01T00:00").AddMinutes(minute), CampaignSchedule.TimeZones[zone]);
            var dates = CampaignSchedule.Of((Recurrence)recurrence, start, name, null, null).DatesAfter(start.AddTicks(-1), 9);
            return dates.Count == 9 && dates[0] == start && dates.Zip(dates.Skip(1)).All(p => (p.Second - p.First).TotalDays is > 6.9 and < 367);
        }, iter: 300);
    }

    private static DateTimeOffset At(string utc) => DateTimeOffset.Parse(utc + "Z", CultureInfo.InvariantCulture);
}
