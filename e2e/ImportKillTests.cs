using System.Globalization;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.E2E.Support;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Governance.E2E;

/// <summary>
/// The web host is killed (SIGKILL) while it works on a file that was uploaded in the browser, and started again by nobody's help but its own records: the run
/// ends by itself, with the counts and records of one that was never disturbed.
/// </summary>
public sealed class ImportKillTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Rows = 1_200;
    private const string Password = "a sentence that is long enough";
    private readonly string folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;

    [Theory]
    [InlineData("import.staged")]
    [InlineData("import.merging")]
    [InlineData("import.merged")]
    public async Task Killed_during_an_import_nothing_is_lost_nothing_is_doubled_and_the_counts_add_up(string point)
    {
        await UploadUntilKilledAsync(point);
        var before = await LookAsync();
        // The commit is what separates the two: before it there is nothing of the file, after it all.
        before.Identities.ShouldBe(point == "import.merged" ? Rows - 2 : 0, point);

        await using var again = await ConsoleProcess.StartAsync(folder);
        await using (var window = await chromium.OpenAsync(again))
        {
            await window.SignInAsync("anna@kill.example", Password);
            await window.GoAsync("/imports");

            // Until the page is live, what was rendered beforehand is replaced, and a click on it with it.
            await Assertions.Expect(window.Page.GetByLabel("File: identities or people")).ToBeEnabledAsync();
            await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "identities.csv" }).ClickAsync();
            await window.SeesAsync("1,200 read = 1,198 created + 0 changed + 0 unchanged + 2 rejected");
        }

        await again.KillAsync();
        var after = await LookAsync();
        after.ShouldBe(new Left(Rows - 2, Rows - 2, 2 * (Rows - 2), 2, 1, 0, 1));
        Directory.EnumerateFiles(Path.Combine(folder, "uploads")).ShouldBeEmpty("the stored file is not needed any more");
    }

    private async Task UploadUntilKilledAsync(string point)
    {
        await using var console = await ConsoleProcess.StartAsync(folder, point + ":1");
        await using var window = await chromium.OpenAsync(console);
        await window.SetUpAsync("Anna Administrator", "anna@kill.example", Password);
        await window.GoAsync("/imports");
        await Assertions.Expect(window.Page.GetByLabel("File: identities or people")).ToBeEnabledAsync();
        await window.Page.GetByLabel("File: identities or people").SetInputFilesAsync(await WriteAsync());
        await window.FillAsync("Source", "Directory");
        await window.Button("Import").Last.ClickAsync();
        await console.EndedAsync();
    }

    private async Task<string> WriteAsync()
    {
        var text = new StringBuilder("external_id,name,kind,owner,created_at,credentials,entitlements\n");
        for (var n = 1; n <= Rows; n++)
        {
            // Two rows can't be taken: one has no id, one names a day that is none.
            var (id, created) = (n == 400 ? string.Empty : n.ToString("svc-00000", CultureInfo.InvariantCulture), n == 900 ? "yesterday" : "2026-01-05");
            text.Append(CultureInfo.InvariantCulture, $"{id},Service {n},ServiceAccount,team@kill.example,{created},key-{n}|ApiKey|2026-01-05|never|2026-11-01,!Write@Ledger;Read@Ledger\n");
        }

        var path = Path.Combine(folder, "identities.csv");
        await File.WriteAllTextAsync(path, text.ToString());
        return path;
    }

    /// <summary>What stands in the tables of the ended process.</summary>
    private async Task<Left> LookAsync()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder }).Build();
        await using var services = new ServiceCollection().AddLogging().AddGovernance(settings).BuildServiceProvider();
        await using var db = await services.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        (await services.GetRequiredService<ChainVerifier>().VerifyAsync(CancellationToken.None)).Intact.ShouldBeTrue();
        var left = new Left(
            await db.Identities.CountAsync(),
            await db.Credentials.CountAsync(),
            await db.Grants.CountAsync(),
            await db.ImportRejects.CountAsync(),
            await db.ImportRuns.CountAsync(),
            await db.StagedIdentities.CountAsync(),
            await db.AuditEntries.CountAsync(e => e.Action == AuditActions.ImportCompleted));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        return left;
    }

    private sealed record Left(int Identities, int Credentials, int Grants, int Rejects, int Runs, int Staged, int Completions);
}
