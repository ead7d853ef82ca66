using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Web.Features.Imports;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Imports;

/// <summary>The pages around imports, and the upload over the real host.</summary>
public sealed class ImportPagesTests : BunitContext, IAsyncLifetime
{
    private static readonly Actor Admin = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
    private readonly string folder = Directory.CreateTempSubdirectory("governance-imports-").FullName;

    public async ValueTask InitializeAsync()
    {
        Services.AddLogging();
        Services.AddGovernance(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder }).Build());
        await Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_format_that_is_read_stands_on_the_page_of_formats()
    {
        var page = Render<FormatsPage>();
        var readers = Services.GetRequiredService<InventoryReaders>().All;
        page.FindAll("dt").Select(e => e.TextContent).ShouldBe(readers.Select(r => r.Format), ignoreOrder: true);
        var mcp = page.Find("#mcp-configuration");
        mcp.TextContent.ShouldContain("claude_desktop_config.json");
        mcp.QuerySelectorAll("td code").Length.ShouldBeGreaterThan(3);
        page.FindAll("nav a").Count.ShouldBe(page.FindAll("section").Count);
    }

    [Fact]
    public void Documentation_is_shown_as_text_whatever_it_holds()
    {
        var page = Render<DocsText>(p => p.Add(d => d.Text, "<!-- note -->\n# Title\nUse `a < b` and **<b>bold</b>**.\n\n- one\n  more\n- two\n\n```\n<script>x</script>\n```\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"));
        page.FindAll("script").ShouldBeEmpty();
        page.Find("pre").TextContent.ShouldBe("<script>x</script>");
        page.Find("p").TextContent.ShouldBe("Use a < b and <b>bold</b>.");
        page.FindAll("li").Select(l => l.TextContent).ShouldBe(["one more", "two"]);
        page.FindAll("td").Select(l => l.TextContent).ShouldBe(["1", "2"]);
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, "1 further record (keys, grants, sightings) tells of these identities and was joined to them")]
    [InlineData(1200, 3, "1,200 further records (keys, grants, sightings) tell of these identities and were joined to them. 3 records are of kinds that are no identities, and were not inventoried")]
    public void What_was_joined_and_what_was_not_inventoried_is_told_in_words(int attached, int notInventoried, string? words) =>
        ImportWords.Beside(attached, notInventoried).ShouldBe(words is null ? null : words + ".");

    [Fact]
    public async Task Several_files_sent_at_once_are_one_import()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada", Roles.Administrator);
        using var browser = await console.SignedInAsync("ada");
        var token = await ConsoleUnderTest.TokenAsync(browser, "/sign-out");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""{"data":[{"object":"organization.project.service_account","id":"user-1","name":"Bot","created_at":1743941099}]}""", Encoding.UTF8), Uri.EscapeDataString("exports/accounts ä.json"), "file" },
            { new StringContent("""{"data":[{"object":"organization.project.api_key","id":"key_1","name":"K","created_at":1743941099,"owner":{"type":"service_account","service_account":{"id":"user-1"}}}]}""", Encoding.UTF8), Uri.EscapeDataString("exports/keys.json"), "file" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/imports/upload?source=OpenAI&format=auto&full=false&name=both") { Content = form };
        request.Headers.Add("RequestVerificationToken", token);
        using var answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var run = await console.Get<ImportService>().RunAsync(id, Admin, CancellationToken.None);
        for (var tries = 0; run.EndedAt is null && tries < 600; tries++)
        {
            await Task.Delay(100, Xunit.TestContext.Current.CancellationToken);
            run = (await console.Get<ImportQueries>().FindRunAsync(id, CancellationToken.None))!.Run;
        }

        (run.State, run.Created, run.Attached).ShouldBe((ImportRunState.Completed, 1, 1), run.Message);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_refused_and_leaves_nothing()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada", Roles.Administrator);
        using var browser = await console.SignedInAsync("ada");
        using var content = new ByteArrayContent("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n{\"data\""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/imports/upload?source=X&format=auto&full=false&name=both") { Content = content };
        request.Headers.Add("RequestVerificationToken", await ConsoleUnderTest.TokenAsync(browser, "/sign-out"));
        using var answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("broke off");
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        (await db.ImportRuns.AnyAsync()).ShouldBeFalse();
    }
}
