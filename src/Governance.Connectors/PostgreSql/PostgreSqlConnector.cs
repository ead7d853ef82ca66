using System.Globalization;
using System.Net.Sockets;
using Governance.Common;
using Governance.Revocation;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>
/// Takes a role's login away (<c>ALTER ROLE … NOLOGIN</c>), ends its sessions, and looks in <c>pg_roles</c> and <c>pg_stat_activity</c> whether it is so.
/// Refuses superusers, built-in roles and the account that it signs in with (B6).
/// </summary>
internal sealed class PostgreSqlConnector(string connectionString) : IConnector
{
    private const int LooksForSessionsToEnd = 30;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct) => WithAsync(async connection =>
    {
        var found = await FindAsync(connection, PostgreSqlTarget.Parse(target.ExternalId), ct);
        if (target.Grant is { } grant)
            return await PostgreSqlMemberships.ObserveAsync(connection, found, grant, ct);
        if (found is not { } role)
            return new Observation(TargetState.Gone, $"no role {target.ExternalId} in pg_roles");
        // A session that outlives NOLOGIN still acts: disabled is said only when none is left.
        var state = role.CanLogin || role.Sessions > 0 ? TargetState.Enabled : TargetState.Disabled;
        var text = string.Create(CultureInfo.InvariantCulture, $"rolcanlogin = {(role.CanLogin ? "true" : "false")}, {role.Sessions} sessions, oid {role.Oid}");
        return new Observation(state, text, new PostgreSqlPreState(role.Oid, role.CanLogin).ToJson()) { ImmutableId = role.Oid.ToString(CultureInfo.InvariantCulture) };
    }, ct);

    public Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) => WithAsync<IReadOnlyList<string>>(async connection =>
    {
        var (_, sql) = await PlanAsync(connection, command, ct);
        return sql is null ? [] : command.Verb == RevocationVerb.Disable ? [sql, "SELECT pg_terminate_backend(pid) for each of its sessions"] : [sql];
    }, ct);

    public Task<string> SendAsync(ConnectorCommand command, CancellationToken ct) => WithAsync(async connection =>
    {
        var (role, sql) = await PlanAsync(connection, command, ct);
        if (sql is null)
            return SettingText.Digest(string.Empty);
        await ExecuteAsync(connection, sql, ct);
        if (command.Verb == RevocationVerb.Disable)
            await EndSessionsAsync(connection, role, ct);
        return SettingText.Digest(sql);
    }, ct);

    public Task<Outcome<string>> TestAsync(CancellationToken ct) => WithAsync<Outcome<string>>(async connection =>
    {
        await using var command = new NpgsqlCommand(
            "SELECT rolsuper, rolcreaterole, pg_has_role(current_user, 'pg_signal_backend', 'USAGE'), current_user::text, (SELECT count(*) FROM pg_roles WHERE rolcanlogin) FROM pg_roles WHERE rolname = current_user", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (super, create, signal, user, logins) = (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetString(3), reader.GetInt64(4));
        var missing = new List<string>();
        if (!super && !create)
            missing.Add($"CREATEROLE (ALTER ROLE {Quote(user)} CREATEROLE)");
        if (!super && !signal)
            missing.Add($"ending sessions (GRANT pg_signal_backend TO {Quote(user)})");
        if (missing.Count > 0)
            return new Refusal("connector.rights", $"Connected as {user}, but it lacks {string.Join(" and ", missing)}.");
        var version = connection.PostgreSqlVersion.ToString();
        return super
            ? $"Connected to PostgreSQL {version} as {user}, {logins} roles can log in. This account is a superuser, which is more than is needed: see the connector's page for the least it needs."
            : $"Connected to PostgreSQL {version} as {user}, {logins} roles can log in. It may alter roles and end their sessions.";
    }, ct);

    /// <summary>An identifier takes no parameter in SQL, so it is quoted; quotes in it are doubled.</summary>
    internal static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static async Task<(PostgreSqlRole Role, string? Sql)> PlanAsync(NpgsqlConnection connection, ConnectorCommand command, CancellationToken ct)
    {
        var role = await FindAsync(connection, PostgreSqlTarget.Parse(command.Target.ExternalId), ct)
            ?? throw new ConnectorException($"There is no role {command.Target.ExternalId} any more.", retryable: false);
        if (command.Target.Grant is not null)
            return Refuse(role, null) is { } not ? throw new ConnectorException(not, retryable: false) : (role, await PostgreSqlMemberships.PlanAsync(connection, role, command, ct));
        var before = PostgreSqlPreState.Parse(command.PreState);
        return Refuse(role, before) is { } reason ? throw new ConnectorException(reason, retryable: false) : (role, Statement(command.Verb, role, before));
    }

    private static string Statement(RevocationVerb verb, PostgreSqlRole role, PostgreSqlPreState? before) => verb switch
    {
        RevocationVerb.Disable => $"ALTER ROLE {Quote(role.Name)} NOLOGIN",
        RevocationVerb.Restore when before is not null => $"ALTER ROLE {Quote(role.Name)} {(before.CanLogin ? "LOGIN" : "NOLOGIN")}",
        RevocationVerb.Restore => throw new ConnectorException("The state before is not known, so there is nothing to restore to.", retryable: false),
        RevocationVerb.Delete when role.CanLogin => throw new ConnectorException($"{QuarantineFirst.Id}: {role.Name} can log in again. It has to be disabled before it is deleted.", retryable: false),
        RevocationVerb.Delete => $"DROP ROLE {Quote(role.Name)}",
        _ => throw new ConnectorException($"Unknown verb {verb}.", retryable: false),
    };

    private static string? Refuse(PostgreSqlRole role, PostgreSqlPreState? before)
    {
        if (role.Superuser)
            return $"{NeverTouch.Id}: {role.Name} is a superuser and is never revoked from here.";
        if (role.Self)
            return $"{NeverTouch.Id}: {role.Name} is the account that this connector signs in with.";
        if (role.Name.StartsWith("pg_", StringComparison.Ordinal))
            return $"{NeverTouch.Id}: {role.Name} is built into PostgreSQL.";
        return before is not null && before.Oid != role.Oid
            ? string.Create(CultureInfo.InvariantCulture, $"The role {role.Name} now has oid {role.Oid}, before it had {before.Oid}: another role took the name.")
            : null;
    }

    private static async Task EndSessionsAsync(NpgsqlConnection connection, PostgreSqlRole role, CancellationToken ct)
    {
        for (var look = 0; look < LooksForSessionsToEnd; look++)
        {
            await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usesysid = $1 AND pid <> pg_backend_pid()", connection)
            {
                Parameters = { new NpgsqlParameter { Value = role.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid } },
            };
            if (await command.ExecuteScalarAsync(ct) is 0L)
                return;
            await Task.Delay(BetweenLooks, ct);
        }
    }

    private static async Task<PostgreSqlRole?> FindAsync(NpgsqlConnection connection, PostgreSqlTarget target, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT r.oid, r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolname IN (current_user, session_user), (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid) FROM pg_roles r WHERE "
            + (target.Oid is null ? "r.rolname = $1" : "r.oid = $1"), connection);
        command.Parameters.Add(target.Oid is { } oid
            ? new NpgsqlParameter { Value = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid }
            : new NpgsqlParameter { Value = target.Name, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new PostgreSqlRole(reader.GetFieldValue<uint>(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetInt64(5))
            : null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<T> WithAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            return await work(connection);
        }
        catch (PostgresException fault)
        {
            throw Explain(fault);
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException)
        {
            throw new ConnectorException($"The server could not be reached: {fault.Message}", retryable: true, cause: fault);
        }
    }

    private static ConnectorException Explain(PostgresException fault) => fault.SqlState switch
    {
        PostgresErrorCodes.DependentObjectsStillExist => new ConnectorException(
            $"The role still owns objects or holds rights, so PostgreSQL does not drop it. Give them to another role (REASSIGN OWNED BY … TO …; DROP OWNED BY … in each database) and try again. {fault.MessageText}", retryable: false, cause: fault),
        PostgresErrorCodes.InsufficientPrivilege => new ConnectorException($"The connector's account may not do this: {fault.MessageText}. Test the connector to see what it lacks.", retryable: false, cause: fault) { OpensBreaker = true },
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new ConnectorException($"The server does not let the connector's account in: {fault.MessageText}.", retryable: false, cause: fault) { OpensBreaker = true },
        _ => new ConnectorException($"PostgreSQL says {fault.SqlState}: {fault.MessageText}", fault.IsTransient || fault.SqlState.StartsWith("57", StringComparison.Ordinal), cause: fault),
    };
}
