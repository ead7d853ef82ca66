using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Features.Inventory;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Inventory;

/// <summary>A tool's picture with 3 identities and with 300.</summary>
public sealed class ToolPageTests() : InventoryDesk(Roles.SecurityEngineer)
{
    private readonly Tool tool = new() { Id = Guid.CreateVersion7(), Name = "Claude", Vendor = "Anthropic", Autonomy = Autonomy.Assistive, CreatedAt = TimeProvider.System.Now() };

    [Fact]
    public async Task Few_stand_each_by_itself_as_links_and_again_in_the_table()
    {
        var (a, b) = (New("a", i => (i.ToolId, i.Privileged) = (tool.Id, Reported.Yes)), New("b", i => i.ToolId = tool.Id));
        await SaveAsync(db => db.AddRange(tool, a, b, new IdentityLink { Id = Guid.CreateVersion7(), FromId = b.Id, ToId = a.Id, Kind = LinkKind.ActsAs, Rule = LinkRule.Annotation, Evidence = "role-arn names it", FirstSeenAt = TimeProvider.System.Now() }));
        var page = Render<ToolPage>(p => p.Add(x => x.Id, tool.Id));
        page.WaitForElement("svg.graph");
        page.FindAll(".wide-only svg a").Select(x => x.GetAttribute("href")).ShouldBe([$"/identities/{a.Id}", $"/identities/{b.Id}"]);
        page.Find(".wide-only svg a").GetAttribute("aria-label")!.ShouldContain("privileged");
        page.FindAll(".wide-only svg path.edge.actsas.open").Count.ShouldBe(1);
        page.Find(".twin:not(.tables)").TextContent.ShouldContain("Is acted as by b");
        page.Find(".twin:not(.tables)").TextContent.ShouldContain("role-arn names it");
        page.Find("h1").TextContent.ShouldContain("Claude");
    }

    [Fact]
    public async Task Three_hundred_are_a_few_nodes_with_the_privileged_first_and_all_counted()
    {
        await SaveAsync(db =>
        {
            db.Add(tool);
            for (var n = 0; n < 300; n++)
                db.Add(New($"i{n:000}", i => (i.ToolId, i.Privileged, i.Kind) = (tool.Id, n is 77 or 78 ? Reported.Yes : Reported.No, n % 2 == 0 ? IdentityKind.ServicePrincipal : IdentityKind.Application)));
        });
        var picture = (await Services.GetRequiredService<PictureQueries>().FindAsync(tool.Id, CancellationToken.None))!;
        picture.Totals.Identities.ShouldBe(300);
        var layout = PictureLayout.Of(picture, 3);
        layout.Nodes.Count.ShouldBe(6);
        layout.Nodes.Take(2).Select(n => n.Title).ShouldBe(["i077", "i078"], ignoreOrder: true);
        layout.Nodes.Where(n => n.Many).Sum(n => int.Parse(n.Title.Split(' ')[0])).ShouldBe(296);
        layout.Nodes.ShouldAllBe(n => n.X >= 0 && n.X + n.Width <= layout.Width && n.Y + n.Height <= layout.Height);
    }

    [Fact]
    public void A_tool_that_is_gone_is_said_to_be() => Render<ToolPage>(p => p.Add(x => x.Id, Guid.CreateVersion7())).WaitForElement(".empty").TextContent.ShouldContain("No such tool");
}
