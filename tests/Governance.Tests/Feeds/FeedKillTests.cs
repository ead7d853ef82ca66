using System.Diagnostics;
using Governance.Audit;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Feeds;

/// <summary>The command line fetches and is killed (SIGKILL) where a survivor could believe something wrong; the next one puts it right.</summary>
public sealed class FeedKillTests
{
    [Theory]
    [InlineData("feed.fetched")]
    [InlineData("feed.queued")]
    [InlineData("import.staged")]
    [InlineData("import.merging")]
    [InlineData("import.merged")]
    [InlineData("feed.imported")]
    public async Task Killed_anywhere_the_next_fetch_finds_what_is_there_and_what_is_gone_and_leaves_nothing_behind(string point)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(("fullEvery", "1")), GraphTenant.Secrets));
        await desk.ImportOfAsync(await desk.RunAsync(feed));
        tenant.Principals.RemoveAt(7);
        tenant.AddPrincipal(9);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();

        (await FetchAsync(desk.Test.Folder, point)).ShouldBe(137, "the process was killed there");
        await using (var db = desk.Test.Open())
        {
            // All or nothing: what the importer committed, or what was known before.
            var (gone, come) = (await db.Identities.CountAsync(i => i.MissingSince != null), await db.Identities.CountAsync(i => i.DisplayName == "principal 9"));
            (gone, come).ShouldBe(point is "import.merged" or "feed.imported" ? (1, 1) : (0, 0));
            // As if the lease had passed.
            await db.Feeds.ExecuteUpdateAsync(s => s.SetProperty(f => f.LeaseUntil, DateTimeOffset.UnixEpoch));
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        (await FetchAsync(desk.Test.Folder, null)).ShouldBe(0);
        await using var after = desk.Test.Open();
        (await after.Identities.Where(i => i.MissingSince != null).Select(i => i.DisplayName).ToListAsync()).ShouldBe(["principal 8"]);
        (await after.Identities.CountAsync()).ShouldBe(8 + 4 + 1);
        (await after.FeedRuns.CountAsync(r => r.EndedAt == null)).ShouldBe(0);
        (await after.FeedRuns.CountAsync(r => r.State == FeedRunState.Failed)).ShouldBe(1);
        (await after.ImportRuns.CountAsync(r => r.EndedAt == null)).ShouldBe(0);
        Directory.EnumerateFileSystemEntries(Path.Combine(desk.Test.Folder, "feeds")).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(desk.Test.Folder, "uploads")).ShouldBeEmpty();
        (await desk.Test.Get<ChainVerifier>().VerifyAsync(default)).Intact.ShouldBeTrue();
    }

    private static async Task<int> FetchAsync(string folder, string? fault)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Governance.Cli.dll"), "fetch", "--source", FeedDesk.Name, "--json"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Governance__DataDirectory"] = folder;
        start.Environment["Governance__Database__Provider"] = "Sqlite";
        start.Environment["GOVERNANCE_FAULT"] = fault;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode is 0 or 137 ? process.ExitCode : throw new InvalidOperationException($"The fetch ended with {process.ExitCode}: {await output} {await errors}");
    }
}
