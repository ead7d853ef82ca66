using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Governance.Persistence;

/// <summary>
/// The index behind searching identities by any part of a word: all sequences of three characters of the searched text. Outside the model, since
/// each database has its own kind: SQLite a full-text table, kept by triggers and made anew by large imports, PostgreSQL an index of the pg_trgm extension, which the database's owner may
/// switch on. SQL Server has none: there a search reads the table.
/// </summary>
public static partial class SearchIndex
{
    private const int SequencesOfAWord = 4;

    /// <summary>So many may stand behind those in order, or a twentieth of these.</summary>
    private const int MostBehind = 5000;

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
    /// Without the text itself, so a row goes out by telling the index the text that went in. Rows have numbers of the index's own, which up to <c>SortedTo</c> stand in the order of names:
    /// a page by name is read from the cursor's number on. What comes or is renamed later stands behind, until the index is made anew.
    /// </summary>
    private const string SqliteTables = """
        DROP TABLE IF EXISTS "IdentitySearch"; DROP TABLE IF EXISTS "IdentitySearchRows";
        CREATE TABLE "IdentitySearchRows" ("Row" INTEGER PRIMARY KEY, "IdentityId" TEXT NOT NULL);
        CREATE VIRTUAL TABLE "IdentitySearch" USING fts5("Text", tokenize='trigram', detail=none, columnsize=0, content='');
        CREATE TABLE "IdentitySearchState" ("SortedTo" INTEGER NOT NULL);
        INSERT INTO "IdentitySearchState" VALUES (0);
        """;

    /// <summary>All of it in the order of names, each table once from end to end.</summary>
    private static readonly string SqliteFill = $"""
        INSERT INTO "IdentitySearch" ("IdentitySearch") VALUES ('delete-all');
        DROP INDEX IF EXISTS "IX_IdentitySearchRows";
        DELETE FROM "IdentitySearchRows";
        INSERT INTO "IdentitySearchRows" ("Row","IdentityId") SELECT ROW_NUMBER() OVER (ORDER BY "DisplayName","Id"),"Id" FROM "Identities";
        CREATE UNIQUE INDEX "IX_IdentitySearchRows" ON "IdentitySearchRows" ("IdentityId");
        INSERT INTO "IdentitySearch" (rowid,"Text") SELECT ROW_NUMBER() OVER (ORDER BY i."DisplayName",i."Id"),{Joined("i")} FROM "Identities" i NOT INDEXED;
        UPDATE "IdentitySearchState" SET "SortedTo"=(SELECT COUNT(*) FROM "IdentitySearchRows");
        """;

    private const string Next = """(SELECT MAX(s."SortedTo",COALESCE((SELECT MAX("Row") FROM "IdentitySearchRows"),0))+1 FROM "IdentitySearchState" s)""";

    private static readonly string SqliteTriggers = $"""
        CREATE TRIGGER "IdentitySearchIn" AFTER INSERT ON "Identities" BEGIN
          INSERT INTO "IdentitySearchRows" ("Row","IdentityId") VALUES ({Next},new."Id");
          INSERT INTO "IdentitySearch" (rowid,"Text") SELECT "Row",{Joined("new")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
        END;
        CREATE TRIGGER "IdentitySearchChange" AFTER UPDATE OF {string.Join(',', Columns.Select(c => $"\"{c}\""))} ON "Identities"
        WHEN {string.Join(" OR ", Columns.Select(c => $"old.\"{c}\" IS NOT new.\"{c}\""))} BEGIN
          INSERT INTO "IdentitySearch" ("IdentitySearch",rowid,"Text") SELECT 'delete',"Row",{Joined("old")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
          UPDATE "IdentitySearchRows" SET "Row"={Next} WHERE "IdentityId"=new."Id" AND old."DisplayName" IS NOT new."DisplayName";
          INSERT INTO "IdentitySearch" (rowid,"Text") SELECT "Row",{Joined("new")} FROM "IdentitySearchRows" WHERE "IdentityId"=new."Id";
        END;
        CREATE TRIGGER "IdentitySearchOut" AFTER DELETE ON "Identities" BEGIN
          INSERT INTO "IdentitySearch" ("IdentitySearch",rowid,"Text") SELECT 'delete',"Row",{Joined("old")} FROM "IdentitySearchRows" WHERE "IdentityId"=old."Id";
          DELETE FROM "IdentitySearchRows" WHERE "IdentityId"=old."Id";
        END;
        """;

    private const string DropTriggers = """DROP TRIGGER IF EXISTS "IdentitySearchIn"; DROP TRIGGER IF EXISTS "IdentitySearchChange"; DROP TRIGGER IF EXISTS "IdentitySearchOut";""";

    private static readonly string SqliteRemake = DropTriggers + SqliteFill + SqliteTriggers;

    private static readonly string SqliteMake = DropTriggers + SqliteTables + SqliteFill + SqliteTriggers;

    /// <summary>
    /// Before a merge: when it brings so much that the index is made anew after it, which is quicker than row by row and puts all in order, the triggers are put away until
    /// <see cref="RemakeAsync"/>. In the merge's transaction, so that a kill leaves the index as it was.
    /// </summary>
    /// <returns>Whether it has to be made anew.</returns>
    public static async Task<bool> PutAwayAsync(GovernanceDb db, int coming, CancellationToken ct)
    {
        if (!db.Database.IsSqlite())
            return false;
        var sorted = await SortedToAsync(db, ct);
        var behind = await db.Database.SqlQuery<long>($"""SELECT COALESCE(MAX("Row"),0) AS "Value" FROM "IdentitySearchRows" """).SingleAsync(ct) - sorted;
        if (Math.Max(behind, 0) + coming <= Math.Max(MostBehind, sorted / 20))
            return false;
        await db.Database.ExecuteSqlRawAsync(DropTriggers, ct);
        return true;
    }

    /// <summary>Makes SQLite's index anew, in the order of names; in a transaction.</summary>
    public static Task RemakeAsync(GovernanceDb db, CancellationToken ct) => db.Database.ExecuteSqlRawAsync(SqliteRemake, ct);

    /// <summary>Up to which number SQLite's index is in the order of names.</summary>
    public static Task<long> SortedToAsync(GovernanceDb db, CancellationToken ct) =>
        db.Database.SqlQuery<long>($"""SELECT "SortedTo" AS "Value" FROM "IdentitySearchState" """).SingleAsync(ct);

    private static async Task SqliteAsync(GovernanceDb db, CancellationToken ct)
    {
        if (await db.Database.SqlQuery<int>($"SELECT COUNT(*) AS \"Value\" FROM sqlite_master WHERE name='IdentitySearchState'").SingleAsync(ct) == 0)
            await db.InTransactionAsync(() => db.Database.ExecuteSqlRawAsync(SqliteMake, ct), ct);
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
