using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>
/// The database's own refusal to change the log: triggers that let rows be added, and nothing else. Only what a seal covers may go (see <see cref="Retention.AuditSeal"/>). They stop a slip and a stolen
/// connection; whoever may alter the schema can drop them, and is found by the chain and the checkpoints.
/// </summary>
public static class AuditGuard
{
    internal const string Message = "The audit log is append-only.";

    private const string Sealed = "(SELECT COALESCE(MAX(\"UpTo\"),0) FROM \"AuditSeals\")";

    /// <summary>Tables to which rows are only ever added.</summary>
    private static readonly string[] AppendOnly = ["AuditCheckpoints", "AuditNodes", "AuditSeals"];

    /// <summary>What each database is told; statements that can be repeated.</summary>
    public static IReadOnlyList<string> StatementsFor(DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => [.. Sqlite()],
        DatabaseProvider.PostgreSql => [.. PostgreSql()],
        _ => [.. SqlServer()],
    };

    /// <summary>Puts the triggers where they are missing.</summary>
    public static Task EnsureAsync(GovernanceDb db, CancellationToken ct)
    {
        var provider = db.Database.IsSqlite() ? DatabaseProvider.Sqlite : db.Database.IsNpgsql() ? DatabaseProvider.PostgreSql : DatabaseProvider.SqlServer;
        return db.InTransactionAsync(
            async () =>
            {
                // Two nodes that start at once would otherwise both make them, and one would fail.
                if (provider == DatabaseProvider.PostgreSql)
                    await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(727303)", ct);
                foreach (var statement in StatementsFor(provider))
                    await db.Database.ExecuteSqlRawAsync(statement.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), ct);
                return 0;
            },
            ct);
    }

    private static IEnumerable<string> Sqlite()
    {
        foreach (var table in AppendOnly)
        {
            yield return Refuse($"{table}NoDelete", $"DELETE ON \"{table}\"", null);
            yield return Refuse($"{table}NoUpdate", $"UPDATE ON \"{table}\"", null);
        }

        yield return Refuse("AuditEntriesNoUpdate", "UPDATE ON \"AuditEntries\"", null);
        yield return Refuse("AuditEntriesNoDelete", "DELETE ON \"AuditEntries\"", $"old.\"Sequence\">{Sealed}");
        // INSERT OR REPLACE takes a row away without a DELETE trigger.
        yield return Refuse("AuditEntriesAtTheEnd", "INSERT ON \"AuditEntries\"", "new.\"Sequence\"<=(SELECT MAX(\"Sequence\") FROM \"AuditEntries\")");

        static string Refuse(string name, string what, string? when) =>
            $"CREATE TRIGGER IF NOT EXISTS \"{name}\" BEFORE {what} {(when is null ? string.Empty : $"WHEN {when} ")}BEGIN SELECT RAISE(ABORT,'{Message}'); END";
    }

    private static IEnumerable<string> PostgreSql()
    {
        yield return $"CREATE OR REPLACE FUNCTION governance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{Message}'; END $$";
        yield return $"CREATE OR REPLACE FUNCTION governance_sealed_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.\"Sequence\">{Sealed} THEN RAISE EXCEPTION '{Message}'; END IF; RETURN OLD; END $$";
        foreach (var table in AppendOnly)
            yield return $"CREATE OR REPLACE TRIGGER \"{table}AppendOnly\" BEFORE UPDATE OR DELETE ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION governance_append_only()";
        yield return "CREATE OR REPLACE TRIGGER \"AuditEntriesNoUpdate\" BEFORE UPDATE ON \"AuditEntries\" FOR EACH ROW EXECUTE FUNCTION governance_append_only()";
        yield return "CREATE OR REPLACE TRIGGER \"AuditEntriesNoDelete\" BEFORE DELETE ON \"AuditEntries\" FOR EACH ROW EXECUTE FUNCTION governance_sealed_only()";
        foreach (var table in AppendOnly.Append("AuditEntries"))
            yield return $"CREATE OR REPLACE TRIGGER \"{table}NoTruncate\" BEFORE TRUNCATE ON \"{table}\" FOR EACH STATEMENT EXECUTE FUNCTION governance_append_only()";
    }

    private static IEnumerable<string> SqlServer()
    {
        foreach (var table in AppendOnly)
            yield return $"CREATE OR ALTER TRIGGER [{table}AppendOnly] ON [{table}] AFTER UPDATE, DELETE AS BEGIN SET NOCOUNT ON; IF EXISTS (SELECT 1 FROM deleted) THROW 51000, '{Message}', 1; END";
        yield return $"CREATE OR ALTER TRIGGER [AuditEntriesNoUpdate] ON [AuditEntries] AFTER UPDATE AS BEGIN SET NOCOUNT ON; IF EXISTS (SELECT 1 FROM deleted) THROW 51000, '{Message}', 1; END";
        yield return $"CREATE OR ALTER TRIGGER [AuditEntriesNoDelete] ON [AuditEntries] AFTER DELETE AS BEGIN SET NOCOUNT ON; IF EXISTS (SELECT 1 FROM deleted WHERE [Sequence]>(SELECT COALESCE(MAX([UpTo]),0) FROM [AuditSeals])) THROW 51000, '{Message}', 1; END";
    }
}
