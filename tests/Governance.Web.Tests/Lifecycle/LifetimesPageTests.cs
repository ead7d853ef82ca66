using Bunit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.Web.Features.Inventory;
using Governance.Web.Features.Lifecycle;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Lifecycle;

/// <summary>Policies of lifetimes as an administrator sets them, and the end of one identity as it is moved.</summary>
public sealed class LifetimesPageTests
{
    [Fact]
    public async Task An_administrator_previews_sets_and_ends_a_policy()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        await context.IdentityAsync("agent");
        var page = context.Render<LifetimesPage>();
        page.WaitForElement("section[aria-label='Policy']");
        await PressAsync(page, "Set it");
        page.WaitForAssertion(() => page.Find(".mud-alert").TextContent.ShouldContain("Give it a name"));
        await page.FindAll("section[aria-label='Policy'] input[type=text]")[0].ChangeAsync(new() { Value = "Everything" });
        await PressAsync(page, "How many does it touch?");
        page.WaitForAssertion(() => page.Find("p[role=status]").TextContent.ShouldContain("Names 1 live identities and holds for 1 of them: 1 have no end"));
        await using var db = await context.OpenAsync();
        (await db.LifecyclePolicies.CountAsync()).ShouldBe(0, "a preview sets nothing");
        await page.FindAll("section[aria-label='Policy'] input[type=text]")[^1].ChangeAsync(new() { Value = "A year is enough" });
        await PressAsync(page, "Set it");
        page.WaitForAssertion(() => page.Find("table").TextContent.ShouldContain("A year is enough"));
        _ = page.Find("button[aria-label='End Everything']").ClickAsync(new());
        await context.AnswerAsync("End it", "not needed");
        page.WaitForAssertion(() => page.Find(".past-list").TextContent.ShouldContain("ended by Ada Lovelace"));
    }

    [Fact]
    public async Task An_auditor_reads_the_policies_and_changes_none()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var page = context.Render<LifetimesPage>();
        page.WaitForElement("table").TextContent.ShouldContain("The console's own");
        page.FindAll("section[aria-label='Policy']").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_administrator_extends_an_identity_from_its_page()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var identity = await context.IdentityAsync("agent");
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        page.WaitForElement(".facts");
        _ = page.FindAll("button").Single(b => b.TextContent.Trim() == "Extend…").ClickAsync(new());
        context.Dialogs.WaitForAssertion(() => context.Dialogs.Markup.ShouldContain("The console allows 365 days from today"));
        await context.AnswerAsync("Extend", "Runs another year");
        page.WaitForAssertion(() => page.Find(".facts").TextContent.ShouldContain("set here by Ada Lovelace"));
    }

    [Fact]
    public async Task A_security_engineer_sees_the_end_and_no_way_to_move_it()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var identity = await context.IdentityAsync("agent");
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        page.WaitForElement(".facts");
        page.FindAll("button").Select(b => b.TextContent.Trim()).ShouldNotContain("Extend…");
    }

    private static Task PressAsync(IRenderedComponent<LifetimesPage> page, string text) => page.FindAll("button").Single(b => b.TextContent.Trim() == text).ClickAsync(new());
}
