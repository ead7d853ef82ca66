using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Features.Inventory;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Inventory;

/// <summary>Answering what looks like AI, by mouse and by keys.</summary>
public sealed class TriagePageTests() : InventoryDesk(Roles.SecurityEngineer)
{
    [Fact]
    public void Nothing_to_decide_says_what_comes_here() => Render<TriagePage>().WaitForElement(".empty").TextContent.ShouldContain("Nothing waits for an answer");

    [Fact]
    public async Task What_is_suggested_is_confirmed_with_one_click_and_can_be_taken_back()
    {
        await WaitingAsync("claude-proxy");
        var page = Render<TriagePage>();
        await page.WaitForElement("button[aria-label='claude-proxy is Claude']").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".empty").TextContent.ShouldContain("Nothing waits"), TimeSpan.FromSeconds(10));
        (await ToolsAsync()).ShouldBe(["Claude"]);
        page.Find("#answered-title").TextContent.ShouldContain("remembered");
        await page.Find(".answered button").ClickAsync(new());
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Keys_walk_choose_and_answer()
    {
        await WaitingAsync("claude-a", "claude-b", "claude-c");
        var page = Render<TriagePage>();
        page.WaitForElements("tbody tr").Count.ShouldBe(3);
        foreach (var key in new[] { "x", "j", "j", "x" })
            await page.Find("[role=region]").KeyDownAsync(new KeyboardEventArgs { Key = key });
        page.Find(".choice-bar").TextContent.ShouldContain("2 identities chosen");
        page.FindAll("tbody tr")[2].GetAttribute("aria-current").ShouldBe("true");
        await page.Find("[role=region]").KeyDownAsync(new KeyboardEventArgs { Key = "n" });
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(1), TimeSpan.FromSeconds(10));
        await using (var db = await Contexts.CreateDbContextAsync())
            (await db.Identities.CountAsync(i => i.ToolDecidedBy == "Ada Lovelace" && i.ToolId == null)).ShouldBe(2);
        await page.Find("[role=region]").KeyDownAsync(new KeyboardEventArgs { Key = "z" });
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(3), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_name_from_a_source_is_shown_as_text()
    {
        await WaitingAsync("<img src=x onerror=alert(1)> claude");
        var page = Render<TriagePage>();
        page.WaitForElement("tbody a").TextContent.ShouldContain("<img src=x");
        page.FindAll("img").ShouldBeEmpty();
    }

    private async Task<List<string>> ToolsAsync()
    {
        await using var db = await Contexts.CreateDbContextAsync();
        return await db.Identities.Select(i => db.Tools.First(t => t.Id == i.ToolId).Name).ToListAsync();
    }
}

/// <summary>The same page for somebody who only reads.</summary>
public sealed class TriageReaderTests() : InventoryDesk(Roles.Auditor)
{
    [Fact]
    public async Task An_auditor_sees_why_and_has_no_buttons()
    {
        await WaitingAsync("claude-proxy");
        var page = Render<TriagePage>();
        page.WaitForElement("tbody").TextContent.ShouldContain("Looks like Claude");
        page.FindAll("tbody button").ShouldBeEmpty();
        page.FindAll("input[type=checkbox]").ShouldBeEmpty();
    }
}
