using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Governance.Persistence;

/// <summary>
/// The index behind searching identities by any part of a word: all sequences of three characters of the searched text. Outside the model, since
/// each database has its own kind: SQLite a full-text table kept by triggers, PostgreSQL an index of the pg_trgm extension, which the database's owner may
/// switch on. SQL Server has none: there a search reads the table.
/// </summary>
public static partial class SearchIndex
{
    private const int SequencesOfAWord = 4;

    /// <summary>Columns of Identities that are searched; see <see cref="SqlText.Searched"/>, which joins them in this order.</summary>
    private static readonly string[] Columns = ["DisplayName", "ExternalId", "Publisher", "OwnerHint"];

    /// <summary>Makes the index where it is not there yet, and fills it from what is there.</summary>
    public static async Task EnsureAsync(GovernanceDb db, ILogger log, CancellationToken ct)
    {
        if (db.Database.IsSqlite())
            await SqliteAsync(db, ct);
        else if (db.Database.IsNpgsql())
            await PostgreSqlAsync(db, log, ct);
    }

    /// <summary>
    /// Which rows of SQLite's index may hold all words, as its query language has it; null when no word is long enough to ask it. A few sequences of a word are
    /// enough, those with digits and signs first, since these are rare: each further one is a list to be read. What is found is still to be compared.
    /// </summary>
    public static string? Match(IEnumerable<string> words)
    {
        var sequences = new List<string>();
        foreach (var word in words)
        {
            var letters = word.EnumerateRunes().Select(r => r.ToString()).ToList();
            sequences.AddRange(Enumerable.Range(0, Math.Max(0, letters.Count - 2)).Select(i => string.Concat(letters.Skip(i).Take(3)))
                .OrderByDescending(s => s.Count(c => !char.IsAsciiLetter(c))).Take(SequencesOfAWord).Select(s => $"\"{s.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        }

        return sequences.Count == 0 ? null : string.Join(" AND ", sequences.Distinct(StringComparer.Ordinal));
    }

    private static string Joined(string row) => string.Join("||' '||", Columns.Select(c => $"COALESCE({row}.\"{c}\",'')"));

    /// <summary>
    /// Made and filled at once. A row number of its own for each identity, since SQLite may number the rows of a table with a textual key anew. Without the text itself, so a
    /// row goes out by telling the index the text that went in.
    /// </summary>
    private static readonly string Sqlite = $"""
        CREATE TABLE "IdentitySearchRows" ("Row" INTEGER PRIMARY KEY, "IdentityId" TEXT NOT NULL UNIQUE);
        CREATE VIRTUAL TABLE "IdentitySearch" USING fts5("Text", tokenize='trigram', detail=none, columnsize=0, content='');
        INSERT INTO "IdentitySearchRows" ("IdentityId") SELECT "Id" FROM "Identities" ORDER BY "Id";
        INSERT INTO "IdentitySearch" (rowid,"Text") SELECT r."Row",{Joined("i")} FROM "IdentitySearchRows" r JOIN "Identities" i ON i."Id"=r."IdentityId" ORDER BY r."Row";
        CREATE TRIGGER "IdentitySearchIn" AFTER INSERT ON "Identities" BEGIN
          INSERT INTO "IdentitySearchRows" ("IdentityId") VALUES (new."Id");
          INSERT INTO "IdentitySearch" (rowid,"Text") SELECT "Row",{Joined("new")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
        END;
        CREATE TRIGGER "IdentitySearchChange" AFTER UPDATE OF {string.Join(',', Columns.Select(c => $"\"{c}\""))} ON "Identities"
        WHEN {string.Join(" OR ", Columns.Select(c => $"old.\"{c}\" IS NOT new.\"{c}\""))} BEGIN
          INSERT INTO "IdentitySearch" ("IdentitySearch",rowid,"Text") SELECT 'delete',"Row",{Joined("old")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
          INSERT INTO "IdentitySearch" (rowid,"Text") SELECT "Row",{Joined("new")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
        END;
        CREATE TRIGGER "IdentitySearchOut" AFTER DELETE ON "Identities" BEGIN
          INSERT INTO "IdentitySearch" ("IdentitySearch",rowid,"Text") SELECT 'delete',"Row",{Joined("old")} FROM "IdentitySearchRows" WHERE "IdentityId"=old."Id";
          DELETE FROM "IdentitySearchRows" WHERE "IdentityId"=old."Id";
        END;
        """;

    private static async Task SqliteAsync(GovernanceDb db, CancellationToken ct)
    {
        if (await db.Database.SqlQuery<int>($"SELECT COUNT(*) AS \"Value\" FROM sqlite_master WHERE name='IdentitySearchOut'").SingleAsync(ct) == 0)
            await db.InTransactionAsync(() => db.Database.ExecuteSqlRawAsync(Sqlite, ct), ct);
    }

    private static async Task PostgreSqlAsync(GovernanceDb db, ILogger log, CancellationToken ct)
    {
        try
        {
            await db.InTransactionAsync(
                async () =>
                {
                    // Two nodes that start at once would otherwise both make it, and one would fail.
                    await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(727302)", ct);
                    return await db.Database.ExecuteSqlRawAsync(
                        $"""
                        CREATE EXTENSION IF NOT EXISTS pg_trgm;
                        CREATE INDEX IF NOT EXISTS "IX_Identities_Searched" ON "Identities" USING gin (({SqlText.SearchedSql}) gin_trgm_ops);
                        """, ct);
                },
                ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile)
        {
            NoExtension(log, e.MessageText);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Searching identities will read the whole table, since the database has no pg_trgm extension and it can't be switched on: {Why}. Have its owner run CREATE EXTENSION pg_trgm, then restart.")]
    private static partial void NoExtension(ILogger log, string why);
}
