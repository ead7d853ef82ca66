using Bunit;
using Governance.Common;
using Governance.Evidence;
using Governance.Web.Features.Evidence;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Evidence;

/// <summary>Statements with today's figures, and the records behind one.</summary>
public sealed class FrameworksPageTests
{
    [Fact]
    public async Task Each_statement_has_its_figures_and_what_has_none_says_so()
    {
        await using var context = await PageContext.OpenAsync(Roles.CampaignManager);
        await context.IdentityAsync("invoice-agent");
        var page = context.Render<FrameworksPage>();
        page.FindAll("tbody tr").Count.ShouldBe(46);
        page.Markup.ShouldContain("Not evidenced by this system.");
        page.WaitForAssertion(() => Row(page, "GV.RR-02").ShouldContain("0 of 1"), TimeSpan.FromSeconds(60));
        page.WaitForAssertion(() => Row(page, "GV.RR-04").ShouldContain("no population"), TimeSpan.FromSeconds(60));
        page.FindAll("a").Select(a => a.GetAttribute("href")).ShouldContain("/evidence/metrics/M06");
    }

    [Fact]
    public async Task A_file_with_an_error_is_told_on_the_page()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await File.WriteAllTextAsync(Path.Combine(context.Get<FrameworkLibrary>().Folder, "mine.json"), "[]");
        context.Render<FrameworksPage>().WaitForElement(".mud-alert").TextContent.ShouldContain("mine.json: the file holds no object");
    }

    [Fact]
    public async Task The_records_behind_a_figure_are_one_click_and_one_file_away()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        await context.IdentityAsync("<b>invoice</b>");
        var page = context.Render<MetricPage>(p => p.Add(x => x.Metric, "M06"));
        page.WaitForElement("tbody tr").TextContent.ShouldContain("<b>invoice</b>");
        page.Markup.ShouldContain("0 of 1");
        page.FindAll("a").Select(a => a.GetAttribute("href")).ShouldContain("/evidence/metrics/M06.csv");
        context.Services.GetRequiredService<NavigationManager>().NavigateTo("/evidence/metrics/M06?verdict=Met");
        page.WaitForElement(".empty").TextContent.ShouldContain("No such record");
    }

    [Fact]
    public async Task A_metric_without_data_says_what_to_attach()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        context.Render<MetricPage>(p => p.Add(x => x.Metric, "M14")).WaitForElement(".empty").TextContent.ShouldContain("Attach the verification log");
        context.Render<MetricPage>(p => p.Add(x => x.Metric, "M99")).WaitForElement(".empty").TextContent.ShouldContain("M01 to M35");
    }

    private static string Row(IRenderedComponent<FrameworksPage> page, string id) => page.FindAll("tbody tr").Single(r => r.QuerySelector("strong")!.TextContent == id).TextContent;
}
