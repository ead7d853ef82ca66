using System.Data.Common;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Governance.Tests.Audit;

public sealed class AuditGuardTests
{
    [Theory, EachDatabase]
    public async Task The_database_refuses_to_change_or_delete_an_entry(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(3);
        await test.Get<CheckpointService>().MakeAsync(default);
        foreach (var statement in new[]
        {
            "UPDATE \"AuditEntries\" SET \"Reason\"='other' WHERE \"Sequence\"=2",
            "DELETE FROM \"AuditEntries\" WHERE \"Sequence\"=3",
            "DELETE FROM \"AuditEntries\"",
            "UPDATE \"AuditCheckpoints\" SET \"Root\"=\"HeadHash\"",
            "DELETE FROM \"AuditCheckpoints\"",
        })
            await RefusedAsync(test, statement);
        if (provider == DatabaseProvider.PostgreSql)
            await RefusedAsync(test, "TRUNCATE \"AuditEntries\"");
        else
            await RefusedAsync(test, "INSERT OR REPLACE INTO \"AuditEntries\" SELECT \"Sequence\",\"At\",\"ActorKind\",\"ActorId\",\"ActorName\",\"Origin\",\"Action\",\"SubjectType\",\"SubjectId\",'other',\"Details\",\"PreviousHash\",\"Hash\" FROM \"AuditEntries\" WHERE \"Sequence\"=1");
        (await test.Get<ChainVerifier>().VerifyAsync(default)).ShouldSatisfyAllConditions(r => r.Intact.ShouldBeTrue(), r => r.Entries.ShouldBe(3));
    }

    [Theory, EachDatabase]
    public async Task Putting_the_guards_in_place_again_changes_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await using (var db = test.Open())
            await AuditGuard.EnsureAsync(db, default);
        await test.AppendAsync(1);
        await RefusedAsync(test, "DELETE FROM \"AuditEntries\"");
    }

    [Fact]
    public void The_statements_for_SQL_Server_parse()
    {
        foreach (var statement in AuditGuard.StatementsFor(DatabaseProvider.SqlServer))
        {
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(statement), out var errors);
            errors.ShouldBeEmpty(statement);
        }
    }

    private static async Task RefusedAsync(TestDatabase test, string statement)
    {
        await using var db = test.Open();
        (await Should.ThrowAsync<DbException>(() => db.Database.ExecuteSqlRawAsync(statement), statement)).Message.ShouldContain(AuditGuard.Message);
    }
}
