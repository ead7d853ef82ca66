using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Audit;

public sealed class AuditChainTests
{
    private static readonly Actor Ada = new(ActorKind.Person, "ada", "Ada Lovelace");

    [Theory, EachDatabase]
    public async Task Entries_appended_in_many_transactions_form_one_intact_chain(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => AppendAsync(test, $"s{n}")));
        var report = await test.Get<ChainVerifier>().VerifyAsync(CancellationToken.None);
        report.Problem.ShouldBeNull();
        report.Entries.ShouldBe(20);
    }

    [Theory, EachDatabase]
    public async Task A_change_and_its_entry_are_both_there_or_neither(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await using var db = test.Open();
            await db.InTransactionAsync<int>(async () =>
            {
                db.Tools.Add(new Governance.Inventory.Tool { Id = Ids.New(test.Now), Name = "Notion AI", CreatedAt = test.Now });
                await test.Get<AuditLog>().AppendAsync(db, Ada, test.Now, new AuditDraft("tool.assigned", "tool", "x"), CancellationToken.None);
                throw new InvalidOperationException("power cut");
            }, CancellationToken.None);
        });
        await using var after = test.Open();
        (await after.Tools.CountAsync()).ShouldBe(0);
        (await after.AuditEntries.CountAsync()).ShouldBe(0);
        await AppendAsync(test, "next");
        (await test.Get<ChainVerifier>().VerifyAsync(CancellationToken.None)).Intact.ShouldBeTrue();
    }

    [Theory]
    [InlineData("UPDATE \"AuditEntries\" SET \"Reason\"='no' WHERE \"Sequence\"=3", 3)]
    [InlineData("UPDATE \"AuditEntries\" SET \"Hash\"=\"PreviousHash\" WHERE \"Sequence\"=4", 4)]
    [InlineData("DELETE FROM \"AuditEntries\" WHERE \"Sequence\"=2", 2)]
    [InlineData("DELETE FROM \"AuditEntries\" WHERE \"Sequence\"=5", 5)]
    [InlineData("UPDATE \"AuditEntries\" SET \"At\"=\"At\"+10 WHERE \"Sequence\"=1", 1)]
    [InlineData("INSERT INTO \"AuditEntries\" SELECT 6,\"At\",\"ActorKind\",\"ActorId\",\"ActorName\",\"Origin\",\"Action\",\"SubjectType\",\"SubjectId\",\"Reason\",\"Details\",\"PreviousHash\",\"Hash\" FROM \"AuditEntries\" WHERE \"Sequence\"=5", 6)]
    public async Task Tampering_is_found_at_the_first_entry_touched(string sql, long first)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        for (var n = 0; n < 5; n++)
            await AppendAsync(test, $"s{n}");
        await test.TamperAsync(sql);
        var report = await test.Get<ChainVerifier>().VerifyAsync(CancellationToken.None);
        report.Intact.ShouldBeFalse();
        report.FirstBroken.ShouldBe(first);
    }

    private static async Task AppendAsync(TestDatabase test, string subject)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            await test.Get<AuditLog>().AppendAsync(db, Ada, test.Now, new AuditDraft("test.done", "test", subject, "why\0not", new { Text = "=cmd|<script>é" }), CancellationToken.None);
            return Done.Value;
        }, CancellationToken.None);
    }
}
