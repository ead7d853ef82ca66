using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Ownership;

/// <summary>Short ways to ask about ownership in tests.</summary>
internal static class OwnershipDesk
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task<Identity> ReadAsync(this TestDatabase test, Guid id)
    {
        await using var db = test.Open();
        return await db.Identities.AsNoTracking().SingleAsync(i => i.Id == id);
    }

    /// <summary>The person owns it, as if they had claimed it.</summary>
    public static async Task OwnsAsync(this TestDatabase test, Person person, params IEnumerable<Identity> identities) =>
        (await test.Get<OwnershipService>().AssignAsync([.. identities.Select(i => i.Id)], person.Id, null, Given.As(person), None)).ShouldAllBe(o => o.Refusal == null);

    public static Task LeavesAsync(this TestDatabase test, params IEnumerable<Person> people)
    {
        var ids = people.Select(p => p.Id).ToList();
        return test.PeopleImportedAsync(db => db.People.Where(p => ids.Contains(p.Id)).ExecuteUpdateAsync(s => s.SetProperty(p => p.Status, PersonStatus.Left)));
    }

    public static async Task PeopleImportedAsync(this TestDatabase test, Func<GovernanceDb, Task<int>> change)
    {
        await test.ToldAsync(AuditActions.PeopleImported, "1", change);
        await test.CatchUpAsync();
    }

    /// <summary>An import has ended, by the word of the audit log.</summary>
    public static async Task ToldAsync(this TestDatabase test, string action, string subject, Func<GovernanceDb, Task<int>>? change = null)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            if (change is not null)
                await change(db);
            await test.Get<AuditLog>().AppendAsync(db, Actor.Job("import"), test.Now, new AuditDraft(action, Subjects.ImportRun, subject), None);
            return Done.Value;
        }, None);
    }

    public static async Task<List<string>> ActionsAsync(this TestDatabase test, Guid about)
    {
        await using var db = test.Open();
        var id = about.ToString("D");
        return await db.AuditEntries.Where(e => e.SubjectId == id && e.Action.StartsWith("owner.")).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync();
    }

    public static async Task<List<string>> InboxAsync(this TestDatabase test, Person person) =>
        [.. (await test.Get<MessageQueries>().InboxAsync(person.Id, 50, None)).OrderBy(m => m.CreatedAt).Select(m => m.Kind)];

    public static async Task<List<ProposalRow>> ProposedAsync(this TestDatabase test, Identity identity) => [.. await test.Get<OwnershipQueries>().ProposalsOfAsync(identity.Id, None)];

    public static void ShouldBeDone(this IReadOnlyList<ItemOutcome> outcomes)
    {
        outcomes.ShouldNotBeEmpty();
        outcomes.ShouldAllBe(o => o.Refusal == null);
    }
}
