using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>Roles of one PostgreSQL server with what they are members of and may do in each database. See docs/connectors/postgresql-roles.md.</summary>
public sealed class PostgreSqlFeed : IInventoryFeed
{
    public string Kind => "postgresql-roles";

    public string Title => "PostgreSQL roles";

    public string Summary => "Roles that can log in or own anything, their memberships, and what is granted to them on databases, schemas and tables, summarised by schema.";

    public SourceSystem System => SourceSystem.PostgreSql;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("host", "Host", "Name or address of the server."),
        new("port", "Port", "1 to 65535.", Required: false, Default: "5432"),
        new("database", "First database", "Any database that the account may connect to; the others are found from there.", Required: false, Default: "postgres"),
        new("databases", "Databases", "Names with commas between, to read grants only in these. Empty reads all that are there.", Required: false),
        new("user", "Account", "A role of its own that can log in and nothing else."),
        new("password", "Password", "Or where it is: env:NAME or file:/path. Empty when the server asks for none.", FeedSettingForm.Secret, Required: false),
        new("sslMode", "TLS", "Disable, Prefer, Require, VerifyCA or VerifyFull.", Required: false, Default: "VerifyFull"),
        new("rootCertificate", "CA certificate file", "Path on the console's machine; empty trusts what the machine trusts.", Required: false),
        new("allowPrivate", "Private addresses", "On, since databases are rarely public. Off refuses private networks.", FeedSettingForm.Switch, Required: false, Default: "true"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make a role that can only look at the catalogue. Every role may read pg_roles and the privileges in it; it needs no right on any table", "CREATE ROLE governance_reader LOGIN NOINHERIT CONNECTION LIMIT 3 PASSWORD 'a long random password';"),
        new("Where databases do not let everybody connect, once for each", "GRANT CONNECT ON DATABASE your_database TO governance_reader;"),
    ];

    public Refusal? Check(FeedSettings settings) => Connection(settings).Refusal;

