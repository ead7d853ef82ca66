using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Revocation;
using Governance.Web.Features.Revocations;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Revocations;

/// <summary>The preview that is run as it was shown, the quarantine, and the answer of whoever was told.</summary>
public sealed class RevocationPagesTests
{
    [Fact]
    public async Task A_dry_run_shows_its_numbers_and_only_that_plan_is_run()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        await UnownedAsync(context, "old-agent");
        var page = context.Render<SweepsPage>();
        page.WaitForElement("button");
        page.FindAll("button").Select(b => b.TextContent.Trim()).ShouldNotContain("Run this one…");
        await ButtonAsync(page, "Dry run now");
        page.WaitForAssertion(() => page.Find("section[aria-label='By system']").TextContent.ShouldContain("Source of old-agent"));
        page.Find("section[aria-label='By last use']").TextContent.ShouldContain("Never, as the source says");
        page.Markup.ShouldContain("No run has gone before");
        _ = ButtonAsync(page, "Run this one…");
        await context.AnswerAsync("Run");
        page.WaitForAssertion(() => page.Markup.ShouldContain("What this sweep did"));
        await using var db = await context.OpenAsync();
        (await db.RevocationOrders.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_quarantine_is_empty_in_words_and_then_shows_what_was_seen()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        context.Render<QuarantinePage>().WaitForElement(".empty-state, .empty").TextContent.ShouldContain("Nothing is in quarantine");
        var identity = await UnownedAsync(context, "old-agent");
        await OrderAsync(context, identity, o => (o.State, o.Remediation, o.Signal, o.QuarantineUntil) = (OrderState.Quarantined, RemediationState.Verified, "Its source says that it was used.", TimeProvider.System.GetUtcNow().AddDays(3)));
        var page = context.Render<QuarantinePage>();
        page.WaitForElement("table").TextContent.ShouldContain("Its source says that it was used.");
        page.FindAll("td button").ShouldBeEmpty("an auditor undoes nothing");
    }

    [Fact]
    public async Task Whoever_was_told_says_that_it_is_needed_and_nobody_else_sees_it()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var identity = await UnownedAsync(context, "old-agent");
        var order = await OrderAsync(context, identity, o => (o.State, o.NoticeUntil) = (OrderState.Noticed, TimeProvider.System.GetUtcNow().AddDays(3)));
        var page = context.Render<AnswerPage>(p => p.Add(a => a.Id, order.Id));
        page.WaitForElement("section[aria-label='Answer']").TextContent.ShouldContain("Source of old-agent");
        await page.FindAll("button").Single(b => b.TextContent.Trim() == "It is needed").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".mud-alert").TextContent.ShouldContain("Say what it is needed for"));
        await page.Find("textarea").ChangeAsync(new() { Value = "payroll" });
        await page.FindAll("button").Single(b => b.TextContent.Trim() == "It is needed").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("Needed: payroll"));
        await using var db = await context.OpenAsync();
        (await db.RevocationOrders.SingleAsync()).HeldBy!.ShouldStartWith("B8: Ada Lovelace says that it is needed: payroll");

        await using var stranger = await PageContext.OpenAsync();
        stranger.Render<AnswerPage>(p => p.Add(a => a.Id, order.Id)).WaitForElement("h1").TextContent.ShouldContain("Nothing to answer");
    }

    private static Task ButtonAsync(IRenderedComponent<SweepsPage> page, string text) => page.FindAll("button").Single(b => b.TextContent.Trim() == text).ClickAsync(new());

    private static async Task<Identity> UnownedAsync(PageContext context, string name)
    {
        var identity = await context.IdentityAsync(name);
        await using var db = await context.OpenAsync();
        var now = TimeProvider.System.GetUtcNow();
        await db.Sources.ExecuteUpdateAsync(u => u.SetProperty(s => s.LastFullImportAt, now));
        await db.Identities.ExecuteUpdateAsync(u => u.SetProperty(i => i.UnownedSince, now.AddDays(-100)).SetProperty(i => i.Usage, UsageState.NeverUsed));
        return identity;
    }

    private static async Task<RevocationOrder> OrderAsync(PageContext context, Identity identity, Action<RevocationOrder> change)
    {
        var now = TimeProvider.System.Now();
        var order = new RevocationOrder { Id = Ids.New(now), IdentityId = identity.Id, SourceId = identity.SourceId, Reason = "No accepted owner.", OrderedAt = now, OrderedBy = "sweep", Version = Ids.New(now) };
        change(order);
        await context.SaveAsync(db => db.RevocationOrders.Add(order));
        return order;
    }
}
