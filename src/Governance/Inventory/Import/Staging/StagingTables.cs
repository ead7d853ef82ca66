using Governance.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Governance.Inventory;

/// <summary>
/// The staging tables of one run, as temporary tables of its connection that stand before those of the same name: what waits in them need not survive
/// a crash (the run begins anew from its file), so it costs no log and no flush, and a killed process leaves nothing. SQL Server can't shadow a table;
/// there the permanent ones are used, and cleaned by the run.
/// </summary>
internal sealed class StagingTables : IAsyncDisposable
{
    private static readonly string[] Names = ["StagedIdentities", "StagedSeen", "StagedCredentials", "StagedEntitlements", "StagedGrants", "StagedPeople"];

    /// <summary>Their keys come in ascending order: the table is its own index.</summary>
    private static readonly HashSet<string> KeyedInOrder = new(StringComparer.Ordinal) { "StagedSeen", "StagedCredentials", "StagedGrants" };

    private readonly GovernanceDb db;
    private readonly Guid runId;

    private StagingTables(GovernanceDb db, Guid runId) => (this.db, this.runId) = (db, runId);

    public static async Task<StagingTables> OpenAsync(GovernanceDb db, Guid runId, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var tables = new StagingTables(db, runId);
        await tables.DropAsync(ct);
        if (db.Database.GetDbConnection() is SqliteConnection sqlite)
        {
            // To disk, not memory: a file of any size is staged. Changing it empties what is temporary, so it comes first.
            await tables.RunAsync("PRAGMA temp_store=FILE", ct);
            await tables.RunAsync("PRAGMA temp.cache_size=-65536", ct);
            foreach (var name in Names)
            {
                await using var schema = sqlite.CreateCommand();
                schema.CommandText = "SELECT sql FROM main.sqlite_master WHERE type='table' AND name=$name";
                schema.Parameters.AddWithValue("$name", name);
                var sql = (string)(await schema.ExecuteScalarAsync(ct))!;
                await tables.RunAsync("CREATE TEMP TABLE " + sql[sql.IndexOf('"', StringComparison.Ordinal)..] + (KeyedInOrder.Contains(name) ? " WITHOUT ROWID" : string.Empty), ct);
            }

            await tables.RunAsync("CREATE INDEX temp.\"StagedByIdentity\" ON \"StagedIdentities\" (\"RunId\",\"IdentityId\")", ct);
        }
        else if (db.Database.GetDbConnection() is NpgsqlConnection)
        {
            foreach (var name in Names)
                await tables.RunAsync($"CREATE TEMP TABLE \"{name}\" (LIKE \"{name}\" INCLUDING DEFAULTS INCLUDING INDEXES)", ct);
        }

        return tables;
    }

    /// <summary>Tells the planner how much there is; nobody else does for temporary tables.</summary>
    public async Task AnalyseAsync(CancellationToken ct)
    {
        if (db.Database.GetDbConnection() is NpgsqlConnection)
        {
            foreach (var name in Names)
                await RunAsync($"ANALYZE pg_temp.\"{name}\"", ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync(CancellationToken.None);
        if (db.Database.GetDbConnection() is SqliteConnection)
            await RunAsync("PRAGMA temp_store=MEMORY", CancellationToken.None);
        await db.Database.CloseConnectionAsync();
    }

    /// <summary>The connection goes back to a pool: it must not keep them.</summary>
    private async Task DropAsync(CancellationToken ct)
    {
        var schema = db.Database.GetDbConnection() switch
        {
            SqliteConnection => "temp",
            NpgsqlConnection => "pg_temp",
            _ => null,
        };
        if (schema is null)
        {
            await db.StagedGrants.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            await db.StagedEntitlements.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            await db.StagedCredentials.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            await db.StagedSeen.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            await db.StagedIdentities.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            await db.StagedPeople.Where(s => s.RunId == runId).ExecuteDeleteAsync(ct);
            return;
        }

        foreach (var name in Names)
            await RunAsync($"DROP TABLE IF EXISTS {schema}.\"{name}\"", ct);
    }

    private async Task RunAsync(string sql, CancellationToken ct)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ct);
    }
}
