using System.Text;
using Governance.Audit;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Inventory.Formats;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.BadInput;

/// <summary>
/// What holds of every import, whatever its format: I-05, I-07, I-09 and I-10. Beside them: I-06 (killed anywhere) stands in FeedKillTests and in the browser's ImportKillTests,
/// I-08 (bounded) in <see cref="BadInputTests"/> and <see cref="ArchiveTests"/>, I-11 (no secret in any byte) in <see cref="CanaryTests"/>.
/// </summary>
public sealed class ImportInvariantTests
{
    private const string Header = "external_id,name,kind,enabled,tool,credentials,entitlements,team\n";

    [Theory, EachDatabase]
    public async Task I_05_The_same_file_twice_changes_no_row_and_writes_no_fact_but_the_run(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        foreach (var (folder, file) in new[] { ("aws", "example_authz_v2.json"), ("entra", "service-principals.json"), ("kubernetes", "spire-server.yaml"), ("csv", "identities.csv") })
        {
            var content = FormatTesting.Data(folder, file);
            (await test.ImportAsync(content, full: true, source: file)).Created.ShouldBeGreaterThan(0);
            var (before, facts) = (await StateAsync(test), await FactsAsync(test));
            test.Clock.Advance(TimeSpan.FromHours(1));
            var again = await test.ImportAsync(content, full: true, source: file);
            (again.Created, again.Changed, again.Missing, again.Returned).ShouldBe((0, 0, 0, 0), file);
            (await StateAsync(test)).ShouldBe(before, file);
            (await FactsAsync(test) - facts).ShouldBe(1, file);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I_07_What_is_read_is_taken_or_rejected_with_place_and_reason_and_nothing_is_lost(int seed)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
#pragma warning disable CA5394 // A seeded sequence, so that a failure can be seen again.
        var random = new Random(seed);
        var (csv, good, lines) = (new StringBuilder(Header), 0, 0);
        for (var n = 0; n < 3000; n++)
        {
            var bad = random.Next(8);
#pragma warning restore CA5394
            lines++;
            good += bad > 3 ? 1 : 0;
            csv.Append(bad switch
            {
                0 => $",No id,,,,,,{n}\n",
                1 => $"b{n},Bad,nonsense,,,,,\n",
                2 => $"b{n},Bad,,,\n",
                3 => $"b{n},Bad,,perhaps,,,,\n",
                _ => $"g{n},Good {n},workload,true,,,,\n",
            });
        }

        var run = await test.ImportAsync(csv.ToString());
        run.Counts().ShouldBe((lines, good, 0, 0, lines - good, 0, 0));
        await using var db = test.Open();
        (await db.Identities.CountAsync()).ShouldBe(good);
        (await db.ImportRejects.CountAsync(r => r.RunId == run.Id && r.Place.StartsWith("line ") && r.Reason != "")).ShouldBe(lines - good);
    }

    [Theory, EachDatabase]
    public async Task I_09_Absence_never_deletes_neither_the_identity_nor_what_people_said_of_it(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,One,,,,k1|apikey||never|,read@x,\nb,Two,,,,,,\n", full: true);
        Guid id;
        await using (var db = test.Open())
        {
            id = await db.Identities.Where(i => i.ExternalId == "a").Select(i => i.Id).SingleAsync();
            await db.Identities.Where(i => i.Id == id).ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolDecidedBy, "Eve"));
        }

        for (var census = 0; census < 3; census++)
        {
            test.Clock.Advance(TimeSpan.FromDays(40));
            await test.ImportAsync(Header + "b,Two,,,,,,\n", full: true);
        }

        await using var after = test.Open();
        var gone = await after.Identities.SingleAsync(i => i.Id == id);
        (gone.MissingSince, gone.ToolDecidedBy).ShouldBe((TestDatabase.Noon.AddDays(40), "Eve"));
        (await after.Credentials.CountAsync(c => c.IdentityId == id), await after.Grants.CountAsync(g => g.IdentityId == id)).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task I_10_The_order_of_rows_and_of_files_does_not_alter_the_final_state(int seed)
    {
        string[] rows = [.. Enumerable.Range(0, 60).Select(n => $"id{n},Name {n % 7},workload,{(n % 2 == 0 ? "true" : "false")},Tool {n % 5},k{n}|apikey||never|,{(n % 3 == 0 ? "!" : string.Empty)}write{n % 4}@r{n % 6},t{n % 3}\n")];
        var details = FormatTesting.Text("aws", "example_authz_v2.json");
        var (keys, report) = (FormatTesting.Text("aws", "access-keys.json"), FormatTesting.Text("aws", "credential-report.csv"));
        await using var straight = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await straight.ImportAsync(Header + string.Concat(rows), source: "Rows");
        await straight.ImportAsync(FormatTesting.Zip(("1", details), ("2", keys), ("3", report)), source: "Files");
        await using var shuffled = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
#pragma warning disable CA5394 // A seeded sequence, so that a failure can be seen again.
        var random = new Random(seed);
        random.Shuffle(rows);
        string[] names = ["1", "2", "3"];
        random.Shuffle(names);
#pragma warning restore CA5394
        await shuffled.ImportAsync(FormatTesting.Zip((names[0], FormatTesting.Reversed(details)), (names[1], FormatTesting.Reversed(keys)), (names[2], report)), source: "Files");
        await shuffled.ImportAsync(Header + string.Concat(rows), source: "Rows");
        (await StateAsync(shuffled)).ShouldBe(await StateAsync(straight));
    }

    /// <summary>Every identity with its credentials and grants as text, without what is made up anew in each database.</summary>
    private static async Task<string> StateAsync(TestDatabase test)
    {
        await using var db = test.Open();
        var tools = await db.Tools.ToDictionaryAsync(t => t.Id, t => t.Name);
        var entitlements = await db.Entitlements.ToDictionaryAsync(e => e.Id);
        var credentials = (await db.Credentials.AsNoTracking().ToListAsync()).ToLookup(c => c.IdentityId, c => $"{c.ExternalId} {c.Kind} {c.DisplayName} {c.CreatedAt} {c.ExpiresAt} {c.LastUsedAt} {c.Usage} {c.Enabled} {c.MissingSince}");
        var grants = (await db.Grants.AsNoTracking().ToListAsync()).ToLookup(g => g.IdentityId, g => $"{entitlements[g.EntitlementId].Key} {entitlements[g.EntitlementId].Privileged} {g.Path} {g.Via} {g.Consent} {g.MissingSince}");
        return string.Join('\n', (await db.Identities.AsNoTracking().ToListAsync()).OrderBy(i => i.ExternalId, StringComparer.Ordinal).Select(i =>
            $"{i.ExternalId} {i.Kind} {i.DisplayName} {i.Description} {i.Enabled} {i.Publisher} {i.CreatedInSourceAt} {i.LastUsedAt} {i.Usage} {i.Privileged} {i.Attributes} {(i.ToolId is { } t ? tools[t] : null)} {i.MissingSince}"
            + $"\n  {string.Join("\n  ", credentials[i.Id].Order(StringComparer.Ordinal))}\n  {string.Join("\n  ", grants[i.Id].Order(StringComparer.Ordinal))}"));
    }

    private static async Task<int> FactsAsync(TestDatabase test)
    {
        await using var db = test.Open();
        return await db.AuditEntries.CountAsync(e => e.Action != AuditActions.SourceAdded) + await db.IdentityChanges.CountAsync();
    }
}
