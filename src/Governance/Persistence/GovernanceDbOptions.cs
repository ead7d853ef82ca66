using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Governance.Persistence;

/// <summary>How a context is pointed at one of the three databases, and at the migrations that belong to it.</summary>
public static class GovernanceDbOptions
{
    public static DbContextOptionsBuilder UseGovernanceDatabase(this DbContextOptionsBuilder builder, DatabaseProvider provider, string connectionString)
    {
        _ = provider switch
        {
            DatabaseProvider.Sqlite => builder.UseSqlite(connectionString, o => o.MigrationsAssembly("Governance.Migrations.Sqlite")).AddInterceptors(new SqlitePragmas()),
            DatabaseProvider.PostgreSql => builder.UseNpgsql(WithoutJit(connectionString), o => o.MigrationsAssembly("Governance.Migrations.PostgreSql")),
            DatabaseProvider.SqlServer => builder.UseSqlServer(connectionString, o => o.MigrationsAssembly("Governance.Migrations.SqlServer")),
            _ => throw new InvalidOperationException($"The setting Governance:Database:Provider has the unknown value '{provider}'. Use Sqlite, PostgreSql or SqlServer."),
        };
        return builder.AddInterceptors(QueryNotes.Instance);
    }

    /// <summary>
    /// Compiling a plan (JIT) takes seconds for statements such as the rules' and gains nothing on ours. Who sets Options in the connection string, as a connection pool in between may
    /// need, decides alone.
    /// </summary>
    private static string WithoutJit(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(parts.Options))
            parts.Options = "-c jit=off";
        return parts.ConnectionString;
    }

    /// <summary>The connection string in force: the configured one, or the file in the data directory.</summary>
    public static string ConnectionString(GovernanceOptions options, DataDirectory data)
    {
        if (!string.IsNullOrWhiteSpace(options.Database.ConnectionString))
            return options.Database.ConnectionString;
        return options.Database.Provider == DatabaseProvider.Sqlite
            ? $"Data Source={data.File("governance.db")}"
            : throw new InvalidOperationException($"Governance:Database:Provider is {options.Database.Provider} but Governance:Database:ConnectionString is empty. Set it, or use Sqlite.");
    }
}
