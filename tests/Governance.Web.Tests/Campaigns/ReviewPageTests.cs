using AngleSharp.Dom;
using Bunit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Web.Features.Campaigns;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Campaigns;

public sealed class ReviewPageTests
{
    [Fact]
    public async Task Nothing_is_chosen_beforehand_and_the_worst_risk_is_open_first()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        ReviewDesk.Focused(page).ShouldBe("risky");
        page.FindAll(".answers button[aria-pressed=true]").ShouldBeEmpty();
        page.Find(".progress-row").TextContent.ShouldContain("0 of 3");
        (await desk.VerdictsAsync()).ShouldAllBe(v => v == null);
    }

    [Fact]
    public async Task The_keyboard_certifies_steps_and_undoes_and_each_step_is_saved()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "c");
        ReviewDesk.Focused(page).ShouldBe("quiet");
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Certify);
        page.Find(".progress-row").TextContent.ShouldContain("1 of 3");

        await ReviewDesk.PressAsync(page, "j");
        ReviewDesk.Focused(page).ShouldBe("steady");
        await ReviewDesk.PressAsync(page, "k");
        ReviewDesk.Focused(page).ShouldBe("quiet");
        await ReviewDesk.PressAsync(page, "d");
        (await desk.VerdictOfAsync("quiet")).ShouldBe(Verdict.DontKnow);

        await ReviewDesk.PressAsync(page, "z");
        (await desk.VerdictOfAsync("quiet")).ShouldBeNull();
        ReviewDesk.Focused(page).ShouldBe("quiet");
        await ReviewDesk.PressAsync(page, "z");
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();
        page.Find(".progress-row").TextContent.ShouldContain("0 of 3");
    }

    [Fact]
    public async Task Revoking_asks_for_a_reason_in_place_and_a_refusal_loses_nothing()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "x");
        page.Find("#answer-panel").TextContent.ShouldContain("Why is it no longer needed?");
        page.Find("#reason").Input("no");
        await ReviewDesk.PressAsync(page, "Submit");
        page.Find("#answer-panel [role=alert]").TextContent.ShouldContain("Say in a few words why it is to be revoked");
        page.Find("#reason").GetAttribute("value").ShouldBe("no");
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();

        page.Find("#reason").Input("nobody uses it");
        await page.Find("#answer-panel").SubmitAsync();
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Revoke);
        ReviewDesk.Focused(page).ShouldBe("quiet");
        page.FindAll("#answer-panel").ShouldBeEmpty();
    }

    [Fact]
    public async Task Escape_puts_the_question_away()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "x");
        await ReviewDesk.PressAsync(page, "Escape");
        page.FindAll("#answer-panel").ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_campaign_asks_for_it_certifying_needs_a_reason_too()
    {
        await using var desk = await ReviewDesk.OpenAsync(justificationOnCertify: true);
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "c");
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();
        page.Find("#reason").Input("month-end closing");
        await ReviewDesk.PressAsync(page, "Submit");
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Certify);
    }

    [Fact]
    public async Task What_changed_since_it_was_opened_is_shown_anew_and_the_typed_reason_stays()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "x");
        page.Find("#reason").Input("nobody uses it");
        await desk.ChangeAsync(db => db.Identities.Where(i => i.DisplayName == "risky").ExecuteUpdate(s => s.SetProperty(i => i.ContentHash, "grown").SetProperty(i => i.Purpose, "Pays invoices")));
        await ReviewDesk.PressAsync(page, "Submit");
        page.Find("#answer-panel [role=alert]").TextContent.ShouldContain("changed since you opened it");
        page.Find("#reason").GetAttribute("value").ShouldBe("nobody uses it");
        page.Find(".purpose").TextContent.ShouldContain("Pays invoices");
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();
        await ReviewDesk.PressAsync(page, "Submit");
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Revoke);
    }

    [Fact]
    public async Task An_item_that_is_not_mine_is_handed_on_with_a_note_and_leaves_the_page()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "o");
        page.Find("#hand-on-to").Input("fallb");
        page.Find(".hits button").Click();
        page.Find("#reason").Input("their team runs it");
        await ReviewDesk.PressAsync(page, "Submit");
        page.Markup.ShouldNotContain("risky");
        page.Find(".progress-row").TextContent.ShouldContain("0 of 2");
    }

    [Fact]
    public async Task The_table_certifies_what_is_alike_and_leaves_the_risky_and_the_unused_alone()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        page.FindAll(".plain-button")[0].Click();
        page.FindAll("tbody input:checked").ShouldBeEmpty();
        page.Find("thead input").Change(true);
        page.Find(".bulk-bar").TextContent.ShouldContain("1 item chosen");
        Button(page, "Certify…").Click();
        page.Find(".summary").TextContent.ShouldContain("Highest risk 10 of 100");
        Button(page, "Certify 1 item").HasAttribute("disabled").ShouldBeTrue("what was not read is not certified");
        page.Find("#bulk-read").Change(true);
        Button(page, "Certify 1 item").Click();
        (await desk.VerdictOfAsync("steady")).ShouldBe(Verdict.Certify);
        (await desk.VerdictOfAsync("quiet")).ShouldBeNull();
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();
    }

    [Fact]
    public async Task A_bulk_refusal_names_each_item_and_keeps_it_chosen()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        page.FindAll(".plain-button")[0].Click();
        page.Find("input[aria-label='Choose risky']").Change(true);
        page.Find("input[aria-label='Choose steady']").Change(true);
        Button(page, "Certify…").Click();
        page.Find("#bulk-read").Change(true);
        Button(page, "Certify 2 items").Click();
        page.Find(".refused").TextContent.ShouldContain("1 item saved, 1 not");
        page.Find(".refused").TextContent.ShouldContain("risky has a high risk");
        page.Find(".bulk-bar").TextContent.ShouldContain("1 item chosen");
        (await desk.VerdictOfAsync("steady")).ShouldBe(Verdict.Certify);
    }

    [Fact]
    public async Task A_reviewer_who_comes_back_goes_on_where_they_stopped()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        await ReviewDesk.PressAsync(desk.Page(), "c");
        var again = desk.Page();
        ReviewDesk.Focused(again).ShouldBe("quiet");
        again.Find(".progress-row").TextContent.ShouldContain("1 of 3");
    }

    [Fact]
    public async Task A_closed_campaign_offers_no_answer()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        (await desk.Get<CampaignService>().CloseAsync(desk.CampaignId, Actor.Job("test"), CancellationToken.None)).IsRefused.ShouldBeFalse();
        var page = desk.Page();
        page.FindAll(".answers").ShouldBeEmpty();
        await ReviewDesk.PressAsync(page, "c");
        (await desk.VerdictsAsync()).ShouldAllBe(v => v == null);
    }

    [Fact]
    public async Task A_name_from_outside_is_text_and_never_markup()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        await desk.ChangeAsync(db => db.Identities.Where(i => i.DisplayName == "risky").ExecuteUpdate(s => s.SetProperty(i => i.DisplayName, "<script>alert(1)</script>")));
        var page = desk.Page();
        page.FindAll("script").ShouldBeEmpty();
        ReviewDesk.Focused(page).ShouldBe("<script>alert(1)</script>");
    }

    [Fact]
    public async Task An_answer_from_the_outbox_counts_once_and_only_for_the_item_it_was_given_for()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        var risky = page.Find("article.focused").Id![5..];
        await page.InvokeAsync(() => page.Instance.AnswerAsync("c", risky, 1));
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Certify);
        ReviewDesk.Focused(page).ShouldBe("quiet");
        await page.InvokeAsync(() => page.Instance.AnswerAsync("c", risky, 1));
        await page.InvokeAsync(() => page.Instance.AnswerAsync("c", risky, 2));
        (await desk.VerdictOfAsync("quiet")).ShouldBeNull();
        page.Find(".progress-row").TextContent.ShouldContain("1 of 3");
    }

    [Fact]
    public async Task What_was_typed_before_the_page_was_lost_is_there_again()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        desk.Kept("""{"asking":"Revoke","reason":"nobody uses it","grants":[]}""");
        var page = desk.Page();
        page.WaitForElement("#answer-panel").TextContent.ShouldContain("Why is it no longer needed?");
        page.Find("#reason").GetAttribute("value").ShouldBe("nobody uses it");
        (await desk.VerdictOfAsync("risky")).ShouldBeNull();
        await ReviewDesk.PressAsync(page, "Submit");
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Revoke);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"asking\":\"Nonsense\"}")]
    [InlineData("{\"asking\":\"99\"}")]
    [InlineData("[]")]
    public void What_a_browser_kept_is_not_trusted(string kept) => ReviewDraft.FromKept(kept).ShouldBeNull();

    [Fact]
    public async Task The_card_says_what_stops_and_the_thread_asks_nobody_but_the_owner()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        page.Find(".impact").TextContent.ShouldContain("It was used 3 h ago: whatever uses it stops.");
        page.Find(".thread .link-button").Click();
        page.FindAll(".thread-form input[type=checkbox]").ShouldBeEmpty("the reviewer is the owner");
        page.Find("#remark").Input("Asked the team, waiting.");
        await page.Find(".thread-form").SubmitAsync();
        page.Find(".thread li").TextContent.ShouldContain("Asked the team, waiting.");
    }

    [Fact]
    public async Task Reduce_can_end_a_life_on_a_day()
    {
        await using var desk = await ReviewDesk.OpenAsync();
        var page = desk.Page();
        await ReviewDesk.PressAsync(page, "r");
        page.Find("#ends-on").Change("2027-01-31");
        await ReviewDesk.PressAsync(page, "Submit");
        (await desk.VerdictOfAsync("risky")).ShouldBe(Verdict.Reduce);
    }

    private static IElement Button(IRenderedComponent<ReviewPage> page, string text) => page.FindAll(".bulk-bar button").Single(b => b.TextContent == text);
}
