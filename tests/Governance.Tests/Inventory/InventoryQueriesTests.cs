using CsCheck;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

public sealed class InventoryQueriesTests
{
    [Theory, EachDatabase]
    public async Task Pages_by_key_show_each_identity_once_in_every_order(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var rows = Enumerable.Range(0, 57).Select(n => $"id-{n},{(n % 5 == 0 ? "Same name" : $"Name {n * 7 % 57:D2}")},{(n % 3 == 0 ? "" : $"2026-10-{(n % 20) + 1:D2}")}");
        await test.ImportAsync("external_id,name,last_used_at\n" + string.Join('\n', rows) + "\n");
        await using (var db = test.Open())
        {
            foreach (var identity in await db.Identities.ToListAsync())
                identity.Risk = identity.ExternalId.Length * identity.DisplayName.Length % 4 * 25;
            await db.SaveChangesAsync();
        }

        var queries = test.Get<InventoryQueries>();
        foreach (var sort in Enum.GetValues<IdentitySort>())
        {
            foreach (var descending in new[] { false, true })
            {
                var seen = new List<Guid>();
                string? cursor = null;
                do
                {
                    var page = await queries.ListAsync(new IdentityFilter(), sort, descending, cursor, 10, CancellationToken.None);
                    page.Total.ShouldBe(57);
                    seen.AddRange(page.Rows.Select(r => r.Id));
                    cursor = page.Next;
                }
                while (cursor is not null && seen.Count < 100);
                seen.Count.ShouldBe(57, $"{sort} {descending}");
                seen.Distinct().Count().ShouldBe(57, $"{sort} {descending}");
            }
        }
    }

    [Theory, EachDatabase]
    public async Task Search_takes_wildcards_as_text_and_filters_narrow(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("external_id,name,kind,tool\na,100% bot,Agent,Notion AI\nb,Under_score,Workload,\nc,Plain,Agent,\n");
        (await NamesAsync(new IdentityFilter { Text = "100%" })).ShouldBe(["100% bot"]);
        (await NamesAsync(new IdentityFilter { Text = "r_s" })).ShouldBe(["Under_score"]);
        (await NamesAsync(new IdentityFilter { Text = "PLAIN" })).ShouldBe(["Plain"]);
        (await NamesAsync(new IdentityFilter { Kind = IdentityKind.Agent })).ShouldBe(["100% bot", "Plain"]);
        (await NamesAsync(new IdentityFilter { ForAiTool = false })).ShouldBe(["Plain", "Under_score"]);
        (await test.Get<InventoryQueries>().ListToolsAsync(CancellationToken.None)).Single().Identities.ShouldBe(1);
        (await test.Get<InventoryQueries>().ListSourcesAsync(CancellationToken.None)).Single().Identities.ShouldBe(3);
        (await test.Get<InventoryQueries>().SummaryAsync(CancellationToken.None)).WithoutOwner.ShouldBe(3);

        async Task<List<string>> NamesAsync(IdentityFilter filter) =>
            (await test.Get<InventoryQueries>().ListAsync(filter, IdentitySort.Name, false, null, 10, CancellationToken.None)).Rows.Select(r => r.Name).ToList();
    }

    [Fact]
    public async Task A_tool_chosen_by_a_person_is_told_as_theirs()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync("external_id,name\na,One\n");
        var tools = test.Get<ToolService>();
        var tool = (await tools.CreateAsync(" Scribe ", "Acme", Autonomy.Assistive, Importing.Admin, CancellationToken.None)).OrThrow();
        (await tools.CreateAsync("Scribe", null, Autonomy.Unknown, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("tool.exists");
        await using var db = test.Open();
        var id = (await db.Identities.AsNoTracking().SingleAsync()).Id;
        (await tools.AssignAsync([id], tool, Importing.Admin, CancellationToken.None)).Value.ShouldBe(1);
        (await tools.AssignAsync([id], Guid.CreateVersion7(), Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("tool.unknown");
        var one = await db.Identities.AsNoTracking().SingleAsync();
        (one.ToolId, one.ToolDecidedBy).ShouldBe((tool, "Ada Lovelace"));
    }

    [Fact]
    public void The_order_of_rows_does_not_matter()
    {
        string[] rows = ["a,One,Agent,k1|ApiKey|2025-01-01|never|,x@r;!y@r", "b,Two,Workload,,y@r", "c,Three,,k2|Token|||,", "d,Four,Agent,,", "e,Five,,,!z@q"];
        var states = new HashSet<string>(StringComparer.Ordinal);
        Gen.Shuffle(rows).Sample(order => { states.Add(StateAfter(order)); }, iter: 8, threads: 1);
        states.Count.ShouldBe(1);
    }

    private static string StateAfter(string[] rows)
    {
        var task = Task.Run(async () =>
        {
            await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
            await test.ImportAsync("external_id,name,kind,credentials,entitlements\n" + string.Join('\n', rows) + "\n");
            await using var db = test.Open();
            var identities = await db.Identities.OrderBy(i => i.ExternalId).Select(i => $"{i.ExternalId} {i.DisplayName} {i.Kind} {i.Privileged} {i.ContentHash}").ToListAsync();
            var grants = await db.Grants.Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => new { g.IdentityId, e.Key, e.Privileged })
                .Join(db.Identities, x => x.IdentityId, i => i.Id, (x, i) => i.ExternalId + x.Key + x.Privileged).OrderBy(x => x).ToListAsync();
            return string.Join('\n', identities.Concat(grants));
        });
#pragma warning disable xUnit1031 // CsCheck's sampling is synchronous.
        return task.GetAwaiter().GetResult();
#pragma warning restore xUnit1031
    }
}
