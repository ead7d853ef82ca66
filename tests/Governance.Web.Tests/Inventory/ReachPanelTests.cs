using Bunit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Web.Features.Findings;
using Governance.Web.Features.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Inventory;

/// <summary>The blast radius as a graph with its tables, a tool's risk, and what it needs.</summary>
public sealed class ReachPanelTests() : InventoryDesk(Roles.SecurityEngineer)
{
    private readonly Tool tool = new() { Id = Guid.CreateVersion7(), Name = "Claude", Autonomy = Autonomy.Assistive, CreatedAt = TimeProvider.System.Now() };

    [Fact]
    public async Task What_the_graph_shows_stands_in_the_tables_too()
    {
        var (a, b) = (New("agent", i => i.ToolId = tool.Id), New("role", i => i.Privileged = Reported.Yes));
        await SaveAsync(db => db.AddRange(tool, a, b, new IdentityLink { Id = Guid.CreateVersion7(), FromId = a.Id, ToId = b.Id, Kind = LinkKind.ActsAs, Rule = LinkRule.RoleTrust, Evidence = "trust", FirstSeenAt = TimeProvider.System.Now() }));
        var panel = Render<ReachPanel>(p => p.Add(x => x.IdentityId, a.Id));
        panel.WaitForElement("svg.graph");
        panel.FindAll("svg a").Select(x => x.GetAttribute("href")).ShouldBe([$"/identities/{a.Id}", $"/identities/{b.Id}"]);
        panel.FindAll("svg a")[1].GetAttribute("aria-label")!.ShouldEndWith(", privileged");
        panel.FindAll("svg path.edge.open").Count.ShouldBe(1);
        panel.Find(".twin").TextContent.ShouldContain("agent is let in as it (nobody has confirmed that)");
        panel.Find("p").TextContent.ShouldBe("Whoever took it over could act as 1 other identity, and hold no permission that is reported.");
        panel.Find(".twin").TextContent.ShouldContain("No live credential is reported. That is not the same as having none.");
    }

    [Fact]
    public void Everything_stands_inside_the_picture_and_the_rest_is_counted()
    {
        var starts = Enumerable.Range(0, 12).Select(n => Reached($"s{n}", 0)).ToList();
        var others = Enumerable.Range(0, 60).Select(n => Reached($"o{n}", 1) with { FromId = starts[0].Id }).ToList();
        var reach = new BlastRadius("x", starts, 200, others, true, [new ReachedSource(Guid.CreateVersion7(), "Entra", 5000, starts[0].Id, "administers all of it, by Owner")],
            [.. Enumerable.Range(0, 12).Select(n => new ReachedResource(Guid.Empty, "Entra", $"r{n}", 1, 0, 0, "Read"))], 224, 300, 0, [.. Enumerable.Range(0, 12).Select(n => new WayIn(starts[0].Id, $"k{n}", "token", false))], 40, null);
        var layout = ReachLayout.Of(reach);
        layout.Nodes.ShouldAllBe(n => n.X >= 0 && n.X + ReachLayout.NodeWidth <= layout.Width && n.Y + ReachLayout.NodeHeight <= layout.Height);
        layout.Nodes.Where(n => n.Kind == "more").Select(n => n.Title).ShouldBe(["And 204 more of its identities", "And 32 more credentials", "And 52 more, and others not followed", "And 216 more places"]);
        layout.Nodes.GroupBy(n => (n.X, n.Y)).ShouldAllBe(g => g.Count() == 1);

        static ReachedIdentity Reached(string name, int step) => new(Guid.CreateVersion7(), name, IdentityKind.Role, "Entra", Reported.Unknown, 0, step, Guid.Empty, "is let in as it", true);
    }

    [Fact]
    public async Task A_tools_risk_can_be_added_up_from_the_page()
    {
        await SaveAsync(db =>
        {
            db.Add(tool);
            for (var n = 0; n < 13; n++)
                db.Add(New($"i{n:00}", i => (i.ToolId, i.Exposure, i.Risk) = (tool.Id, n == 0 ? 0 : n * 10, 1)));
        });
        var panel = Render<ToolRiskPanel>(p => p.Add(x => x.ToolId, tool.Id));
        var rows = panel.WaitForElements("tr").Select(r => (Text: r.Children[0].TextContent.Trim(), Number: r.Children[1].TextContent.TrimStart('+'))).ToList();
        rows.Take(11).Sum(r => int.Parse(r.Number)).ShouldBe(780);
        rows[10].ShouldBe(("2 more", "30"));
        rows[11].ShouldBe(("1 without an open finding", "0"));
        rows[12].ShouldBe(("Exposure points", "780"));
        rows[13].ShouldBe(("Risk (100 × 780 / (780 + 200), fractions cut)", "79"));
    }

    [Fact]
    public async Task What_it_needs_is_declared_with_a_reason_and_shown_with_who_said_it()
    {
        await SaveAsync(db => db.Add(tool));
        var panel = Render<ToolNeedPanel>(p => p.Add(x => x.ToolId, tool.Id).Add(x => x.MayChange, true));
        panel.WaitForElement("button").Click();
        var dialog = Dialogs;
        dialog.WaitForElement("textarea").Input("Files.Read\n Mail.* ");
        dialog.Find("button.mud-button-filled").HasAttribute("disabled").ShouldBeTrue();
        dialog.FindAll("input")[^1].Input("the vendor's manual");
        dialog.Find("button.mud-button-filled").Click();
        panel.WaitForAssertion(() => panel.FindAll("li").Count.ShouldBe(2));
        panel.Find("li").TextContent.ShouldContain("Ada Lovelace");
        panel.Find("li").TextContent.ShouldContain("the vendor's manual");
        await using var db = await Contexts.CreateDbContextAsync(CancellationToken.None);
        (await db.ToolNeeds.CountAsync(CancellationToken.None)).ShouldBe(2);
    }
}
