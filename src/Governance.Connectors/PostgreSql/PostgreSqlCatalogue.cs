using System.Globalization;
using System.Runtime.CompilerServices;
using Governance.Connectors.Outbound;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>A role for the inventory, as pg_roles and pg_shdescription show it.</summary>
internal sealed record InventoriedRole(
    uint Oid, string Name, bool CanLogin, bool Superuser, bool CreateRole, bool CreateDatabase, bool Replication, bool BypassRls, bool Inherit, int ConnectionLimit, DateTime? ValidUntil, bool NeverEnds, string? Comment);

/// <summary>What the server tells every role that may connect: no right on a table is needed, and no password is ever read.</summary>
internal static class PostgreSqlCatalogue
{
    public static async IAsyncEnumerable<InventoriedRole> RolesAsync(NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken ct)
    {
        // Roles that only bundle rights (NOLOGIN) are in it too: they are what memberships point at. Built-in ones are not.
        await using var command = new NpgsqlCommand(
            """
            SELECT r.oid, r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls, r.rolinherit, r.rolconnlimit,
                   CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil AT TIME ZONE 'UTC' END, r.rolvaliduntil IS NULL OR NOT isfinite(r.rolvaliduntil), shobj_description(r.oid, 'pg_authid')
            FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\_%' ORDER BY r.oid
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            yield return new InventoriedRole(
                reader.GetFieldValue<uint>(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7), reader.GetBoolean(8), reader.GetInt32(9),
                await reader.IsDBNullAsync(10, ct) ? null : reader.GetDateTime(10), reader.GetBoolean(11), await reader.IsDBNullAsync(12, ct) ? null : reader.GetString(12));
        }
    }

    /// <summary>Databases, and whether this account may connect to them. Templates and closed ones have nothing that a role could use.</summary>
    public static async Task<IReadOnlyList<(string Name, bool Open)>> DatabasesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT datname::text, has_database_privilege(oid, 'CONNECT') FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var list = new List<(string, bool)>();
        while (await reader.ReadAsync(ct))
            list.Add((reader.GetString(0), reader.GetBoolean(1)));
        return list;
    }

    public static string Row(InventoriedRole role, IReadOnlyCollection<string> grants)
    {
        var settings = new List<string>();
        foreach (var (on, name) in ((bool, string)[])[(role.CanLogin, "LOGIN"), (role.Superuser, "SUPERUSER"), (role.CreateRole, "CREATEROLE"), (role.CreateDatabase, "CREATEDB"), (role.Replication, "REPLICATION"), (role.BypassRls, "BYPASSRLS"), (!role.Inherit, "NOINHERIT")])
        {
            if (on)
                settings.Add(name);
        }

        if (role.ConnectionLimit >= 0)
            settings.Add("CONNECTION LIMIT " + role.ConnectionLimit.ToString(CultureInfo.InvariantCulture));
        // The server tells neither when a role was made nor when it last signed in: those stay not reported.
        return GenericCsv.Row(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["external_id"] = string.Create(CultureInfo.InvariantCulture, $"{role.Oid}:{role.Name}"),
            ["name"] = role.Name,
            ["kind"] = "DatabaseRole",
            ["description"] = role.Comment,
            ["enabled"] = role.CanLogin ? "true" : "false",
            ["expires_at"] = role.ValidUntil?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? (role.NeverEnds ? "never" : null),
            ["entitlements"] = string.Join(';', grants),
            ["settings"] = string.Join(' ', settings),
        });
    }
}
