using System.Data.Common;
using CsCheck;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Inventory;

public sealed class IdentityPagesTests
{
    private static readonly string[] Words = ["invoice", "Pay Roll", "naïve", "bot", "a\"b", "50%_x", "𝒳yz𝒲"];

    private static readonly Gen<IdentityFilter> Filters =
        from text in Pick<string?>(null, "inv", "OICE", "roll pay", "bot", "zz", "zzz", "\"b", "a\"b 1", "0%_", "x", "𝒳yz", "team-1@", "id-1")
        from kind in Pick<IdentityKind?>(null, null, IdentityKind.Role, IdentityKind.Agent)
        from owner in Pick<OwnerState?>(null, OwnerState.None)
        from environment in Pick<DeploymentEnvironment?>(null, null, DeploymentEnvironment.Production)
        from tool in Pick<bool?>(null, null, true, false)
        from missing in Pick<bool?>(null, null, true, false)
        from risk in Pick<int?>(null, null, 50)
        select new IdentityFilter { Text = text, Kind = kind, OwnerState = owner, Environment = environment, ForAiTool = tool, Missing = missing, MinimumRisk = risk };

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(n => values[n]);

    [Theory, EachDatabase]
    public async Task Walked_or_sorted_the_pages_are_what_reading_everything_would_give(DatabaseProvider provider)
    {
        await using var test = await FilledAsync(provider);
        await using var db = test.Open();
        var all = await db.Identities.AsNoTracking().ToListAsync();
        await Gen.Select(Filters, Gen.Enum<IdentitySort>(), Gen.Bool, Pick(0, IdentityPages.Few)).SampleAsync(
            async (filter, sort, descending, few) =>
            {
                var expected = Expected(all, filter, sort, descending);
                var seen = new List<Guid>();
                string? cursor = null;
                do
                {
                    var page = await new IdentityPages(db, filter, sort, descending, test.Now, few).ReadAsync(cursor, 40, CancellationToken.None);
                    page.Total.ShouldBe(expected.Count, filter.ToJson());
                    seen.AddRange(page.Rows.Select(r => r.Id));
                    cursor = page.Next;
                }
                while (cursor is not null && seen.Count <= all.Count);
                seen.Order().ShouldBe(expected.Select(i => i.Id).Order(), filter.ToJson());
                // Ties and the order of texts are the database's own; what is sorted by must not go back.
                var byId = all.ToDictionary(i => i.Id);
                if (sort != IdentitySort.Name)
                    seen.ConvertAll(id => Key(byId[id], sort)).ShouldBe(expected.ConvertAll(i => Key(i, sort)), filter.ToJson());
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public async Task No_page_reads_the_whole_table_of_SQLite()
    {
        var statements = new List<(string Sql, List<(string Name, object? Value)> Values)>();
        await using var test = await FilledAsync(DatabaseProvider.Sqlite, new Recorder(statements));
        await using var db = test.Open();
        statements.Clear();
        foreach (var filter in new IdentityFilter[] { new(), new() { Kind = IdentityKind.Role }, new() { ForAiTool = true }, new() { Missing = true }, new() { OwnerState = OwnerState.None }, new() { Environment = DeploymentEnvironment.Test }, new() { Text = "invoice" }, new() { MinimumRisk = 50 } })
        {
            foreach (var sort in Enum.GetValues<IdentitySort>())
            {
                foreach (var few in new[] { 0, IdentityPages.Few })
                {
                    // Sorting all of them is what few never means.
                    if (few == 0 || filter != new IdentityFilter())
                        await new IdentityPages(db, filter, sort, true, test.Now, few).ReadAsync(null, 10, CancellationToken.None);
                }
            }
        }

        statements.ShouldNotBeEmpty();
        var connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync();
        foreach (var (sql, values) in statements.ToList())
        {
            await using var explain = connection.CreateCommand();
            explain.CommandText = "EXPLAIN QUERY PLAN " + sql;
            foreach (var (name, value) in values)
            {
                var parameter = explain.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                explain.Parameters.Add(parameter);
            }

            await using var plan = await explain.ExecuteReaderAsync();
            while (await plan.ReadAsync())
            {
                var step = plan.GetString(3);
                // By an index in its order, and no further than the page, is a walk; without one it is the whole table.
                (step is "SCAN i" or "SCAN Identities").ShouldBeFalse(step + "\n" + sql);
            }
        }
    }

    [Fact]
    public async Task A_search_on_PostgreSQL_can_use_its_index()
    {
        await using var test = await FilledAsync(DatabaseProvider.PostgreSql);
        await using var db = test.Open();
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync("SET enable_seqscan=off; SET enable_indexscan=off; SET enable_indexonlyscan=off;");
        var sql = db.Identities.Matching(db, new IdentityFilter { Text = "invoice" }, test.Now).Select(i => i.Id).ToQueryString();
        await using var explain = db.Database.GetDbConnection().CreateCommand();
        explain.CommandText = "EXPLAIN " + sql[sql.IndexOf("SELECT", StringComparison.Ordinal)..].Replace("@word_contains", "'%INVOICE%'", StringComparison.Ordinal);
        var plan = new List<string>();
        await using var steps = await explain.ExecuteReaderAsync();
        while (await steps.ReadAsync())
            plan.Add(steps.GetString(0));
        string.Join('\n', plan).ShouldContain("IX_Identities_Searched");
    }

    [Fact]
    public async Task The_search_follows_what_an_import_renames_and_an_index_made_later_is_filled()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync("external_id,name\na,Mercury\nb,Venus\n");
        await test.ImportAsync("external_id,name\na,Jupiter\nb,Venus\n");
        await using var db = test.Open();
        (await FoundAsync("mercury")).ShouldBeEmpty();
        (await FoundAsync("piter")).ShouldBe(["Jupiter"]);
        await db.Database.ExecuteSqlRawAsync("""
            DROP TRIGGER "IdentitySearchIn"; DROP TRIGGER "IdentitySearchChange"; DROP TRIGGER "IdentitySearchOut"; DROP TABLE "IdentitySearch"; DROP TABLE "IdentitySearchRows"; DROP TABLE "IdentitySearchState";
            """);
        await test.Get<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        (await FoundAsync("piter")).ShouldBe(["Jupiter"]);
        (await FoundAsync("ven")).ShouldBe(["Venus"]);

        async Task<IEnumerable<string>> FoundAsync(string text) =>
            (await test.Get<InventoryQueries>().ListAsync(new IdentityFilter { Text = text }, IdentitySort.Name, false, null, 10, CancellationToken.None)).Rows.Select(r => r.Name);
    }

    [Fact]
    public async Task An_index_in_the_order_of_names_made_anew_or_grown_finds_the_same()
    {
        await using var test = await FilledAsync(DatabaseProvider.Sqlite);
        await using var db = test.Open();
        // Half of it in order, then names that change, come and go.
        await db.InTransactionAsync(async () =>
        {
            await SearchIndex.RemakeAsync(db, CancellationToken.None);
            return 0;
        }, CancellationToken.None);
        (await SearchIndex.SortedToAsync(db, CancellationToken.None)).ShouldBe(150);
        await test.ImportAsync("external_id,name\n" + string.Join('\n', Enumerable.Range(100, 100).Select(n => $"id-{n},\"bot renamed {n % 17}\"")) + "\n", full: false);
        await db.Identities.Where(i => i.ExternalId == "id-7" || i.ExternalId == "id-199").ExecuteDeleteAsync();
        await test.ImportAsync("external_id,name\nid-500,aaa bot invoice\n", full: false);
        var all = await db.Identities.AsNoTracking().ToListAsync();
        foreach (var text in new[] { "bot", "inv", "renamed", "id-1", "zzz", "invoice 1" })
        {
            var expected = await db.Identities.Matching(db, new IdentityFilter { Text = text }, test.Now).OrderBy(i => i.DisplayName).ThenBy(i => i.Id).Select(i => i.Id).ToListAsync();
            foreach (var (descending, few, filter) in new[] { (false, 0, new IdentityFilter { Text = text }), (true, 0, new IdentityFilter { Text = text }), (false, IdentityPages.Few, new IdentityFilter { Text = text }), (false, 0, new IdentityFilter { Text = text, Missing = false }) })
            {
                var seen = new List<Guid>();
                string? cursor = null;
                do
                {
                    var page = await new IdentityPages(db, filter, IdentitySort.Name, descending, test.Now, few).ReadAsync(cursor, 7, CancellationToken.None);
                    seen.AddRange(page.Rows.Select(r => r.Id));
                    cursor = page.Next;
                }
                while (cursor is not null && seen.Count <= all.Count);
                var wanted = filter.Missing is null ? expected : expected.Where(id => all.Single(i => i.Id == id).MissingSince is null).ToList();
                seen.ShouldBe(descending ? Enumerable.Reverse(wanted) : wanted, $"{text}, {descending}, {few}");
            }
        }
    }

    [Fact]
    public async Task A_large_import_puts_the_index_in_order_and_a_small_one_leaves_its_rows_behind()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync("external_id,name\n" + string.Join('\n', Enumerable.Range(0, 5200).Select(n => $"id-{n},\"bot {n * 7919 % 5200}\"")) + "\n");
        await using var db = test.Open();
        (await SearchIndex.SortedToAsync(db, CancellationToken.None)).ShouldBe(5200);
        await test.ImportAsync("external_id,name\nlate,bot 0000\n", full: false);
        (await SearchIndex.SortedToAsync(db, CancellationToken.None)).ShouldBe(5200);
        (await test.Get<InventoryQueries>().ListAsync(new IdentityFilter { Text = "bot" }, IdentitySort.Name, false, null, 2, CancellationToken.None)).Rows.Select(r => r.Name).ShouldBe(["bot 0", "bot 0000"]);
        (await test.Get<InventoryQueries>().ListAsync(new IdentityFilter { Text = "late" }, IdentitySort.Name, false, null, 2, CancellationToken.None)).Total.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_large_first_import_every_index_stands_as_before()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = test.Open();
        var before = await IndexesAsync();
        before.Count.ShouldBeGreaterThan(20);
        var run = await test.ImportAsync("external_id,name,credentials,entitlements\n" + string.Join('\n', Enumerable.Range(0, 20_001).Select(n => $"id-{n},bot {n},key-{n}|ClientSecret,Read@api-{n % 9}")) + "\n", full: true);
        (run.State, run.Created).ShouldBe((ImportRunState.Completed, 20_001), run.Message);
        (await IndexesAsync()).ShouldBe(before);
        (await db.Grants.CountAsync()).ShouldBe(20_001);
        (await test.Get<InventoryQueries>().ListAsync(new IdentityFilter { Text = "bot" }, IdentitySort.Name, true, null, 3, CancellationToken.None)).Rows.Select(r => r.Name).ShouldBe(["bot 9999", "bot 9998", "bot 9997"]);

        async Task<List<string>> IndexesAsync() =>
            await db.Database.SqlQuery<string>($"SELECT name||': '||sql AS \"Value\" FROM sqlite_master WHERE type='index' AND sql IS NOT NULL").OrderBy(s => s).ToListAsync();
    }

    private static async Task<TestDatabase> FilledAsync(DatabaseProvider provider, Recorder? recorder = null)
    {
        var test = await TestDatabase.CreateAsync(provider, recorder is null ? null : s => s.ConfigureDbContext<GovernanceDb>(o => o.AddInterceptors(recorder)));
        const string head = "external_id,name,kind,environment,owner,tool,last_used_at\n";
        var rows = Enumerable.Range(0, 150).Select(n =>
            $"id-{n},\"{Words[n % Words.Length].Replace("\"", "\"\"", StringComparison.Ordinal)} {n % 40}\",{(n % 3 == 0 ? "Role" : "Workload")},{(n % 4 == 0 ? "production" : "test")},team-{n % 9}@example.org,{(n % 10 == 0 ? "Notion AI" : "")},{(n % 3 == 0 ? "" : $"2026-10-{(n % 20) + 1:D2}")}").ToList();
        await test.ImportAsync(head + string.Join('\n', rows) + "\n");
        await test.ImportAsync(head + string.Join('\n', rows.Take(130)) + "\n");
        await using var db = test.Open();
        foreach (var identity in await db.Identities.ToListAsync())
            identity.Risk = identity.ExternalId.Length * identity.DisplayName.Length % 4 * 25;
        await db.SaveChangesAsync();
        return test;
    }

    private static List<Identity> Expected(List<Identity> all, IdentityFilter f, IdentitySort sort, bool descending)
    {
        var rows = all.Where(i =>
            (f.Text ?? "").ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).All(w => $"{i.DisplayName} {i.ExternalId} {i.Publisher} {i.OwnerHint}".ToUpperInvariant().Contains(w, StringComparison.Ordinal))
            && (f.Kind is null || i.Kind == f.Kind) && (f.OwnerState is null || i.OwnerState == f.OwnerState) && (f.Environment is null || i.Environment == f.Environment)
            && (f.ForAiTool is null || i.ToolId is not null == f.ForAiTool) && (f.Missing is null || i.MissingSince is not null == f.Missing) && (f.MinimumRisk is null || i.Risk >= f.MinimumRisk));
        return (descending ? rows.OrderByDescending(i => Key(i, sort)) : rows.OrderBy(i => Key(i, sort))).ToList();
    }

    private static long Key(Identity identity, IdentitySort sort) => sort == IdentitySort.Risk ? identity.Risk : identity.LastUsedAt?.UtcTicks ?? 0;

    private sealed class Recorder(List<(string Sql, List<(string Name, object? Value)> Values)> statements) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("\"Identities\"", StringComparison.Ordinal))
                statements.Add((command.CommandText, command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value)).ToList()));
            return ValueTask.FromResult(result);
        }
    }
}
