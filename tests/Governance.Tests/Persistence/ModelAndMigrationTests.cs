using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Governance.Tests.Persistence;

/// <summary>What can be known of a migration without running it; no database is opened here.</summary>
public sealed class ModelAndMigrationTests
{
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void No_change_of_the_model_lacks_its_migration(DatabaseProvider provider)
    {
        using var db = Open(provider);
        db.Database.GetMigrations().ShouldNotBeEmpty();
        db.Database.HasPendingModelChanges().ShouldBeFalse($"bash migrations/regenerate.sh was not run for {provider}");
    }

    /// <summary>SQL Server itself can't be run here, so its own parser has to do.</summary>
    [Theory]
    [InlineData(MigrationsSqlGenerationOptions.Script)]
    [InlineData(MigrationsSqlGenerationOptions.Script | MigrationsSqlGenerationOptions.Idempotent)]
    public void The_migration_script_for_SQL_Server_parses(MigrationsSqlGenerationOptions options)
    {
        using var db = Open(DatabaseProvider.SqlServer);
        var script = db.GetService<IMigrator>().GenerateScript(options: options);
        script.ShouldContain("CREATE TABLE [AuditEntries]");
        Problems(script).ShouldBeEmpty();
    }

    [Fact]
    public void A_script_that_SQL_Server_would_not_take_is_noticed() =>
        Problems("CREATE TABLE [A] ([B] int NOT NULL,, [C] int);").ShouldNotBeEmpty();

    private static IEnumerable<string> Problems(string script)
    {
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(script), out var errors);
        return errors.Select(e => $"line {e.Line}: {e.Message}");
    }

    private static GovernanceDb Open(DatabaseProvider provider)
    {
        var connection = provider switch
        {
            DatabaseProvider.Sqlite => "Data Source=:memory:",
            DatabaseProvider.PostgreSql => "Host=127.0.0.1;Database=never-opened",
            _ => "Server=never-opened;Database=never-opened",
        };
        var builder = new DbContextOptionsBuilder<GovernanceDb>();
        builder.UseGovernanceDatabase(provider, connection);
        return new GovernanceDb(builder.Options);
    }
}
