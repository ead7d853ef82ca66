using Microsoft.EntityFrameworkCore;

namespace Governance.Persistence;

/// <summary>The few words of SQL that differ between the databases; for the INSERT … SELECT that EF Core has no expression for.</summary>
public static class ProviderSql
{
    /// <summary>An expression that makes a new random id on each row.</summary>
    public static string NewId(this GovernanceDb db) =>
        db.Database.IsSqlite()
            ? "(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-8'||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))"
        : db.Database.IsNpgsql() ? "gen_random_uuid()" : "NEWID()";

    /// <summary>The truth value as the provider writes it.</summary>
    public static string True(this GovernanceDb db) => db.Database.IsNpgsql() ? "TRUE" : "1";

    /// <summary>An expression for the UTC day of a time column, as <c>2026-05-31</c>.</summary>
    public static string Day(this GovernanceDb db, string column) =>
        db.Database.IsSqlite() ? $"strftime('%Y-%m-%d', ({column} - 621355968000000000) / 10000000, 'unixepoch')"
        : db.Database.IsNpgsql() ? $"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')" : $"CONVERT(nvarchar(10), {column}, 23)";

    /// <summary>The time as this database keeps it, for a parameter.</summary>
    public static object Time(this GovernanceDb db, DateTimeOffset at) => db.Database.IsSqlite() ? at.UtcTicks : at.ToUniversalTime();

    /// <summary>Runs a statement made of constant parts; values come as parameters <c>{0}</c>, <c>{1}</c> only.</summary>
    public static Task<int> RunAsync(this GovernanceDb db, string sql, object[] values, CancellationToken ct) => db.Database.ExecuteSqlRawAsync(sql, values, ct);
}
