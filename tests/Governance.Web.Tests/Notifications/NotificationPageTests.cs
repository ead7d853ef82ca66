using Bunit;
using Governance.Common;
using Governance.Notifications;
using Governance.People;
using Governance.Web.Features.Notifications;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Notifications;

/// <summary>Inbox, choices, channels, wording and the ledger, as people use them.</summary>
public sealed class NotificationPageTests
{
    [Fact]
    public async Task The_inbox_shows_what_was_told_and_marks_it_read()
    {
        await using var page = await WithPersonAsync();
        await TellAsync(page, "owner.asked", "Is <b>this</b> yours?");
        await TellAsync(page, "owner.named", "You were named");
        var inbox = page.Render<InboxPage>();
        inbox.WaitForAssertion(() => inbox.FindAll("li.message").Count.ShouldBe(2));
        inbox.Markup.ShouldContain("Is &lt;b&gt;this&lt;/b&gt; yours?");
        inbox.FindAll("li.unread").Count.ShouldBe(2);
        await inbox.FindAll("button").First(b => b.GetAttribute("aria-label")?.Contains("You were named", StringComparison.Ordinal) == true).ClickAsync(new());
        inbox.WaitForAssertion(() => inbox.FindAll("li.unread").Count.ShouldBe(1));
        page.Get<NavigationManager>().NavigateTo("/inbox?show=unread&kind=owner.named");
        var none = page.Render<InboxPage>();
        none.WaitForAssertion(() => none.Markup.ShouldContain("You have read everything"));
    }

    [Fact]
    public async Task Without_a_person_the_inbox_says_so()
    {
        await using var page = await PageContext.OpenAsync();
        var inbox = page.Render<InboxPage>();
        inbox.WaitForAssertion(() => inbox.Markup.ShouldContain("No person stands behind your account"));
    }

    [Fact]
    public async Task Everybody_chooses_but_duties_stay_and_the_reason_stands_beside()
    {
        await using var page = await WithPersonAsync();
        var choice = page.Render<MyNotificationsPage>();
        choice.WaitForElement("input[name=own]");
        choice.FindAll("section[aria-label=What] input[type=checkbox]").Count.ShouldBe(MessageKinds.All.Count(k => k.Duty is null));
        choice.Markup.ShouldContain("access waits for your answer.");
        await choice.FindAll("input[name=own]")[1].ChangeAsync(new() { Value = "on" });
        await choice.FindAll("input[name=rhythm]")[2].ChangeAsync(new() { Value = "on" });
        await choice.Find("#zone").ChangeAsync(new() { Value = "Mars/Olympus" });
        await choice.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        choice.WaitForAssertion(() => choice.Markup.ShouldContain("There is no time zone"));
        await choice.Find("#zone").ChangeAsync(new() { Value = "Europe/Berlin" });
        await choice.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        page.Says("Kept.");
        await using var db = await page.OpenAsync();
        var row = await db.NotificationChoices.SingleAsync();
        (row.OwnSchedule, row.Rhythm, row.TimeZone).ShouldBe((true, Rhythm.Weekly, "Europe/Berlin"));
    }

    [Fact]
    public async Task One_click_stops_all_but_duties_and_can_be_undone()
    {
        await using var page = await WithPersonAsync();
        var stop = page.Render<StopPage>();
        await stop.WaitForElements("button").Single(b => b.TextContent.Trim() == "Stop all other mail").ClickAsync(new());
        stop.WaitForAssertion(() => stop.Markup.ShouldContain("Done."));
        var me = await page.Get<Governance.Web.Security.CurrentActor>().GetAsync();
        (await page.Get<ChoiceService>().FindAsync(me, default))!.Stopped.ShouldBeTrue();
        await stop.FindAll("button").Single(b => b.TextContent.Trim() == "Undo").ClickAsync(new());
        stop.WaitForAssertion(() => stop.Markup.ShouldContain("Stop all other mail"));
    }

    [Fact]
    public async Task A_channel_is_made_with_its_refusal_in_place_and_never_shows_its_address()
    {
        await using var page = await PageContext.OpenAsync(Roles.Administrator);
        var channels = page.Render<ChannelsPage>();
        channels.WaitForAssertion(() => channels.Markup.ShouldContain("No channel yet"));
        await channels.FindAll("button").Single(b => b.TextContent.Trim() == "Add a channel").ClickAsync(new());
        await channels.Find("#kind").ChangeAsync(new() { Value = "slack" });
        await channels.Find("#title").ChangeAsync(new() { Value = "Security room" });
        await channels.Find("#address").ChangeAsync(new() { Value = "http://hooks.example.com/services/canary-address" });
        await channels.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        channels.WaitForAssertion(() => channels.Markup.ShouldContain("has to begin with https://"));
        await channels.Find("#address").ChangeAsync(new() { Value = "https://hooks.example.com/services/canary-address" });
        await channels.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        channels.WaitForAssertion(() => channels.Markup.ShouldContain("kept, sealed"));
        channels.Markup.ShouldNotContain("canary-address");
        var removing = channels.FindAll("button").Single(b => b.GetAttribute("aria-label") == "Remove Security room").ClickAsync(new());
        await page.AnswerAsync("Remove", "not used");
        await removing;
        channels.WaitForAssertion(() => channels.Markup.ShouldContain("No channel yet"));
    }

