using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.People;

public sealed class PeopleQueriesTests
{
    [Theory, EachDatabase]
    public async Task Pages_hold_everybody_once_and_search_finds_by_any_word(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        for (var n = 0; n < 5; n++)
            await given.PersonAsync("Same Name", p => p.Department = "Finance");
        await given.PersonAsync("Zoe Left", p => p.Status = PersonStatus.Left);
        var queries = test.Get<PeopleQueries>();
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await queries.ListAsync(null, null, cursor, 2, CancellationToken.None);
            page.Total.ShouldBe(6);
            seen.AddRange(page.Rows.Select(r => r.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.Count.ShouldBe(6);
        seen.Distinct().Count().ShouldBe(6);
        (await queries.ListAsync("FINANCE same", PersonStatus.Active, null, 10, CancellationToken.None)).Total.ShouldBe(5);
        (await queries.SearchAsync("zoe", 10, CancellationToken.None)).ShouldBeEmpty();
    }
}
