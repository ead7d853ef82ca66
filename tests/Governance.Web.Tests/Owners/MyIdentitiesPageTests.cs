using System.Security.Claims;
using Bunit;
using Governance.Accounts;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Web.Features.Owners;
using Governance.Web.Security;
using Governance.Web.Shared;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Governance.Web.Tests.Owners;

/// <summary>The page where people say what is theirs, over the real services and a database of its own.</summary>
public sealed class MyIdentitiesPageTests : BunitContext, IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-page-").FullName;
    private readonly Person ada = new() { Id = Guid.CreateVersion7(), ExternalId = "1", Name = "Ada Lovelace", Mail = "ada@example.com", FirstSeenAt = TimeProvider.System.Now(), LastSeenAt = TimeProvider.System.Now(), ContentHash = "x" };
    private readonly Account account = new() { Id = Guid.CreateVersion7(), UserName = "ada", NormalizedUserName = "ADA", DisplayName = "Ada Lovelace" };
    private IRenderedComponent<MudDialogProvider> dialogs = default!;

    public async ValueTask InitializeAsync()
    {
        this.AddConsole(folder, account.Id);
        await Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        account.PersonId = ada.Id;
        await SaveAsync(db => db.AddRange(ada, account));
        Render<MudPopoverProvider>();
        dialogs = Render<MudDialogProvider>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Nothing_to_answer_says_what_the_page_is_for() =>
        Render<MyIdentitiesPage>().WaitForElement(".empty").TextContent.ShouldContain("Nothing waits for you");

    [Fact]
    public async Task One_is_accepted_with_one_click_and_moves_to_what_is_mine()
    {
        await AskedAsync("notion-connector", "gong-reader");
        var page = Render<MyIdentitiesPage>();
        page.WaitForElements(".mine-row.asked").Count.ShouldBe(2);
        await page.Find("button[aria-label='It is mine: notion-connector']").ClickAsync(new());
        page.WaitForAssertion(() => page.FindAll(".mine-row.asked").Count.ShouldBe(1));
        page.Find("section[aria-labelledby='owned']").TextContent.ShouldContain("notion-connector");
        (await StatesAsync()).ShouldBe([OwnerState.Proposed, OwnerState.Accepted], ignoreOrder: true);
    }

    [Fact]
    public async Task Many_are_chosen_and_declined_together_with_one_reason()
    {
        await AskedAsync("one", "two", "three");
        var page = Render<MyIdentitiesPage>();
        page.WaitForElements(".mine-row.asked").Count.ShouldBe(3);
        page.FindAll(".mine-bar").ShouldBeEmpty();
        await page.Find(".mine-all input").ChangeAsync(new() { Value = true });
        page.Find(".mine-bar").TextContent.ShouldContain("3 identities chosen");
        _ = page.FindAll(".mine-bar button")[1].ClickAsync(new());
        dialogs.WaitForElement("textarea").Input("belongs to finance");
        await dialogs.FindAll("button").Single(b => b.TextContent.Contains("Decline")).ClickAsync(new());
        page.WaitForAssertion(() => page.FindAll(".mine-row.asked").ShouldBeEmpty(), TimeSpan.FromSeconds(10));
        (await StatesAsync()).ShouldAllBe(s => s == OwnerState.None);
        await using var db = await Contexts.CreateDbContextAsync();
        (await db.OwnerAssignments.Select(a => a.AnswerReason).Distinct().ToListAsync()).ShouldBe(["belongs to finance"]);
    }

    [Fact]
    public async Task A_name_from_a_source_is_shown_as_text()
    {
        await AskedAsync("<script>alert(1)</script>");
        var page = Render<MyIdentitiesPage>();
        page.WaitForElement(".mine-row.asked strong").TextContent.ShouldBe("<script>alert(1)</script>");
        page.FindAll("script").ShouldBeEmpty();
    }

    private IDbContextFactory<GovernanceDb> Contexts => Services.GetRequiredService<IDbContextFactory<GovernanceDb>>();

    private async Task AskedAsync(params string[] names)
    {
        var now = TimeProvider.System.Now();
        var source = new Source { Id = Ids.New(now), Name = "Entra contoso", CreatedAt = now };
        var identities = names.Select(n => new Identity
        {
            Id = Ids.New(now),
            SourceId = source.Id,
            ExternalId = n,
            DisplayName = n,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = now,
            LastSeenAt = now,
            State = LifecycleState.Discovered,
            StateSince = now,
            UnownedSince = now,
        }).ToList();
        await SaveAsync(db =>
        {
            db.Add(source);
            db.AddRange(identities);
        });
        (await Services.GetRequiredService<OwnershipService>().AssignAsync([.. identities.Select(i => i.Id)], ada.Id, "you made it", Actor.CommandLine("eve"), CancellationToken.None)).ShouldAllBe(o => o.Refusal == null);
    }

    private async Task<List<OwnerState>> StatesAsync()
    {
        await using var db = await Contexts.CreateDbContextAsync();
        return await db.Identities.Select(i => i.OwnerState).ToListAsync();
    }

    private async Task SaveAsync(Action<GovernanceDb> change)
    {
        await using var db = await Contexts.CreateDbContextAsync();
        change(db);
        await db.SaveChangesAsync();
    }
}
