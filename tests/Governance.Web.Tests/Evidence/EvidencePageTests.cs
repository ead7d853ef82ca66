using Bunit;
using Governance.Common;
using Governance.Evidence;
using Governance.Web.Features.Evidence;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Evidence;

/// <summary>The page that makes packages and hands them out.</summary>
public sealed class EvidencePageTests
{
    [Fact]
    public async Task Without_a_package_it_says_what_to_do_first()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        context.Render<EvidencePage>().WaitForElement(".empty").TextContent.ShouldContain("No package yet");
    }

    [Fact]
    public async Task A_package_is_made_with_one_click_and_can_be_downloaded()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await context.IdentityAsync("invoice-agent");
        var page = context.Render<EvidencePage>();
        await MakeAsync(page);
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(1), TimeSpan.FromSeconds(60));
        await using var db = await context.OpenAsync();
        var package = await db.EvidencePackages.SingleAsync();
        page.FindAll("a[download]").Select(a => a.GetAttribute("href")).ShouldBe([$"/evidence/{package.Id}/report.pdf", $"/evidence/{package.Id}/package.zip"]);
        page.Find("tbody").TextContent.ShouldContain("Ada Lovelace");
        page.Find("tbody a").GetAttribute("href").ShouldBe($"/evidence/{package.Id}");
        page.Find("tbody").TextContent.ShouldContain("Draft");
    }

    [Fact]
    public async Task A_period_that_ends_before_it_begins_is_refused_and_what_was_typed_stays()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var page = context.Render<EvidencePage>();
        await DayAsync(page, 0, "2026-06-01");
        await DayAsync(page, 1, "2026-05-01");
        await MakeAsync(page);
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("The period ends before it begins.");
        page.FindAll("input[type=date]").Select(i => i.GetAttribute("value")).ShouldBe(["2026-06-01", "2026-05-01"]);
        page.FindAll(".empty").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_without_the_role_is_refused_by_the_service_even_if_the_page_were_open_to_them()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var page = context.Render<EvidencePage>();
        await MakeAsync(page);
        page.WaitForElement(".mud-alert").TextContent.ShouldContain(Roles.Auditor);
        await using var db = await context.OpenAsync();
        (await db.EvidencePackages.CountAsync()).ShouldBe(0);
    }

    private static Task DayAsync(IRenderedComponent<EvidencePage> page, int index, string day)
    {
        page.WaitForElement(".make");
        return page.FindAll("input[type=date]")[index].ChangeAsync(new() { Value = day });
    }

    private static Task MakeAsync(IRenderedComponent<EvidencePage> page)
    {
        page.WaitForElement(".make");
        return page.FindAll("button").Single(b => b.TextContent.Trim() == "Make package").ClickAsync(new());
    }
}
