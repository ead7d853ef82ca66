using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Revocation;
using Governance.Tests.Support;

namespace Governance.Tests.Feeds;

/// <summary>Against a real server, with roles of the test's own.</summary>
public sealed class PostgreSqlFeedTests
{
    [Theory, EachDatabase]
    public async Task Roles_come_with_memberships_and_grants_as_the_server_tells_them(DatabaseProvider provider)
    {
        await using var server = new RoleServer();
        var reader = await server.RoleAsync(prefix: "reader");
        var team = await server.RoleAsync("NOLOGIN", prefix: "team");
        var agent = await server.RoleAsync("LOGIN CREATEDB VALID UNTIL '2027-03-01 00:00:00+00'", prefix: "agent;|\"odd");
        var schema = "s_" + Guid.CreateVersion7().ToString("N");
        await RoleServer.ExecuteAsync($"""
            GRANT "{team}" TO {Quote(agent)}; GRANT pg_read_all_data TO "{team}"; COMMENT ON ROLE {Quote(agent)} IS 'Answers tickets, see "runbook"';
            CREATE SCHEMA {schema}; CREATE TABLE {schema}.a(); CREATE TABLE {schema}.b(); CREATE TABLE {schema}.c(); GRANT USAGE ON SCHEMA {schema} TO {Quote(agent)};
            GRANT SELECT ON {schema}.a, {schema}.b TO {Quote(agent)}; GRANT DELETE ON {schema}.c TO {Quote(agent)};
            """);
        try
        {
            await using var desk = await FeedDesk.CreateAsync(provider);
            var feed = await desk.ConnectAsync("postgresql-roles", FeedDesk.Change(Settings(reader)));
            var run = await desk.RunAsync(feed);
            (run.Complete, (await desk.ImportOfAsync(run)).Rejected).ShouldBe((true, 0), run.Message);
            var id = $"{await RoleServer.OidAsync(agent)}:{agent}";
            var identity = (await desk.IdentitiesAsync()).Single(i => i.ExternalId == id);
            (identity.Kind, identity.DisplayName, identity.Enabled, identity.Usage, identity.Description).ShouldBe((IdentityKind.DatabaseRole, agent, Reported.Yes, UsageState.NotReported, "Answers tickets, see \"runbook\""));
            identity.ExpiresAt.ShouldBe(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero));
            (await desk.GrantsAsync(id)).ShouldBe(["!CREATEDB@server", $"DELETE@postgres.{schema}.c", $"member of {team}@server", $"SELECT@tables of postgres.{schema}", $"USAGE@schema postgres.{schema}"], ignoreOrder: true);
            (await desk.GrantsAsync($"{await RoleServer.OidAsync(team)}:{team}")).ShouldBe(["!member of pg_read_all_data@server"]);
            // Other tests change roles of this server meanwhile: this one is the same.
            await desk.ImportOfAsync(await desk.RunAsync(feed));
            (await desk.IdentitiesAsync()).Single(i => i.ExternalId == id).ContentHash.ShouldBe(identity.ContentHash);
        }
        finally
        {
            await RoleServer.ExecuteAsync($"DROP SCHEMA {schema} CASCADE; REVOKE pg_read_all_data FROM \"{team}\"");
        }
    }

    [Fact]
    public async Task A_test_says_what_it_sees_and_which_database_is_closed_to_it()
    {
        await using var server = new RoleServer();
        var reader = await server.RoleAsync(prefix: "reader");
        await using var desk = await FeedDesk.CreateAsync();
        (await desk.Service.TestAsync(null, "postgresql-roles", FeedDesk.Change(Settings(reader)), FeedDesk.Admin, default)).OrThrow().ShouldContain("roles that can log in");
        var database = "closed_" + Guid.CreateVersion7().ToString("N");
        await RoleServer.ExecuteAsync($"CREATE DATABASE {database}");
        try
        {
            await RoleServer.ExecuteAsync($"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC");
            var refusal = (await desk.Service.TestAsync(null, "postgresql-roles", FeedDesk.Change(Settings(reader, "postgres," + database)), FeedDesk.Admin, default)).Refusal!;
            refusal.Code.ShouldBe("feed.rights");
            refusal.Message.ShouldContain($"GRANT CONNECT ON DATABASE \"{database}\" TO \"{reader}\"");
            var run = await desk.RunAsync(await desk.ConnectAsync("postgresql-roles", FeedDesk.Change(Settings(reader, "postgres," + database))));
            (run.Complete, (await desk.ImportOfAsync(run)).Full).ShouldBe((false, false));
        }
        finally
        {
            await RoleServer.ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    [Theory]
    [InlineData("host", "169.254.169.254", "never called")]
    [InlineData("allowPrivate", "false", "not public")]
    [InlineData("port", "1", "could not be reached")]
    [InlineData("user", "nobody_of_that_name", "does not let the account in")]
    public async Task What_is_wrong_is_said(string name, string value, string says)
    {
        await using var desk = await FeedDesk.CreateAsync();
        var settings = Settings("postgres");
        settings[name] = value;
        var refusal = (await desk.Service.TestAsync(null, "postgresql-roles", FeedDesk.Change(settings), FeedDesk.Admin, default)).Refusal!;
        refusal.Code.ShouldBe("feed.failed");
        refusal.Message.ShouldContain(says);
    }

    private static string Quote(string name) => "\"" + name.Replace("\"", "\"\"") + "\"";

    // Other tests make and drop databases on this server: only those of the test are read.
    private static Dictionary<string, string> Settings(string user, string databases = "postgres") => new(StringComparer.Ordinal) { ["host"] = RoleServer.Host, ["port"] = RoleServer.Port.ToString(), ["user"] = user, ["sslMode"] = "Disable", ["databases"] = databases };
}