    [Fact]
    public async Task A_wording_is_previewed_as_it_is_typed_kept_and_taken_back()
    {
        await using var page = await PageContext.OpenAsync(Roles.Administrator);
        page.Get<NavigationManager>().NavigateTo("/settings/notifications/templates?kind=owner.asked");
        var wording = page.Render<TemplatesPage>();
        wording.WaitForElement("#subject");
        await wording.Find("#subject").InputAsync(new() { Value = "{titel}" });
        wording.Markup.ShouldContain("there is no placeholder {titel}");
        await wording.Find("#subject").InputAsync(new() { Value = "[Contoso] {title}" });
        wording.Find(".sample-subject").TextContent.ShouldContain("[Contoso] Is this yours?");
        await wording.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        wording.WaitForAssertion(() => wording.Find("ol.history").TextContent.ShouldContain("Ada Lovelace wrote"));
        await wording.FindAll("button").Single(b => b.TextContent.Trim() == "Back to the shipped wording").ClickAsync(new());
        wording.WaitForAssertion(() => wording.Find("ol.history").TextContent.ShouldContain("went back to the shipped wording"));
        wording.Find("iframe").GetAttribute("sandbox").ShouldBe(string.Empty);
    }

    [Fact]
    public async Task The_ledger_tells_why_something_failed_and_tries_it_again()
    {
        await using var page = await WithPersonAsync(Roles.Administrator);
        var empty = page.Render<DeliveriesPage>();
        empty.WaitForAssertion(() => empty.Markup.ShouldContain("Nothing here"));
        await TellAsync(page, "owner.asked", "Is this yours?");
        await page.SaveAsync(db =>
        {
            var message = db.Messages.Single();
            db.MessageDeliveries.Add(new MessageDelivery { Id = Guid.CreateVersion7(), MessageId = message.Id, PersonId = message.PersonId, Channel = "mail", State = DeliveryState.Failed, Attempts = 10, NextAt = message.CreatedAt, EndedAt = message.CreatedAt, LastError = "mail.example.com answered 550: <no> such mailbox" });
        });
        var ledger = page.Render<DeliveriesPage>();
        ledger.WaitForAssertion(() => ledger.Markup.ShouldContain("550: &lt;no&gt; such mailbox"));
        await ledger.Find("td.pick input").ChangeAsync(new() { Value = true });
        await ledger.FindAll("button").Single(b => b.TextContent.Contains("again", StringComparison.Ordinal)).ClickAsync(new());
        ledger.WaitForAssertion(() => ledger.Markup.ShouldContain("Waits"));
        await using var db = await page.OpenAsync();
        var row = await db.MessageDeliveries.SingleAsync();
        (row.State, row.Attempts).ShouldBe((DeliveryState.Waiting, 0));
    }

    [Fact]
    public async Task Times_for_everybody_are_kept()
    {
        await using var page = await PageContext.OpenAsync(Roles.Administrator);
        var defaults = page.Render<DefaultsPage>();
        defaults.WaitForElement("input[name=rhythm]");
        await defaults.FindAll("input[name=rhythm]")[1].ChangeAsync(new() { Value = "on" });
        await defaults.Find("#hour").ChangeAsync(new() { Value = "7" });
        await defaults.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        page.Says("The times are kept.");
        (await page.Get<ChoiceService>().DefaultsAsync(default)).ShouldBe(DeliverySchedule.Shipped with { Rhythm = Rhythm.Daily, Hour = 7 });
    }

    private static async Task<PageContext> WithPersonAsync(params string[] roles)
    {
        var page = await PageContext.OpenAsync(roles);
        var now = TimeProvider.System.Now();
        var person = new Person { Id = Guid.CreateVersion7(), ExternalId = "p1", Name = "Ada Lovelace", Mail = "ada@example.com", FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
        await page.SaveAsync(db =>
        {
            db.Add(person);
            db.Accounts.Single().PersonId = person.Id;
        });
        return page;
    }

    private static async Task TellAsync(PageContext page, string kind, string title)
    {
        var me = await page.Get<Governance.Web.Security.CurrentActor>().GetAsync();
        await page.Get<MessageService>().AddAsync([new MessageDraft(me.PersonId!.Value, kind, Guid.CreateVersion7().ToString("N"), title, "Body", "/owners/proposals")], default);
    }
}
