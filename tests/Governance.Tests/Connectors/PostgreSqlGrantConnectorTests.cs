using System.Text.Json;
using Governance.Common;
using Governance.Connectors.PostgreSql;
using Governance.Inventory;
using Governance.Revocation;
using Governance.Tests.Revocation;
using Npgsql;

namespace Governance.Tests.Connectors;

/// <summary>Memberships and attributes of real roles on a real server.</summary>
public sealed class PostgreSqlGrantConnectorTests : IAsyncLifetime
{
    private readonly RoleServer server = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_membership_is_taken_and_given_again_with_its_admin_option(bool admin)
    {
        var (group, member) = (await server.RoleAsync("NOLOGIN", "gr\"oup"), await server.RoleAsync());
        await RoleServer.ExecuteAsync($"GRANT {Quoted(group)} TO {Quoted(member)}{(admin ? " WITH ADMIN OPTION" : "")}");
        await TakenAndGivenAsync(member, $"member of {group}{(admin ? " with admin option" : "")}", $"REVOKE {Quoted(group)} FROM {Quoted(member)}");
        (await AdminAsync(group, member)).ShouldBe(admin);
    }

    [Fact]
    public async Task An_attribute_is_taken_and_given_again()
    {
        var member = await server.RoleAsync("LOGIN CREATEDB");
        await TakenAndGivenAsync(member, "CREATEDB", $"ALTER ROLE {Quoted(member)} NOCREATEDB");
    }

    [Fact]
    public async Task A_right_on_a_table_is_left_to_a_person()
    {
        var member = await server.RoleAsync();
        await using var connector = Open();
        var target = await TargetAsync(member) with { Grant = new GrantTarget("SELECT", "tables of shop.public", GrantPath.Direct) };
        var fault = await Should.ThrowAsync<ConnectorException>(() => connector.ObserveAsync(target, default));
        (fault.Retryable, fault.Message.Contains("REVOKE")).ShouldBe((false, true));
    }

    private static async Task TakenAndGivenAsync(string member, string permission, string says)
    {
        await using var connector = Open();
        var target = await TargetAsync(member) with { Grant = new GrantTarget(permission, "server", GrantPath.Direct) };
        var before = await connector.ObserveAsync(target, default);
        before.State.ShouldBe(TargetState.Enabled, before.Description);
        var command = new ConnectorCommand(RevocationVerb.Delete, target, "k", before.PreState, "r");
        (await connector.DescribeAsync(command, default)).ShouldBe([says]);
        await connector.SendAsync(command, default);
        await connector.SendAsync(command, default);
        var gone = await connector.ObserveAsync(target, default);
        (gone.State, gone.Recoverable).ShouldBe((TargetState.Gone, true));
        await connector.SendAsync(command with { Verb = RevocationVerb.Restore }, default);
        (await connector.ObserveAsync(target, default)).PreState.ShouldBe(before.PreState);
        (await RoleServer.CanLoginAsync(member)).ShouldBe(true, "nothing else was touched");
    }

    private static async Task<ConnectorTarget> TargetAsync(string role) => new($"{await RoleServer.OidAsync(role)}:{role}", role) { Kind = IdentityKind.DatabaseRole };

    private static async Task<bool> AdminAsync(string group, string member) =>
        await RoleServer.ScalarAsync($"SELECT bool_or(m.admin_option) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member WHERE g.rolname = '{group}' AND r.rolname = $1", member) is true;

    private static string Quoted(string role) => "\"" + role.Replace("\"", "\"\"") + "\"";

    private static IConnector Open()
    {
        var user = new NpgsqlConnectionStringBuilder(Support.PostgresServer.ConnectionString).Username!;
        using var settings = JsonDocument.Parse(JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = RoleServer.Host, ["port"] = RoleServer.Port.ToString(), ["user"] = user, ["sslMode"] = "Disable" }));
        return new PostgreSqlKind().Open(settings.RootElement.Clone(), null).OrThrow();
    }
}
