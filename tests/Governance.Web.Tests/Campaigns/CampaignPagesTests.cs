using Bunit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Web.Features.Accounts;
using Governance.Web.Features.Campaigns;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Campaigns;

/// <summary>The pages of who manages campaigns.</summary>
public sealed class CampaignPagesTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Fact]
    public async Task A_template_fills_the_designer_and_the_numbers_follow()
    {
        await using var page = await PageContext.OpenAsync(Roles.CampaignManager);
        await DeskAsync(page);
        var designer = page.Render<DefinitionPage>();
        designer.WaitForAssertion(() => designer.Find(".big").TextContent.ShouldContain("2"));
        await designer.FindAll(".templates button").Single(b => b.TextContent.Contains("Monthly, unused", StringComparison.Ordinal)).ClickAsync(new());
        designer.WaitForAssertion(() =>
        {
            designer.Find("#name").GetAttribute("value").ShouldBe("Unused identities");
            designer.Find("#inactive").GetAttribute("value").ShouldBe("90");
            designer.Find(".preview").TextContent.ShouldContain("does not report when it was last used");
        });
        await designer.Find("#first").ChangeAsync(new() { Value = "2030-01-31" });
        designer.WaitForAssertion(() => designer.FindAll(".dates li").Select(d => d.TextContent).ShouldContain("Thu 28 Feb 2030, 09:00"));

        // Without a fallback reviewer it is refused, in words, and nothing typed is lost.
        await designer.Find("form").SubmitAsync(EventArgs.Empty);
        designer.WaitForAssertion(() => designer.Markup.ShouldContain("Choose a person who reviews what has no accepted owner."));
        designer.Find("#name").GetAttribute("value").ShouldBe("Unused identities");
    }

    [Fact]
    public async Task Stages_are_added_and_saved_as_they_were_chosen()
    {
        await using var page = await PageContext.OpenAsync(Roles.CampaignManager);
        var (owner, _) = await DeskAsync(page);
        var input = new DefinitionInput
        {
            Name = "Two stages",
            FallbackReviewerId = owner.Id,
            Stages = [new StageSettings { DurationDays = 5 }, new StageSettings { Reviewers = [ReviewerKind.People], People = [owner.Id], DurationDays = 3, Items = StageItems.PrivilegedOrAutonomous }],
        };
        var id = (await page.Get<CampaignService>().DefineAsync(input, page.Me, Ct)).OrThrow();
        var designer = page.Render<DefinitionPage>(p => p.Add(d => d.Id, id));
        designer.WaitForAssertion(() => designer.FindAll("fieldset.stage").Count.ShouldBe(2));
        designer.Find(".people-field .chosen").TextContent.ShouldContain("Ada Owner");
        await designer.FindAll("button").Single(b => b.TextContent.Contains("Add a stage", StringComparison.Ordinal)).ClickAsync(new());
        designer.WaitForAssertion(() => designer.FindAll("fieldset.stage").Count.ShouldBe(3));
        await designer.Find("#stage-3-days").ChangeAsync(new() { Value = "4" });
        await designer.Find("#days-before").ChangeAsync(new() { Value = "5, 2" });
        await designer.Find("form").SubmitAsync(EventArgs.Empty);
        var saved = (await page.Get<CampaignQueries>().FindDefinitionAsync(id, Ct))!.Input;
        saved.Stages.Select(s => s.DurationDays).ShouldBe([5, 3, 4]);
        saved.Stages[1].People.ShouldBe([owner.Id]);
        saved.Run.RemindDaysBefore.ShouldBe([5, 2]);
    }

    [Fact]
    public async Task A_prepared_campaign_shows_what_to_mend_is_started_renews_itself_and_is_closed_with_a_reason()
    {
        await using var page = await PageContext.OpenAsync(Roles.CampaignManager);
        var (owner, identity) = await DeskAsync(page);
        var service = page.Get<CampaignService>();
        var definition = (await service.DefineAsync(new DefinitionInput { Name = "Review", FallbackReviewerId = owner.Id, Stages = StageSettings.Single(14) }, page.Me, Ct)).OrThrow();
        var id = (await service.PrepareAsync(definition, page.Me, Ct)).OrThrow();
        var campaign = page.Render<CampaignPage>(p => p.Add(c => c.Id, id));
        campaign.WaitForAssertion(() => campaign.Find(".problems").TextContent.ShouldContain("1 item of identities that nobody answers for"));
        campaign.Markup.ShouldContain("Nobody has been asked.");
        Press(campaign, "Start: ask 1 reviewer");
        await page.AnswerAsync("Start");
        page.Says("Started. Reviewers are told.");

        // Somebody answers elsewhere: the page shows it by itself.
        await using (var db = await page.OpenAsync())
        {
            var item = await db.ReviewItems.SingleAsync(i => i.IdentityId == identity.Id);
            var by = new Actor(ActorKind.Person, "ada", "Ada Owner", owner.Id);
            (await page.Get<ReviewService>().DecideAsync(new Decide(item.Id, item.Version, Verdict.Certify, "needed", item.ShownHash, [], by), Ct)).OrThrow();
        }

        campaign.WaitForAssertion(() => campaign.Find(".stats").TextContent.ShouldContain("50 %"), TimeSpan.FromSeconds(15));
        campaign.WaitForAssertion(() => campaign.Find("#reviewers").TextContent.ShouldContain("1 of 2"));
        Press(campaign, "Close and apply…");
        await page.AnswerAsync("Close and apply", "the audit is tomorrow");
        page.Says("Closed and applied.");
        campaign.WaitForAssertion(() => campaign.Markup.ShouldContain("the audit is tomorrow"));
    }

    [Fact]
    public async Task An_auditor_sees_a_campaign_and_may_change_nothing()
    {
        await using var page = await PageContext.OpenAsync(Roles.Auditor);
        var (owner, _) = await DeskAsync(page);
        var service = page.Get<CampaignService>();
        var manager = page.Me with { Roles = new HashSet<string>([Roles.CampaignManager], StringComparer.Ordinal) };
        var definition = (await service.DefineAsync(new DefinitionInput { Name = "Review", FallbackReviewerId = owner.Id }, manager, Ct)).OrThrow();
        var id = (await service.LaunchAsync(definition, manager, Ct)).OrThrow();
        (await service.CancelAsync(id, "because", page.Me, Ct)).Refusal!.Code.ShouldBe("not.allowed");
        (await page.Get<CampaignReminders>().ChaseAsync(id, null, null, page.Me, Ct)).Refusal!.Code.ShouldBe("not.allowed");
    }

    [Fact]
    public async Task The_calendar_shows_what_runs_and_what_comes_and_says_when_there_is_nothing()
    {
        await using var page = await PageContext.OpenAsync(Roles.CampaignManager);
        var (owner, _) = await DeskAsync(page);
        var service = page.Get<CampaignService>();
        var definition = (await service.DefineAsync(new DefinitionInput { Name = "Series", FallbackReviewerId = owner.Id, Recurrence = Recurrence.Monthly, FirstLaunchAt = new DateTimeOffset(2031, 3, 31, 9, 0, 0, TimeSpan.Zero) }, page.Me, Ct)).OrThrow();
        page.Get<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("/campaigns/calendar?month=2031-04");
        var calendar = page.Render<CalendarPage>();
        calendar.WaitForAssertion(() => calendar.Find(".mark").GetAttribute("href").ShouldBe($"/campaigns/definitions/{definition:D}"));
        calendar.Find(".month").TextContent.ShouldBe("April 2031");
        calendar.Find(".data-table").TextContent.ShouldContain("Wed 30 Apr 2031, 09:00");
        page.Get<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("/campaigns/calendar?month=2029-01");
        var empty = page.Render<CalendarPage>();
        empty.WaitForAssertion(() => empty.Markup.ShouldContain("Nothing in this month"));
    }

    [Fact]
    public async Task A_key_is_shown_once_and_revoked()
    {
        await using var page = await PageContext.OpenAsync(Roles.Auditor);
        var keys = page.Render<KeysPage>();
        await keys.Find("#key-name").ChangeAsync(new() { Value = "x" });
        await keys.Find("form").SubmitAsync(EventArgs.Empty);
        keys.WaitForAssertion(() => keys.Markup.ShouldContain("Say in 3 to 100 characters what the key is for."));
        await keys.Find("#key-name").ChangeAsync(new() { Value = "Nightly export" });
        await keys.Find("form").SubmitAsync(EventArgs.Empty);
        keys.WaitForAssertion(() => keys.Find("#secret").GetAttribute("value")!.ShouldStartWith("gov_"));
        var again = page.Render<KeysPage>();
        again.WaitForAssertion(() => again.Find(".data-table").TextContent.ShouldContain("Nightly export"));
        again.FindAll("#secret").ShouldBeEmpty();
        Press(again, "Revoke");
        await page.AnswerAsync("Revoke");
        again.WaitForAssertion(() => again.Find(".data-table").TextContent.ShouldContain("revoked"));
        Press(again, "Make an address");
        again.WaitForAssertion(() => again.Find("#address").GetAttribute("value")!.ShouldContain("/calendar/cal_"));
    }

    // Not waited for: what the button does waits for the answer in its dialog.
    private static void Press<T>(IRenderedComponent<T> page, string button)
        where T : Microsoft.AspNetCore.Components.IComponent => page.WaitForElements("button").First(b => b.TextContent.Trim() == button).Click();

    /// <summary>An owner with one identity, and one that nobody owns.</summary>
    private static async Task<(Person Owner, Identity Owned)> DeskAsync(PageContext page)
    {
        var now = TimeProvider.System.Now();
        var owner = new Person { Id = Ids.New(now), ExternalId = "p1", Name = "Ada Owner", Department = "Finance", FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
        await page.SaveAsync(db => db.Add(owner));
        var (owned, _) = (await page.IdentityAsync("owned"), await page.IdentityAsync("orphan"));
        await using var db = await page.OpenAsync();
        await db.Identities.Where(i => i.Id == owned.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerId, owner.Id).SetProperty(i => i.OwnerState, OwnerState.Accepted));
        return (owner, owned);
    }
}
