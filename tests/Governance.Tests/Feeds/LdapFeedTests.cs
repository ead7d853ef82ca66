using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Feeds;

public sealed class LdapFeedTests(LdapServer server) : IClassFixture<LdapServer>
{
    [Theory, EachDatabase]
    public async Task Accounts_come_page_by_page_with_their_groups_and_no_password(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var feed = await desk.ConnectAsync("ldap", FeedDesk.Change(server.Settings(), LdapServer.Secrets()));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Created, import.Rejected).ShouldBe((true, 1203, 0));
        var seventh = (await desk.IdentitiesAsync()).Single(i => i.DisplayName == "svc-7");
        Guid.TryParse(seventh.ExternalId, out _).ShouldBeTrue("the directory's own id outlives a rename");
        (seventh.Kind, seventh.Description, seventh.Usage).ShouldBe((IdentityKind.ServiceAccount, "service 7", UsageState.NotReported));
        seventh.CreatedInSourceAt.ShouldNotBeNull();
        (await desk.GrantsAsync(seventh.ExternalId)).ShouldBe(["!member of Domain Admins@directory", "member of mailers@directory"], ignoreOrder: true);
        (await desk.ImportOfAsync(await desk.RunAsync(feed))).Unchanged.ShouldBe(1203);
        await desk.ShouldHoldNowhereAsync(LdapServer.Password);
        await desk.ShouldHoldNowhereAsync("hash-canary-7");
    }

    [Fact]
    public async Task A_size_limit_ends_the_fetch_and_nothing_is_called_missing()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("ldap", FeedDesk.Change(server.Settings(), LdapServer.Secrets()));
        await desk.RunAsync(feed);
        (await desk.Service.ChangeAsync(feed, FeedDesk.Change(server.Settings(("account", LdapServer.Limited))), FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        var run = await desk.RunAsync(feed);
        (run.State, run.ImportRunId).ShouldBe((FeedRunState.Failed, null));
        run.Message!.ShouldContain("size limit");
        (await desk.IdentitiesAsync()).ShouldAllBe(i => i.MissingSince == null);
    }

    [Fact]
    public async Task A_filter_that_suddenly_finds_nothing_calls_nothing_missing()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("ldap", FeedDesk.Change(server.Settings(("filter", "(uid=nobody)")), LdapServer.Secrets()));
        var run = await desk.RunAsync(feed);
        (run.State, run.ImportRunId).ShouldBe((FeedRunState.Failed, null));
        run.Message!.ShouldContain("finds nothing");
    }

    [Theory]
    [InlineData("password", "wrong-canary-ldap", "name or password is wrong")]
    [InlineData("base", "dc=nowhere,dc=com", "There is no dc=nowhere,dc=com")]
    [InlineData("filter", "(&(uid=*)", "parenthesis")]
    [InlineData("host", "169.254.169.254", "never called")]
    [InlineData("allowPrivate", "false", "not public")]
    [InlineData("tls", "LDAPS", "certificate is not trusted here")]
    public async Task What_is_wrong_is_said(string name, string value, string says)
    {
        await using var desk = await FeedDesk.CreateAsync();
        var secrets = LdapServer.Secrets(name == "password" ? value : LdapServer.Password);
        var settings = name == "password" ? server.Settings() : name == "tls" ? server.Settings((name, value), ("port", server.TlsPort.ToString())) : server.Settings((name, value));
        var refusal = (await desk.Service.TestAsync(null, "ldap", FeedDesk.Change(settings, secrets), FeedDesk.Admin, default)).Refusal!;
        refusal.Message.ShouldContain(says);
        refusal.Message.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_test_says_how_many_it_finds()
    {
        await using var desk = await FeedDesk.CreateAsync();
        (await desk.Service.TestAsync(null, "ldap", FeedDesk.Change(server.Settings(), LdapServer.Secrets()), FeedDesk.Admin, default)).OrThrow().ShouldContain("finds 1203 service accounts");
    }
}
