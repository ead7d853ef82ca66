using System.Text;
using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Web.Features.Imports;
using Governance.Web.Features.People;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Imports;

/// <summary>A reading of a directory that lost many at once waits on its page for a person.</summary>
public sealed class HeldImportPageTests
{
    [Fact]
    public async Task It_says_what_would_happen_and_goes_on_once_somebody_says_why()
    {
        await using var page = await PageContext.OpenAsync(Roles.Administrator);
        (await ImportAsync(page, gone: 0)).State.ShouldBe(ImportRunState.Completed);
        var held = await ImportAsync(page, gone: 5);
        held.State.ShouldBe(ImportRunState.Held);
        var run = page.Render<ImportRunPage>(p => p.Add(r => r.Id, held.Id));
        run.WaitForAssertion(() => run.Markup.ShouldContain("5 of 10 active people would be gone"));
        var confirming = run.FindAll("button").Single(b => b.TextContent.Trim() == "They are really gone…").ClickAsync(new());
        await page.AnswerAsync("They are gone", "Checked with HR.");
        await confirming;
        run.WaitForAssertion(() => run.Markup.ShouldContain("Ada Lovelace confirmed"));
        (await page.Get<ImportService>().RunAsync(held.Id, page.Me, default)).State.ShouldBe(ImportRunState.Completed);
        await using var db = await page.OpenAsync();
        (await db.People.CountAsync(p => p.Status == PersonStatus.Left)).ShouldBe(5);
    }

    [Fact]
    public async Task An_auditor_sees_it_and_has_no_button()
    {
        await using var page = await PageContext.OpenAsync(Roles.Auditor);
        await ImportAsync(page, gone: 0);
        var held = await ImportAsync(page, gone: 5);
        var run = page.Render<ImportRunPage>(p => p.Add(r => r.Id, held.Id));
        run.WaitForAssertion(() => run.Markup.ShouldContain("would be gone"));
        run.FindAll("button").ShouldNotContain(b => b.TextContent.Contains("really gone", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Roles.Administrator, 1)]
    [InlineData(Roles.SecurityEngineer, 0)]
    public async Task The_limits_stand_under_the_people_for_administrators(string role, int forms)
    {
        await using var page = await PageContext.OpenAsync(role);
        var people = page.Render<PeoplePage>();
        people.WaitForAssertion(() => people.Markup.ShouldContain("Nobody here yet"));
        people.FindAll("details.guard").Count.ShouldBe(forms);
        if (forms == 0)
            return;
        await people.Find("#guard-people").ChangeAsync(new() { Value = "101" });
        await people.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        people.WaitForAssertion(() => people.Markup.ShouldContain("The shares are 1 to 100 per cent."));
        await people.Find("#guard-people").ChangeAsync(new() { Value = "40" });
        await people.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        page.Says("The shares are kept.");
        (await page.Get<PeopleGuard>().GetAsync(default)).MostPeople.ShouldBe(40);
    }

    private static async Task<ImportRun> ImportAsync(PageContext page, int gone)
    {
        var csv = "id,name,mail,status\n" + string.Concat(Enumerable.Range(1, 10).Select(i => $"p{i},Person {i},p{i}@example.com,{(i <= gone ? "left" : "active")}\n"));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var imports = page.Get<ImportService>();
        var run = (await imports.QueueAsync(new ImportRequest("people.csv", string.Empty, InventoryReaders.Auto, Full: true), content, Actor.Job("test"), default)).OrThrow();
        return await imports.RunAsync(run, Actor.Job("test"), default);
    }
}
