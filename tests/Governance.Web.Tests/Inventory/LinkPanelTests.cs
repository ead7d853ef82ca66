using AngleSharp.Dom;
using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Features.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Inventory;

/// <summary>A person confirms what connects two identities, or splits them, with the evidence before their eyes.</summary>
public sealed class LinkPanelTests() : InventoryDesk(Roles.SecurityEngineer)
{
    [Fact]
    public async Task The_evidence_is_shown_encoded_and_a_link_is_confirmed_and_taken_back()
    {
        var (identity, link) = await LinkedAsync(LinkKind.SameAs, LinkRule.AppId, "Both have <b>id</b>");
        var panel = await PanelAsync(identity.Id);
        panel.Find(".links li").TextContent.ShouldContain("Both have <b>id</b>");
        panel.FindAll(".links b").ShouldBeEmpty();
        panel.Find($"a[href='/identities/{link.ToId}']").TextContent.ShouldBe("other");
        await Button(panel, "Confirm the link with other").ClickAsync(new());
        (await StateAsync(link.Id)).ShouldBe((LinkState.Confirmed, "Ada Lovelace", null));
        panel = await PanelAsync(identity.Id);
        panel.Find(".link-state").TextContent.ShouldContain("by Ada Lovelace");
        await Button(panel, "Take back the answer on other").ClickAsync(new());
        (await StateAsync(link.Id)).ShouldBe((LinkState.Candidate, null, null));
    }

    [Fact]
    public async Task Splitting_from_a_parent_asks_for_a_reason_and_says_that_access_ends()
    {
        var (identity, link) = await LinkedAsync(LinkKind.ParentOf, LinkRule.Parent, "Its source names the parent");
        var panel = await PanelAsync(identity.Id);
        _ = Button(panel, "Split from other").ClickAsync(new());
        Dialogs.WaitForAssertion(() => Dialogs.Markup.ShouldContain("Access that is inherited by it ends"));
        Dialogs.Find("textarea, .mud-dialog input").Input("They share a name only");
        await Dialogs.FindAll(".mud-dialog-actions button").Single(b => b.TextContent.Trim() == "Split").ClickAsync(new());
        await panel.WaitForAssertionAsync(() => StateAsync(link.Id).GetAwaiter().GetResult().ShouldBe((LinkState.Split, "Ada Lovelace", "They share a name only")));
    }

    [Fact]
    public async Task A_split_that_was_called_off_changes_nothing()
    {
        var (identity, link) = await LinkedAsync(LinkKind.SameAs, LinkRule.Fingerprint, "Both hold the secret");
        var panel = await PanelAsync(identity.Id);
        _ = Button(panel, "Split from other").ClickAsync(new());
        Dialogs.WaitForAssertion(() => Dialogs.Markup.ShouldContain("They will not be shown as connected"));
        Dialogs.Markup.ShouldNotContain("Access that is inherited");
        await Dialogs.FindAll(".mud-dialog-actions button").Single(b => b.TextContent.Trim() == "Cancel").ClickAsync(new());
        (await StateAsync(link.Id)).ShouldBe((LinkState.Candidate, null, null));
    }

    [Fact]
    public async Task Who_may_not_decide_sees_the_evidence_only_and_where_nothing_connects_it_says_so()
    {
        var (identity, _) = await LinkedAsync(LinkKind.ActsAs, LinkRule.RoleTrust, "trust policy names it");
        var links = await Services.GetRequiredService<LinkService>().ForAsync(identity.Id, default);
        var panel = Render<LinkPanel>(p => p.Add(l => l.Links, links).Add(l => l.MayDecide, false));
        panel.FindAll("button").ShouldBeEmpty();
        panel.Find(".links li").TextContent.ShouldContain("trust policy names it");
        Render<LinkPanel>(p => p.Add(l => l.Links, [])).Find(".muted").TextContent.ShouldContain("Nothing connects it");
    }

    private async Task<(Identity Identity, IdentityLink Link)> LinkedAsync(LinkKind kind, LinkRule rule, string evidence)
    {
        var (a, b) = (New("one"), New("other"));
        var link = new IdentityLink { Id = Guid.CreateVersion7(), FromId = a.Id, ToId = b.Id, Kind = kind, Rule = rule, Evidence = evidence, State = LinkState.Candidate, FirstSeenAt = TimeProvider.System.Now() };
        await SaveAsync(db => db.AddRange(a, b, link));
        return (a, link);
    }

    private async Task<IRenderedComponent<LinkPanel>> PanelAsync(Guid identity)
    {
        var links = await Services.GetRequiredService<LinkService>().ForAsync(identity, default);
        return Render<LinkPanel>(p => p.Add(l => l.Links, links).Add(l => l.MayDecide, true));
    }

    private async Task<(LinkState, string?, string?)> StateAsync(Guid id)
    {
        await using var db = await Contexts.CreateDbContextAsync();
        var link = await db.IdentityLinks.AsNoTracking().SingleAsync(l => l.Id == id);
        return (link.State, link.DecidedBy, link.Reason);
    }

    private static IElement Button(IRenderedComponent<LinkPanel> panel, string label) => panel.Find($"button[aria-label='{label}']");
}
