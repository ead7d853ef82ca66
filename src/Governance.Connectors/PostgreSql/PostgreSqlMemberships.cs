using System.Globalization;
using System.Text.Json;
using Governance.Revocation;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>What a role holds on the server: membership in other roles, and attributes such as CREATEDB. Rights on tables are many and live in each database: those are taken by hand.</summary>
internal static class PostgreSqlMemberships
{
    private const string MemberOf = "member of ";
    private const string Admin = " with admin option";

    // Attribute, column, and the words that take it and give it.
    private static readonly Dictionary<string, string> Attributes = new(StringComparer.Ordinal)
    {
        ["CREATEROLE"] = "rolcreaterole",
        ["CREATEDB"] = "rolcreatedb",
        ["REPLICATION"] = "rolreplication",
        ["BYPASSRLS"] = "rolbypassrls",
    };

    private sealed record GrantState(uint Oid, string Grant, bool WithAdmin);

    public static async Task<Observation> ObserveAsync(NpgsqlConnection connection, PostgreSqlRole? role, GrantTarget grant, CancellationToken ct)
    {
        if (role is null)
            return new Observation(TargetState.Gone, "its role is not there");
        var held = await FindAsync(connection, role, grant, ct);
        return held is null ? new Observation(TargetState.Gone, $"{role.Name} does not hold {grant.Permission}") { Recoverable = true }
            : new Observation(TargetState.Enabled, $"{role.Name} holds {grant.Permission}", JsonSerializer.Serialize(held)) { ImmutableId = string.Create(CultureInfo.InvariantCulture, $"{role.Oid} {held.Grant}") };
    }

    public static async Task<string?> PlanAsync(NpgsqlConnection connection, PostgreSqlRole role, ConnectorCommand command, CancellationToken ct)
    {
        var grant = command.Target.Grant!;
        var held = await FindAsync(connection, role, grant, ct);
        var (member, name) = (PostgreSqlConnector.Quote(role.Name), NameOf(grant));
        switch (command.Verb)
        {
            case RevocationVerb.Delete:
                return held is null ? null : Attributes.ContainsKey(name) ? $"ALTER ROLE {member} NO{name}" : $"REVOKE {PostgreSqlConnector.Quote(name)} FROM {member}";
            case RevocationVerb.Restore:
                var before = JsonSerializer.Deserialize<GrantState>(command.PreState ?? throw new ConnectorException("The state before is not known, so there is nothing to restore to.", retryable: false))!;
                if (before.Oid != role.Oid)
                    throw new ConnectorException(string.Create(CultureInfo.InvariantCulture, $"The role {role.Name} now has oid {role.Oid}, before it had {before.Oid}: another role took the name."), retryable: false);
                return held is not null ? null : Attributes.ContainsKey(name) ? $"ALTER ROLE {member} {name}" : $"GRANT {PostgreSqlConnector.Quote(name)} TO {member}{(before.WithAdmin ? " WITH ADMIN OPTION" : string.Empty)}";
            default:
                throw new ConnectorException($"This connector cannot {command.Verb} a grant.", retryable: false);
        }
    }

    private static string NameOf(GrantTarget grant) =>
        grant.Permission.StartsWith(MemberOf, StringComparison.Ordinal)
            ? (grant.Permission.EndsWith(Admin, StringComparison.Ordinal) ? grant.Permission[MemberOf.Length..^Admin.Length] : grant.Permission[MemberOf.Length..])
            : Attributes.ContainsKey(grant.Permission) ? grant.Permission
            : throw new ConnectorException($"'{grant.Permission}' on {grant.Resource} is no membership and no attribute of the role. Take it with REVOKE in its database.", retryable: false);

    private static async Task<GrantState?> FindAsync(NpgsqlConnection connection, PostgreSqlRole role, GrantTarget grant, CancellationToken ct)
    {
        var name = NameOf(grant);
        if (Attributes.TryGetValue(name, out var column))
        {
            await using var attribute = new NpgsqlCommand($"SELECT {column} FROM pg_roles WHERE oid = $1", connection) { Parameters = { new NpgsqlParameter { Value = role.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid } } };
            return await attribute.ExecuteScalarAsync(ct) is true ? new GrantState(role.Oid, name, false) : null;
        }

        await using var command = new NpgsqlCommand("SELECT bool_or(m.admin_option) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = $1 AND g.rolname = $2", connection)
        {
            Parameters = { new NpgsqlParameter { Value = role.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid }, new NpgsqlParameter { Value = name, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Name } },
        };
        return await command.ExecuteScalarAsync(ct) is bool admin ? new GrantState(role.Oid, name, admin) : null;
    }
}
