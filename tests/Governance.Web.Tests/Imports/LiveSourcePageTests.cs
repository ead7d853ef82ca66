using System.Security.Claims;
using Bunit;
using Governance.Accounts;
using Governance.Common;
using Governance.Connectors;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Web.Features.Imports;
using Governance.Web.Security;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Governance.Web.Tests.Imports;

/// <summary>Connecting a source in the browser, over the real services and a source that answers as the test says.</summary>
public sealed class LiveSourcePageTests : BunitContext, IAsyncLifetime
{
    private const string Canary = "page-canary-90aa12";
    private readonly string folder = Directory.CreateTempSubdirectory("governance-live-").FullName;
    private readonly Account account = new() { Id = Guid.CreateVersion7(), UserName = "ada", NormalizedUserName = "ADA", DisplayName = "Ada Lovelace" };
    private readonly Answering source = new();

    public async ValueTask InitializeAsync()
    {
        this.AddConsole(folder, account.Id);
        Services.AddConnectors();
        Services.AddSingleton<IInventoryFeed>(source);
        Services.AddSingleton<FeedWorker>();
        await Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await using var db = await Services.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync(CancellationToken.None);
        db.AddRange(account, new AccountRole { AccountId = account.Id, Role = Roles.Administrator });
        await db.SaveChangesAsync();
        Render<MudPopoverProvider>();
        Render<MudDialogProvider>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_source_is_chosen_tested_connected_and_run_and_its_secret_is_never_shown_again()
    {
        var page = Render<LiveSourcePage>();
        page.WaitForElement("#kind").Change("answering");
        page.Find("pre").TextContent.ShouldBe("grant read to console");
        page.Find("#name").Change("The system");
        await page.Find("form").SubmitAsync();
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Address is missing");
        page.Find("#set-address").Change("here");
        page.Find("#set-password").Change(Canary);
        source.Answer = new Refusal("feed.rights", "It may not read tokens.");
        await page.FindAll("button").Single(b => b.TextContent.Contains("Test connection")).ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".mud-alert").TextContent.ShouldContain("It may not read tokens."));
        source.Answer = "It sees 3 tokens.";
        await page.FindAll("button").Single(b => b.TextContent.Contains("Test connection")).ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".mud-alert").TextContent.ShouldContain("It sees 3 tokens."));
        source.Seen.ShouldBe(Canary);
        await page.Find("form").SubmitAsync();
        var feed = (await Services.GetRequiredService<FeedQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem();
        Services.GetRequiredService<NavigationManager>().Uri.ShouldEndWith($"/settings/sources/live/{feed.Id:D}");

        var connected = Render<LiveSourcePage>(p => p.Add(x => x.Id, feed.Id));
        connected.WaitForElement("#set-password").GetAttribute("placeholder").ShouldBe("kept, sealed");
        connected.Markup.ShouldNotContain(Canary);
        await connected.FindAll("button").Single(b => b.TextContent.Contains("Run now")).ClickAsync(new());
        connected.WaitForElement(".running").TextContent.ShouldContain("Waiting");
        await Services.GetRequiredService<FeedRunner>().RunDueAsync(CancellationToken.None);
        var done = Render<LiveSourcePage>(p => p.Add(x => x.Id, feed.Id));
        done.WaitForAssertion(() => done.Find("table").TextContent.ShouldContain("1 new, 0 changed, 0 missing"));
        done.Find("table").TextContent.ShouldContain("Ada Lovelace");
    }

    [Fact]
    public void A_live_source_that_is_gone_says_so() =>
        Render<LiveSourcePage>(p => p.Add(x => x.Id, Guid.CreateVersion7())).WaitForElement(".empty").TextContent.ShouldContain("There is no such live source");

    private sealed class Answering : IInventoryFeed
    {
        public Outcome<string> Answer { get; set; } = "fine";

        public string? Seen { get; private set; }

        public string Kind => "answering";

        public string Title => "Answering";

        public string Summary => "Answers.";

        public SourceSystem System => SourceSystem.Generic;

        public IReadOnlyList<FeedSetting> Settings { get; } = [new("address", "Address", "Anything."), new("password", "Password", "Anything.", FeedSettingForm.Secret)];

        public IReadOnlyList<FeedInstruction> Instructions { get; } = [new("Grant it", "grant read to console")];

        public Refusal? Check(FeedSettings settings) => null;

        public Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
        {
            Seen = settings.Secret("password");
            return Task.FromResult(Answer);
        }

        public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
        {
            await to.AddAsync("identities", "csv", "external_id,name\r\na,Anna\r\n"u8.ToArray(), 1, ct);
            return new FeedFetch(true, []);
        }
    }
}
