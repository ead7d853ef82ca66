using Governance.Connectors.Outbound;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>
/// What each role holds: attributes, memberships, and rights on databases, schemas, tables and sequences. Rights on many tables of one schema are one
/// entry ("SELECT on tables of shop.public"), so that a role with rights on thousands stays readable and one more table is no change; a single one is named.
/// </summary>
internal sealed class PostgreSqlGrants
{
    private readonly Dictionary<uint, SortedSet<string>> held = [];

    /// <summary>Everything that the role holds itself, sorted. What comes by membership is the membership.</summary>
    public IReadOnlyCollection<string> Of(InventoriedRole role)
    {
        var all = new SortedSet<string>(held.GetValueOrDefault(role.Oid) ?? [], StringComparer.Ordinal);
        foreach (var (on, name) in ((bool, string)[])[(role.Superuser, "SUPERUSER"), (role.CreateRole, "CREATEROLE"), (role.CreateDatabase, "CREATEDB"), (role.Replication, "REPLICATION"), (role.BypassRls, "BYPASSRLS")])
        {
            if (on)
                all.Add($"!{name}@server");
        }

        return all;
    }

    public async Task ReadServerAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // A membership in a built-in role such as pg_read_all_data is a right on everything; ADMIN OPTION may hand a role on.
        await EachAsync(
            connection,
            "SELECT m.member, r.rolname::text, r.rolname LIKE 'pg\\_%' OR r.rolsuper OR r.rolcreaterole OR r.rolbypassrls, m.admin_option FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid",
            r => Add(r.GetFieldValue<uint>(0), $"{(r.GetBoolean(2) || r.GetBoolean(3) ? "!" : null)}member of {GenericCsv.Entry(r.GetString(1))}{(r.GetBoolean(3) ? " with admin option" : null)}", "server"),
            ct);
        await EachAsync(
            connection,
            "SELECT a.grantee, d.datname::text, a.privilege_type FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE d.datallowconn AND NOT d.datistemplate AND a.grantee <> d.datdba",
            r => Add(r.GetFieldValue<uint>(0), r.GetString(2), $"database {r.GetString(1)}"),
            ct);
        await EachAsync(connection, "SELECT datdba, datname::text FROM pg_database WHERE datallowconn AND NOT datistemplate", r => Add(r.GetFieldValue<uint>(0), "!owner", $"database {r.GetString(1)}"), ct);
    }

    public async Task ReadDatabaseAsync(NpgsqlConnection connection, string database, CancellationToken ct)
    {
        const string Ours = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'";
        await EachAsync(
            connection,
            $"SELECT a.grantee, n.nspname::text, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE {Ours} AND a.grantee <> n.nspowner",
            r => Add(r.GetFieldValue<uint>(0), r.GetString(2), $"schema {database}.{r.GetString(1)}"),
            ct);
        // One row for each role, right and schema, whatever the number of tables; the server does the counting.
        await EachAsync(
            connection,
            $"""
            SELECT a.grantee, n.nspname::text, a.privilege_type, count(*), min(c.relname)::text, CASE c.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {Ours} AND a.grantee <> c.relowner GROUP BY a.grantee, n.nspname, a.privilege_type, 6
            """,
            r => Add(r.GetFieldValue<uint>(0), r.GetString(2), r.GetInt64(3) == 1 ? $"{database}.{r.GetString(1)}.{r.GetString(4)}" : $"{r.GetString(5)} of {database}.{r.GetString(1)}"),
            ct);
        await EachAsync(
            connection,
            $"SELECT c.relowner, n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {Ours} GROUP BY c.relowner, n.nspname",
            r => Add(r.GetFieldValue<uint>(0), "!owner", $"tables of {database}.{r.GetString(1)}"),
            ct);
    }

    private static async Task EachAsync(NpgsqlConnection connection, string sql, Action<NpgsqlDataReader> take, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            take(reader);
    }

    // Grantee 0 is PUBLIC: what everybody may do is no right of one role.
    private void Add(uint grantee, string permission, string resource)
    {
        var entry = $"{permission}@{GenericCsv.Entry(resource)}";
        if (grantee == 0)
            return;
        if (held.TryGetValue(grantee, out var list))
            list.Add(entry);
        else
            held.Add(grantee, new SortedSet<string>(StringComparer.Ordinal) { entry });
    }
}
