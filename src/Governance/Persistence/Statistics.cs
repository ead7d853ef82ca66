using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Governance.Persistence;

/// <summary>
/// What the database knows of the size and spread of its tables, by which it chooses its plans. After an import of many rows it knows nothing of them yet, and a plan made
/// for an empty table reads it once for each row of another.
/// </summary>
public static class Statistics
{
    /// <summary>Looks at a sample of every table; next to nothing beside the work that needs it. Not within a transaction: it would hold locks until the end.</summary>
    /// <param name="db">With its connection open, on SQLite: only that connection sees the result at once.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task RefreshAsync(GovernanceDb db, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
            throw new InvalidOperationException("Statistics are not taken within a transaction.");
        if (db.Database.IsSqlite())
        {
            await db.RunAsync("PRAGMA analysis_limit=1000; ANALYZE;", [], ct);
        }
        else if (db.Database.IsNpgsql())
        {
            var sql = db.GetService<ISqlGenerationHelper>();
            var tables = db.Model.GetEntityTypes().Select(e => e.GetTableName()).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(sql.DelimitIdentifier);
            await db.RunAsync($"ANALYZE {string.Join(", ", tables)}", [], ct);
        }
    }
}
