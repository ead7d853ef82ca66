using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Governance.Persistence;

/// <summary>
/// SQLite makes an index of many rows by sorting them, which is several times quicker than adding to it row by row in no order. Before more rows come than there are, the tables'
/// indexes are put away, and made again behind them: all in the caller's transaction, so that a kill leaves them as they were.
/// </summary>
internal static class BulkIndexes
{
    /// <summary>Fewer are not worth the scans.</summary>
    private const int Fewest = 20_000;

    /// <returns>How to make them again; empty when they stayed.</returns>
    public static async Task<IReadOnlyList<string>> PutAwayAsync(GovernanceDb db, int coming, IReadOnlyCollection<string> tables, CancellationToken ct)
    {
        if (!db.Database.IsSqlite() || coming < Fewest || await db.Identities.Take(coming).CountAsync(ct) == coming)
            return [];
        var indexes = new List<(string Name, string Sql)>();
        await using (var schema = Command(db, $"SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL AND tbl_name IN ({string.Join(',', tables.Select(t => $"'{t}'"))})"))
        await using (var reader = await schema.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                indexes.Add((reader.GetString(0), reader.GetString(1)));
        }

        await RunAsync(db, indexes.Select(i => $"DROP INDEX \"{i.Name}\""), ct);
        return indexes.ConvertAll(i => i.Sql);
    }

    public static Task MakeAgainAsync(GovernanceDb db, IReadOnlyList<string> indexes, CancellationToken ct) => RunAsync(db, indexes, ct);

    private static async Task RunAsync(GovernanceDb db, IEnumerable<string> statements, CancellationToken ct)
    {
        foreach (var statement in statements)
        {
            await using var command = Command(db, statement);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    // Names and statements are the schema's own.
    private static DbCommand Command(GovernanceDb db, string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        return command;
    }
}
