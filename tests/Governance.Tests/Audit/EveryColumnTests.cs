using System.Globalization;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Retention;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Governance.Tests.Audit;

/// <summary>I-29, cell by cell: one changed letter or digit in any column of any table of the log is found, and where it stands is named.</summary>
public sealed class EveryColumnTests
{
    private static readonly string[] Tables = ["AuditEntries", "AuditHeads", "AuditCheckpoints", "AuditNodes", "AuditSeals"];

    [Theory, EachDatabase]
    public async Task One_changed_cell_anywhere_in_the_log_is_found(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(260);
        await test.Get<CheckpointService>().MakeAsync(default);
        await test.CatchUpAsync();
        test.Clock.Advance(TimeSpan.FromDays(500));
        (await test.Get<AuditSealing>().SealAsync(test.Now.AddDays(-400), Actor.CommandLine("root"), default)).OrThrow();
        await test.AppendAsync(300);
        await test.Get<CheckpointService>().MakeAsync(default);
        var verifier = test.Get<ChainVerifier>();
        (await verifier.VerifyAsync(default)).Problem.ShouldBeNull();
        await test.TamperAsync();
        await using var db = test.Open();
        var cells = 0;
        foreach (var table in Tables)
        {
            var type = db.Model.GetEntityTypes().Single(t => t.GetTableName() == table);
            await RunAsync(db, $"CREATE TABLE \"Kept{table}\" AS SELECT * FROM \"{table}\"");
            foreach (var column in type.GetProperties())
            {
                var name = column.GetColumnName();
                if (await RunAsync(db, Change(provider, type, column)) == 0)
                    continue;
                var report = await verifier.VerifyAsync(default);
                report.Intact.ShouldBeFalse($"{table}.{name}");
                report.FirstBroken.ShouldNotBeNull($"{table}.{name}");
                report.Problem.ShouldNotBeNullOrWhiteSpace();
                if (table == "AuditEntries")
                    report.FirstBroken.ShouldBe(561, $"{table}.{name}");
                cells++;
                await RunAsync(db, $"DELETE FROM \"{table}\"");
                await RunAsync(db, $"INSERT INTO \"{table}\" SELECT * FROM \"Kept{table}\"");
            }
        }

        (await verifier.VerifyAsync(default)).Problem.ShouldBeNull("it is as it was");
        cells.ShouldBeGreaterThan(25);
    }

    // The last row's cell, where it holds something: its third letter is another, its number one more.
    private static string Change(DatabaseProvider provider, IEntityType type, IProperty column)
    {
        var (table, name) = (type.GetTableName(), column.GetColumnName());
        var (row, order) = (provider == DatabaseProvider.Sqlite ? "rowid" : "ctid", string.Join(',', type.FindPrimaryKey()!.Properties.Select(p => $"\"{p.GetColumnName()}\" DESC")));
        var text = (column.GetTypeMapping().Converter?.ProviderClrType ?? column.ClrType) == typeof(string);
        var value = text ? $"SUBSTR(\"{name}\",1,2)||CASE WHEN SUBSTR(\"{name}\",3,1)='b' THEN 'c' ELSE 'b' END||SUBSTR(\"{name}\",4)"
            : provider == DatabaseProvider.PostgreSql && column.ClrType == typeof(DateTimeOffset) ? $"\"{name}\"+INTERVAL '1 microsecond'" : $"\"{name}\"+1";
        return $"UPDATE \"{table}\" SET \"{name}\"={value} WHERE \"{name}\" IS NOT NULL AND {row}=(SELECT {row} FROM \"{table}\" ORDER BY {order} LIMIT 1)";
    }

    private static Task<int> RunAsync(GovernanceDb db, string statement) => db.Database.ExecuteSqlRawAsync(statement);

    [Fact]
    public async Task Any_changed_letter_of_a_signature_is_found()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var keys = test.Get<SigningKeys>();
        var payload = "signed"u8.ToArray();
        var jws = DetachedJws.Sign(payload, keys);
        var key = keys.Known.Single(k => k.Kid == keys.Current.Kid);
        DetachedJws.Problem(jws, payload, key).ShouldBeNull();
        for (var at = 0; at < jws.Length; at++)
        {
            foreach (var other in "AQgwB".Where(c => c != jws[at]))
                DetachedJws.Problem(jws[..at] + other + jws[(at + 1)..], payload, key).ShouldNotBeNull(string.Create(CultureInfo.InvariantCulture, $"{at}: {other}"));
        }
    }
}
