using System.Text;
using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Features.Imports;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Tests.Imports;

/// <summary>The step between an upload and an import, for a table with columns of its own.</summary>
public sealed class ImportMapPageTests
{
    [Fact]
    public async Task Columns_are_proposed_previewed_chosen_and_confirmed()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var id = await UploadAsync(context, "Ref,Account Name,Login\n1,<b>Bot</b>,2026-11-01\n2,Mail bot,\n");
        var page = context.Render<ImportMapPage>(p => p.Add(m => m.Id, id));
        page.WaitForElements(".map-field").Count.ShouldBe(3);
        page.Find("[role='alert']").TextContent.ShouldContain("No column is mapped to external_id");
        page.FindAll(".map-preview").ShouldBeEmpty();
        await page.Find("select[aria-label='Field for ref']").ChangeAsync(new ChangeEventArgs { Value = "external_id" });
        var rows = page.WaitForElements(".map-preview tbody tr");
        rows.Count.ShouldBe(2);
        rows[0].TextContent.ShouldContain("<b>Bot</b>");
        rows[0].QuerySelectorAll("b").ShouldBeEmpty();
        await page.Find("select[aria-label='Field for login']").ChangeAsync(new ChangeEventArgs { Value = "last_used_at" });
        page.WaitForElements(".map-preview tbody tr")[0].TextContent.ShouldContain("2026-11-01");
        await page.FindAll("button").Single(b => b.TextContent.Contains("Import with this map")).ClickAsync(new());
        page.WaitForAssertion(() => context.Get<NavigationManager>().Uri.ShouldEndWith($"/imports/{id:D}"));
        (await context.Get<ImportService>().RunAsync(id, context.Me, CancellationToken.None)).Created.ShouldBe(2);
    }

    [Fact]
    public async Task What_does_not_wait_is_said_so()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        context.Render<ImportMapPage>(p => p.Add(m => m.Id, Guid.CreateVersion7())).WaitForElement(".empty").TextContent.ShouldContain("Nothing waits to be mapped here");
    }

    private static async Task<Guid> UploadAsync(PageContext context, string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return (await context.Get<ImportService>().QueueAsync(new ImportRequest("accounts.csv", "HR tool", InventoryReaders.Auto, Full: false, MayWait: true), stream, context.Me, CancellationToken.None)).OrThrow();
    }
}
