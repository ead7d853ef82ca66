using System.Diagnostics;
using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Governance.Benchmarks;

/// <summary>
/// A first import, an unchanged one and one with 1 % changed; against reading the file alone, and against the database's own loader (<c>sqlite3 .import</c>, <c>COPY</c>)
/// of the same rows into the same tables with the same indexes.
/// </summary>
internal static class ImportBenchmark
{
    private static readonly string[] Tables = ["Identities", "Credentials", "Entitlements", "Grants"];

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        await WarmAsync(provider);
        await using var installation = await Installation.CreateAsync(provider);
        var (first, second) = (Path.Combine(installation.Folder, "first.csv"), Path.Combine(installation.Folder, "changed.csv"));
        Samples.Write(first, rows);
        Samples.Write(second, rows, changedEvery: 100);
        var parse = Parse(installation, first);
        var (created, run) = await installation.ImportAsync(first);
        Expect(run.Created == rows, run);
        var rival = provider == DatabaseProvider.Sqlite ? SqliteLoader(installation) : await CopyAsync(installation);
        var (unchanged, again) = await installation.ImportAsync(first);
        Expect(again.Unchanged == rows, again);
        var (changed, some) = await installation.ImportAsync(second);
        Expect(some.Changed == (rows + 99) / 100 && some.Missing == 0, some);

        Print.Line($"{provider}, {rows.ToString("N0", CultureInfo.InvariantCulture)} identities with {(rows * 3).ToString("N0", CultureInfo.InvariantCulture)} credentials and grants", "figure");
        Print.Line("reading and checking the file alone", parse.ToString());
        Print.Line("the database's own loader, same rows, tables and indexes", rival.ToString());
        Print.Line("first import", created.ToString());
        Print.Line("unchanged re-import", unchanged.ToString());
        Print.Line("re-import with 1 % changed", changed.ToString());
        Print.Line("first import, identities a second", (rows / created.Seconds).ToString("N0", CultureInfo.InvariantCulture));
        Print.Line("speed of the first import against the loader", Print.Ratio(rival, created), ">= 0.50 x");
        Print.Line("speed of the first import against reading alone", Print.Ratio(parse, created), "none set");
        Print.Line("unchanged re-import against the first", Print.Ratio(created, unchanged), ">= 3.00 x faster");
        Print.Line("1 % changed against the first", Print.Ratio(created, changed));
        return 0;
    }

    /// <summary>What is compiled on first use is not of what is measured.</summary>
    private static async Task WarmAsync(DatabaseProvider provider)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "warm.csv");
        for (var round = 0; round < 3; round++)
        {
            Samples.Write(path, 2000, changedEvery: round);
            Parse(installation, path);
            await installation.ImportAsync(path);
        }
    }

    private static Cost Parse(Installation installation, string path)
    {
        var start = Cost.Begin();
        var file = ImportFile.Open(path, full: true, installation.Get<SecretFilter>(), installation.Get<ToolCatalogue>());
        var count = installation.Get<InventoryReaders>().Plan(InventoryReaders.Auto, file).OrThrow().Parts.Sum(p => p.Reader.Read(p.File).Count(i => i.Identity is not null));
        if (count == 0)
            throw new InvalidOperationException("Nothing was read.");
        return start.End();
    }

    /// <summary>
    /// The rows as they stand after the import, out to CSV, and by the sqlite3 program into a copy of the emptied database; the search's index in one statement
    /// afterwards, in the order of names, as the product makes it.
    /// </summary>
    private static Cost SqliteLoader(Installation installation)
    {
        var empty = Path.Combine(installation.Folder, "rival.db");
        using (var connection = new SqliteConnection($"Data Source={installation.SqliteFile}"))
        {
            connection.Open();
            using var schema = connection.CreateCommand();
            schema.CommandText = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN ('Identities','Credentials','Entitlements','Grants','IdentitySearchRows','IdentitySearch') AND type<>'trigger' AND name<>'IX_IdentitySearchRows' ORDER BY type='index', name DESC";
            using var reader = schema.ExecuteReader();
            using var rival = new SqliteConnection($"Data Source={empty};Foreign Keys=False");
            rival.Open();
            while (reader.Read())
            {
                using var create = rival.CreateCommand();
                create.CommandText = reader.GetString(0);
                create.ExecuteNonQuery();
            }
        }

        Shell("sqlite3", $"\"{installation.SqliteFile}\"", ".mode csv\n" + string.Concat(Tables.Select(t => $".once {installation.Folder}/{t}.csv\nSELECT * FROM \"{t}\";\n")));
        return Shell("sqlite3", $"\"{empty}\"", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA foreign_keys=OFF;\n" + string.Concat(Tables.Select(t => $".import --csv {installation.Folder}/{t}.csv {t}\n"))
            + "INSERT INTO IdentitySearchRows (Row,IdentityId) SELECT ROW_NUMBER() OVER (ORDER BY DisplayName,Id),Id FROM Identities;\nCREATE UNIQUE INDEX IX_IdentitySearchRows ON IdentitySearchRows (IdentityId);\n"
            + "INSERT INTO IdentitySearch (rowid,Text) SELECT ROW_NUMBER() OVER (ORDER BY DisplayName,Id),DisplayName||' '||ExternalId||' '||COALESCE(Publisher,'')||' '||COALESCE(OwnerHint,'') FROM Identities NOT INDEXED;\n");
    }

    private static async Task<Cost> CopyAsync(Installation installation)
    {
        await using var connection = new NpgsqlConnection(installation.ConnectionString);
        await connection.OpenAsync();
        await RunAsync(connection, "CREATE SCHEMA rival");
        foreach (var table in Tables)
        {
            await RunAsync(connection, $"CREATE TABLE rival.\"{table}\" (LIKE public.\"{table}\" INCLUDING ALL)");
            await using var to = new FileStream(Path.Combine(installation.Folder, table + ".copy"), FileMode.Create);
            using var from = await connection.BeginRawBinaryCopyAsync($"COPY public.\"{table}\" TO STDOUT (FORMAT BINARY)");
            await from.CopyToAsync(to);
        }

        var start = Cost.Begin();
        foreach (var table in Tables)
        {
            await using var from = File.OpenRead(Path.Combine(installation.Folder, table + ".copy"));
            await using var to = await connection.BeginRawBinaryCopyAsync($"COPY rival.\"{table}\" FROM STDIN (FORMAT BINARY)");
            await from.CopyToAsync(to);
        }

        var took = start.End();
        await RunAsync(connection, "DROP SCHEMA rival CASCADE");
        return took;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Under bash, which alone tells of an ended process how much of the processor it used.</summary>
    private static Cost Shell(string program, string arguments, string input)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"TIMEFORMAT='%R %U %S'; time {program} {arguments}");
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {said}");
        var times = said.Trim().Split('\n')[^1].Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return new Cost(times[0], times[1] + times[2]);
    }

    private static void Expect(bool holds, ImportRun run)
    {
        if (!holds)
            throw new InvalidOperationException($"Not what the file holds: read {run.Read}, created {run.Created}, changed {run.Changed}, unchanged {run.Unchanged}, rejected {run.Rejected}, missing {run.Missing}.");
    }
}
