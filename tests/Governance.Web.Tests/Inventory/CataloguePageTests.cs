using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Features.Inventory;
using Microsoft.EntityFrameworkCore;
using MudBlazor;

namespace Governance.Web.Tests.Inventory;

/// <summary>Adding to the catalogue: seen in numbers first, then applied.</summary>
public sealed class CataloguePageTests() : InventoryDesk(Roles.Administrator)
{
    [Fact]
    public async Task An_entry_is_previewed_then_added_and_marks_what_is_there()
    {
        await SaveAsync(db => db.Add(New("Helper", i => i.Attributes = """{"homepage":"https://bots.acme.ai"}""")));
        var page = Render<CataloguePage>();
        page.WaitForElement(".add");
        page.FindComponents<MudTextField<string>>()[0].Find("input").Change("acme.ai");
        await page.InvokeAsync(() => page.FindComponent<MudAutocomplete<string>>().Instance.ValueChanged.InvokeAsync("Acme"));
        Button(page, "Add").HasAttribute("disabled").ShouldBeTrue();
        await Button(page, "See what it changes").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".preview").TextContent.ShouldContain("1 identity will be marked"), TimeSpan.FromSeconds(10));
        await Button(page, "Add").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".own").TextContent.ShouldContain("acme.ai"), TimeSpan.FromSeconds(10));
        await using var db = await Contexts.CreateDbContextAsync();
        (await db.Identities.Select(i => db.Tools.First(t => t.Id == i.ToolId).Name).SingleAsync()).ShouldBe("Acme");
    }

    [Fact]
    public async Task A_value_that_would_match_anything_is_refused_in_place()
    {
        var page = Render<CataloguePage>();
        page.WaitForElement(".add");
        page.FindComponents<MudTextField<string>>()[0].Find("input").Change("ai");
        await page.InvokeAsync(() => page.FindComponent<MudAutocomplete<string>>().Instance.ValueChanged.InvokeAsync("Acme"));
        await Button(page, "See what it changes").ClickAsync(new());
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("Write a domain such as acme.ai"), TimeSpan.FromSeconds(10));
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<CataloguePage> page, string text) => page.FindAll(".add button").Single(b => b.TextContent.Trim() == text);
}
