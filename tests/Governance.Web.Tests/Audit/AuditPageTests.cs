using Bunit;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Web.Features.Audit;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Audit;

/// <summary>The log as an auditor reads it: searched by address, verified by a click.</summary>
public sealed class AuditPageTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_entry_is_shown_with_who_what_why_and_its_details_by_name()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "Still <b>needed</b>", new { verdict = "Certify", campaignId = "c-1", kept = true });
        var page = context.Render<AuditPage>();
        var row = page.WaitForElement("tbody tr");
        row.TextContent.ShouldContain("Eve Example");
        row.TextContent.ShouldContain("Review decided");
        row.TextContent.ShouldContain("Still <b>needed</b>");
        row.QuerySelectorAll("dt").Select(d => d.TextContent).ShouldBe(["verdict", "campaign id", "kept"]);
        row.QuerySelectorAll("dd").Select(d => d.TextContent).ShouldBe(["Certify", "c-1", "yes"]);
        row.QuerySelectorAll("b").ShouldBeEmpty();
    }

    [Fact]
    public async Task The_search_in_the_address_narrows_and_what_it_finds_none_of_is_said()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        await AppendAsync(context, "Job", AuditActions.SweepRun, "two", new { });
        Go(context, "/audit?action=sweep.run");
        context.Render<AuditPage>().WaitForElements("tbody tr").ShouldHaveSingleItem().TextContent.ShouldContain("two");
        Go(context, "/audit?q=nobody-of-that-name");
        context.Render<AuditPage>().WaitForElement(".empty").TextContent.ShouldContain("No entry matches");
    }

    [Fact]
    public async Task Verifying_says_intact_and_names_the_head()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        var page = context.Render<AuditPage>();
        await VerifyAsync(page);
        await using var db = await context.OpenAsync();
        var head = (await db.AuditHeads.SingleAsync()).Hash;
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Intact: 1 entries");
        page.Find(".mud-alert code").TextContent.ShouldBe(head);
    }

    [Fact]
    public async Task Verifying_names_the_first_entry_that_was_changed_behind_its_back()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "two", new { });
        await using (var db = await context.OpenAsync())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TRIGGER \"AuditEntriesNoUpdate\"");
            await db.AuditEntries.Where(e => e.Sequence == 1).ExecuteUpdateAsync(s => s.SetProperty(e => e.Reason, "another"));
        }

        var page = context.Render<AuditPage>();
        await VerifyAsync(page);
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Broken at entry 1");
    }

    [Fact]
    public async Task A_checkpoint_is_signed_by_a_click_and_what_came_since_is_verified()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        var page = context.Render<AuditPage>();
        page.WaitForElement(".checkpoint").TextContent.ShouldContain("Nothing is signed yet");
        await Link(page, "Sign now");
        page.WaitForElement(".checkpoint strong").TextContent.ShouldBe("1 entries");
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "two", new { });
        await Link(page, "Verify what came since");
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Intact: 1 entries from number 2 on");
    }

    [Fact]
    public async Task Nothing_is_signed_over_a_changed_entry_and_the_page_says_so()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        await using (var db = await context.OpenAsync())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TRIGGER \"AuditEntriesNoUpdate\"");
            await db.AuditEntries.ExecuteUpdateAsync(s => s.SetProperty(e => e.Reason, "another"));
        }

        var page = context.Render<AuditPage>();
        page.WaitForElement(".checkpoint");
        await Link(page, "Sign now");
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Nothing was signed");
    }

    [Fact]
    public async Task The_log_is_narrowed_to_one_who_acted_and_an_export_takes_the_same()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await AppendAsync(context, "Eve Example", AuditActions.ReviewDecided, "one", new { });
        await AppendAsync(context, "Job", AuditActions.SweepRun, "two", new { });
        Go(context, "/audit?who=Job");
        var page = context.Render<AuditPage>();
        page.WaitForElements("tbody tr").ShouldHaveSingleItem().TextContent.ShouldContain("two");
        page.Find("select[name=who] option[selected]").TextContent.ShouldBe("Job");
    }

    private static Task Link(IRenderedComponent<AuditPage> page, string text) => page.FindAll("button.link").Single(b => b.TextContent.Trim() == text).ClickAsync(new());

    private static Task VerifyAsync(IRenderedComponent<AuditPage> page)
    {
        page.WaitForElement("tbody tr");
        return page.FindAll("button").Single(b => b.TextContent.Trim() == "Verify the chain").ClickAsync(new());
    }

    private static void Go(PageContext context, string address) => context.Get<NavigationManager>().NavigateTo(address);

    private static async Task AppendAsync(PageContext context, string who, string action, string reason, object details)
    {
        await using var db = await context.OpenAsync();
        await db.InTransactionAsync(async () =>
        {
            await context.Get<AuditLog>().AppendAsync(db, new Actor(ActorKind.Person, who, who), Then, new AuditDraft(action, Subjects.ReviewItem, Guid.CreateVersion7(), reason, details), CancellationToken.None);
            return Done.Value;
        }, CancellationToken.None);
    }
}
