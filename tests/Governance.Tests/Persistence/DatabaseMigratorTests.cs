using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Persistence;

public sealed class DatabaseMigratorTests
{
    [Theory, EachDatabase]
    public async Task A_database_of_a_newer_version_is_refused_not_touched(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await using (var db = test.Open())
            await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" (\"MigrationId\",\"ProductVersion\") VALUES ('29990101000000_Future','99.0.0')");
        var fault = await Should.ThrowAsync<InvalidOperationException>(() => test.Get<DatabaseMigrator>().MigrateAsync(CancellationToken.None));
        fault.Message.ShouldContain("29990101000000_Future");
    }

    [Theory, EachDatabase]
    public async Task Migrating_twice_changes_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.Get<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await using var db = test.Open();
        (await db.Database.GetAppliedMigrationsAsync()).Count().ShouldBe(1);
    }
}
