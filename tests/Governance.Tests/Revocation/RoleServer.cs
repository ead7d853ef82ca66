using Governance.Common;
using Governance.Tests.Support;
using Npgsql;

namespace Governance.Tests.Revocation;

/// <summary>Real roles on a real server, each with a name of its own, dropped at the end.</summary>
public sealed class RoleServer : IAsyncDisposable
{
    private readonly List<string> roles = [];

    public static string Host => new NpgsqlConnectionStringBuilder(PostgresServer.ConnectionString).Host!;

    public static int Port => new NpgsqlConnectionStringBuilder(PostgresServer.ConnectionString).Port;

    public async Task<string> RoleAsync(string options = "LOGIN", string prefix = "svc")
    {
        var name = $"{prefix}_{Guid.CreateVersion7():N}";
        await ExecuteAsync($"CREATE ROLE \"{name.Replace("\"", "\"\"")}\" {options}");
        roles.Add(name);
        return name;
    }

    /// <summary>A session of the role, as its workload would hold it.</summary>
    public static async Task<NpgsqlConnection> SessionAsync(string role)
    {
        var builder = new NpgsqlConnectionStringBuilder(PostgresServer.ConnectionString) { Username = role, Database = "postgres", Pooling = false };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<bool?> CanLoginAsync(string role) => await ScalarAsync("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", role) as bool?;

    public static async Task<uint> OidAsync(string role) => (uint)(await ScalarAsync("SELECT oid FROM pg_roles WHERE rolname = $1", role))!;

    public static async Task<object?> ScalarAsync(string sql, string role)
    {
        await using var connection = await AdministratorAsync();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter { Value = role, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Name } } };
        return await command.ExecuteScalarAsync();
    }

    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = await AdministratorAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var role in roles)
        {
            var quoted = "\"" + role.Replace("\"", "\"\"") + "\"";
            if (await CanLoginAsync(role) is not null)
                await ExecuteAsync($"DROP OWNED BY {quoted}; DROP ROLE {quoted}");
        }
    }

    private static async Task<NpgsqlConnection> AdministratorAsync()
    {
        var connection = new NpgsqlConnection(PostgresServer.ConnectionString + ";Database=postgres;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