    public Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct) => WithAsync<Outcome<string>>(settings, null, async connection =>
    {
        var roles = 0;
        await foreach (var role in PostgreSqlCatalogue.RolesAsync(connection, ct))
            roles += role.CanLogin ? 1 : 0;
        var databases = Chosen(settings, await PostgreSqlCatalogue.DatabasesAsync(connection, ct), []);
        var closed = databases.Where(d => !d.Open).Select(d => d.Name).ToList();
        var seen = string.Create(CultureInfo.InvariantCulture, $"Connected to PostgreSQL {connection.PostgreSqlVersion} as {connection.UserName}. It sees {roles} roles that can log in and may connect to {databases.Count - closed.Count} of {databases.Count} databases.");
        return closed.Count == 0 ? seen : new Refusal("feed.rights", $"{seen} To read the others: {string.Join(" ", closed.Take(10).Select(d => $"GRANT CONNECT ON DATABASE {PostgreSqlConnector.Quote(d)} TO {PostgreSqlConnector.Quote(connection.UserName!)};"))}");
    }, ct);

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        var grants = new PostgreSqlGrants();
        var notes = new List<string>();
        var databases = await WithAsync(settings, null, async connection =>
        {
            await progress.ReportAsync("Reading roles and memberships", ct);
            await grants.ReadServerAsync(connection, ct);
            return Chosen(settings, await PostgreSqlCatalogue.DatabasesAsync(connection, ct), notes);
        }, ct);
        foreach (var database in databases)
        {
            await progress.ReportAsync($"Reading grants in {database.Name}", ct);
            if (!database.Open)
                notes.Add($"{database.Name} could not be read: GRANT CONNECT ON DATABASE {PostgreSqlConnector.Quote(database.Name)} to the account. Until then nothing is called missing.");
            else
                await ReadDatabaseAsync(settings, database.Name, grants, ct);
        }

        await to.AddLinesAsync("roles", "csv", GenericCsv.Header, RowsAsync(settings, grants, ct), ct);
        return new FeedFetch(notes.Count == 0, notes);
    }

    private static async Task ReadDatabaseAsync(FeedSettings settings, string database, PostgreSqlGrants grants, CancellationToken ct)
    {
        try
        {
            await WithAsync(settings, database, async connection =>
            {
                await grants.ReadDatabaseAsync(connection, database, ct);
                return true;
            }, ct);
        }
        catch (FeedException) when (!ct.IsCancellationRequested)
        {
            // Dropped between the list and now: there is nothing to read in it. Anything else is a fault.
            var left = await WithAsync(settings, null, c => PostgreSqlCatalogue.DatabasesAsync(c, ct), ct);
            if (left.Any(d => d.Name == database))
                throw;
        }
    }

    private static List<(string Name, bool Open)> Chosen(FeedSettings settings, IReadOnlyList<(string Name, bool Open)> all, List<string> notes)
    {
        var names = settings["databases"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        notes.AddRange(names.Where(n => all.All(d => d.Name != n)).Select(n => $"There is no database {n}: correct the setting 'Databases'. Until then nothing is called missing."));
        return names.Length == 0 ? [.. all] : [.. all.Where(d => names.Contains(d.Name, StringComparer.Ordinal))];
    }

    private static async IAsyncEnumerable<string> RowsAsync(FeedSettings settings, PostgreSqlGrants grants, [EnumeratorCancellation] CancellationToken ct)
    {
        var rows = await WithAsync(settings, null, async connection =>
        {
            var list = new List<string>();
            await foreach (var role in PostgreSqlCatalogue.RolesAsync(connection, ct))
                list.Add(PostgreSqlCatalogue.Row(role, grants.Of(role)));
            return list;
        }, ct);
        foreach (var row in rows)
            yield return row;
    }

    private static Outcome<NpgsqlConnectionStringBuilder> Connection(FeedSettings settings)
    {
        if (!int.TryParse(settings["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return new Refusal("feed.setting", "The port is a number from 1 to 65535.", "port");
        if (!Enum.TryParse<SslMode>(settings["sslMode"], ignoreCase: true, out var ssl) || !Enum.IsDefined(ssl))
            return new Refusal("feed.setting", "TLS is one of Disable, Prefer, Require, VerifyCA, VerifyFull.", "sslMode");
        if (settings["host"] is not { } host || host.Contains(',', StringComparison.Ordinal) || host[0] is '/' or '@' || settings["user"] is not { } user)
            return new Refusal("feed.setting", "Host and account are needed: one host, by name or address.", "host");
        return PostgreSqlKind.Connection(host, port, settings["database"]!, user, settings.Secret("password"), ssl, settings["rootCertificate"]);
    }

    private static async Task<T> WithAsync<T>(FeedSettings settings, string? database, Func<NpgsqlConnection, Task<T>> work, CancellationToken ct)
    {
        var builder = Connection(settings).OrThrow();
        builder.Database = database ?? builder.Database;
        builder.CommandTimeout = 120;
        try
        {
            await OutboundConnection.ResolveAsync(builder.Host!, settings.Is("allowPrivate"), ct);
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(ct);
            return await work(connection);
        }
        catch (AddressRefusedException fault)
        {
            throw new FeedException(fault.Message, retryable: false, fault);
        }
        catch (PostgresException fault)
        {
            var hint = fault.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification ? "The server does not let the account in: look at the password, and at pg_hba.conf."
                : fault.SqlState == PostgresErrorCodes.InsufficientPrivilege ? "The account may not read this." : "PostgreSQL refused.";
            throw new FeedException($"{hint} It says {fault.SqlState}: {fault.MessageText}", fault.IsTransient || fault.SqlState.StartsWith("57", StringComparison.Ordinal), fault);
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException)
        {
            throw new FeedException($"{builder.Host} could not be reached or not be read on: {(fault.InnerException ?? fault).Message}", retryable: true, fault);
        }
    }
}
