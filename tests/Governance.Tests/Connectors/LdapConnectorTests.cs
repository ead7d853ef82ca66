using System.DirectoryServices.Protocols;
using System.Net;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Ldap;
using Governance.Inventory;
using Governance.Revocation;
using Governance.Tests.Feeds;

namespace Governance.Tests.Connectors;

/// <summary>Against a real slapd, with an account that may do no more than docs/connectors/ldap-accounts.md says.</summary>
public sealed class LdapConnectorTests(LdapServer server) : IClassFixture<LdapServer>
{
    [Theory]
    [InlineData("svc-11", LdapSwitch.PwdAccountLockedTime)]
    [InlineData("shell-1", LdapSwitch.LoginShell)]
    public async Task An_account_is_disabled_by_the_servers_own_attribute_and_comes_back_as_it_was(string uid, string attribute)
    {
        await using var connector = Open(attribute);
        var target = await TargetAsync(uid);
        var before = await connector.ObserveAsync(target, default);
        (before.State, before.ImmutableId).ShouldBe((TargetState.Enabled, target.ExternalId), before.Description);
        var command = new ConnectorCommand(RevocationVerb.Disable, target, "k", before.PreState, "r");
        (await connector.DescribeAsync(command, default)).ShouldHaveSingleItem().ShouldStartWith($"modify uid={uid},ou=services,dc=example,dc=com: replace {attribute}");
        (await connector.ObserveAsync(target, default)).State.ShouldBe(TargetState.Enabled, "a dry run changes nothing");
        if (attribute == LdapSwitch.PwdAccountLockedTime)
            Binds(uid).ShouldBeTrue();
        await connector.SendAsync(command, default);
        await connector.SendAsync(command, default);
        (await connector.ObserveAsync(target, default)).State.ShouldBe(TargetState.Disabled);
        if (attribute == LdapSwitch.PwdAccountLockedTime)
            Binds(uid).ShouldBeFalse("the directory itself lets it in no more");
        await connector.SendAsync(command with { Verb = RevocationVerb.Restore }, default);
        StepRules.IsReached(RevocationVerb.Restore, await connector.ObserveAsync(target, default), before.PreState).ShouldBeTrue();
        if (attribute == LdapSwitch.PwdAccountLockedTime)
            Binds(uid).ShouldBeTrue();
    }

    [Fact]
    public async Task An_enabled_account_is_not_deleted_and_a_disabled_one_is_gone_by_its_own_id()
    {
        await using var connector = Open(LdapSwitch.PwdAccountLockedTime);
        var target = await TargetAsync("svc-12");
        var before = await connector.ObserveAsync(target, default);
        var delete = new ConnectorCommand(RevocationVerb.Delete, target, "k", before.PreState, "r");
        (await Should.ThrowAsync<ConnectorException>(() => connector.SendAsync(delete, default))).Message.ShouldStartWith(QuarantineFirst.Id);
        await connector.SendAsync(delete with { Verb = RevocationVerb.Disable }, default);
        await connector.SendAsync(delete, default);
        (await connector.ObserveAsync(target, default)).State.ShouldBe(TargetState.Gone);
        // A new entry of that name has another entryUUID: it is not the target, and nothing happens to it.
        using (var admin = Bound(LdapServer.Revoker))
            admin.SendRequest(new AddRequest("uid=svc-12,ou=services,dc=example,dc=com", new DirectoryAttribute("objectClass", "account"), new DirectoryAttribute("uid", "svc-12")));
        (await connector.ObserveAsync(target, default)).State.ShouldBe(TargetState.Gone);
        await connector.SendAsync(delete, default);
        (await TargetAsync("svc-12")).ExternalId.ShouldNotBe(target.ExternalId);
    }

    [Fact]
    public async Task A_membership_is_removed_and_given_again()
    {
        await using var connector = Open(LdapSwitch.PwdAccountLockedTime);
        var target = await TargetAsync("svc-8") with { Grant = new GrantTarget("member of mailers", "directory", GrantPath.Direct) };
        var before = await connector.ObserveAsync(target, default);
        before.State.ShouldBe(TargetState.Enabled, before.Description);
        var command = new ConnectorCommand(RevocationVerb.Delete, target, "k", before.PreState, "r");
        await connector.SendAsync(command, default);
        await connector.SendAsync(command, default);
        var gone = await connector.ObserveAsync(target, default);
        (gone.State, gone.Recoverable).ShouldBe((TargetState.Gone, true));
        await connector.SendAsync(command with { Verb = RevocationVerb.Restore }, default);
        (await connector.ObserveAsync(target, default)).PreState.ShouldBe(before.PreState);
        // svc-7 is the only one in the group of administrators: the schema wants one member, and the refusal says so.
        var last = await TargetAsync("svc-7") with { Grant = new GrantTarget("member of Domain Admins", "directory", GrantPath.Direct) };
        var seen = await connector.ObserveAsync(last, default);
        var fault = await Should.ThrowAsync<ConnectorException>(() => connector.SendAsync(command with { Target = last, PreState = seen.PreState }, default));
        (fault.Retryable, fault.Message.Contains("at least one member")).ShouldBe((false, true), fault.Message);
    }

    [Fact]
    public async Task A_missing_right_and_a_wrong_password_open_the_circuit()
    {
        var target = await TargetAsync("svc-13");
        await using (var reader = Open(LdapSwitch.PwdAccountLockedTime, account: LdapServer.Reader))
        {
            var before = await reader.ObserveAsync(target, default);
            var fault = await Should.ThrowAsync<ConnectorException>(() => reader.SendAsync(new ConnectorCommand(RevocationVerb.Disable, target, "k", before.PreState, "r"), default));
            (fault.OpensBreaker, fault.Retryable).ShouldBe((true, false), fault.Message);
            (await reader.ObserveAsync(target, default)).State.ShouldBe(TargetState.Enabled);
        }

        await using var wrong = Open(LdapSwitch.PwdAccountLockedTime, password: "another-password");
        var refused = await Should.ThrowAsync<ConnectorException>(() => wrong.ObserveAsync(target, default));
        refused.OpensBreaker.ShouldBeTrue(refused.Message);
        refused.Message.ShouldNotContain("another-password");
    }

    [Fact]
    public async Task Nothing_outside_the_search_base_and_not_the_own_account_is_touched()
    {
        await using var connector = Open(LdapSwitch.PwdAccountLockedTime, searchBase: "ou=services,dc=example,dc=com");
        (await connector.ObserveAsync(await TargetAsync("revoker", "cn"), default)).State.ShouldBe(TargetState.Gone);
        (await Should.ThrowAsync<ConnectorException>(() => connector.ObserveAsync(new ConnectorTarget("cn=revoker,dc=example,dc=com", "x"), default))).Message.ShouldContain("not below");
        (await Should.ThrowAsync<ConnectorException>(() => connector.ObserveAsync(new ConnectorTarget("*)(uid=*", "x"), default))).Retryable.ShouldBeFalse();
        await using var whole = Open(LdapSwitch.PwdAccountLockedTime);
        var own = await TargetAsync("revoker", "cn");
        var seen = await whole.ObserveAsync(own, default);
        (await Should.ThrowAsync<ConnectorException>(() => whole.SendAsync(new ConnectorCommand(RevocationVerb.Disable, own, "k", seen.PreState, "r"), default))).Message.ShouldStartWith(NeverTouch.Id);
    }

    [Fact]
    public async Task The_test_tells_what_works_and_a_server_that_is_away_is_told_apart()
    {
        await using (var connector = Open(LdapSwitch.PwdAccountLockedTime))
            (await connector.TestAsync(default)).Value!.ShouldContain("pwdAccountLockedTime");
        await using (var connector = Open(LdapSwitch.UserAccountControl))
            (await connector.TestAsync(default)).Refusal!.Message.ShouldContain("Disabled by");
        await using var away = Open(LdapSwitch.PwdAccountLockedTime, port: "1");
        var fault = await Should.ThrowAsync<ConnectorException>(() => away.TestAsync(default));
        (fault.Retryable, fault.OpensBreaker).ShouldBe((true, false), fault.Message);
    }

    [Theory]
    [InlineData("512", "514", "512")]
    [InlineData("66048", "66050", "66048")]
    public void Active_Directorys_flags_keep_their_other_bits(string now, string disabled, string restored)
    {
        var flags = LdapSwitch.Of(LdapSwitch.UserAccountControl)!;
        flags.IsDisabled(now).ShouldBe(false);
        flags.Disabling(now).ShouldBe(disabled);
        flags.IsDisabled(disabled).ShouldBe(true);
        flags.Restoring(flags.Recorded(now), disabled).ShouldBe(restored);
        flags.Restoring(flags.Recorded(disabled), now).ShouldBe(disabled);
        flags.IsDisabled(null).ShouldBeNull();
    }

    private IConnector Open(string attribute, string account = LdapServer.Revoker, string password = LdapServer.Password, string searchBase = "dc=example,dc=com", string? port = null)
    {
        using var settings = JsonDocument.Parse(JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "127.0.0.1",
            ["port"] = port ?? server.Port.ToString(),
            ["tls"] = "None",
            ["account"] = account,
            ["base"] = searchBase,
            ["disableBy"] = attribute,
        }));
        return new LdapKind().Open(settings.RootElement.Clone(), password).OrThrow();
    }

    /// <summary>As the inventory knows it: by entryUUID.</summary>
    private Task<ConnectorTarget> TargetAsync(string name, string attribute = "uid")
    {
        using var connection = Bound(LdapServer.Reader);
        var found = (SearchResponse)connection.SendRequest(new SearchRequest("dc=example,dc=com", $"({attribute}={name})", SearchScope.Subtree, "entryUUID"));
        return Task.FromResult(new ConnectorTarget((string)found.Entries[0].Attributes["entryUUID"].GetValues(typeof(string))[0], name) { Kind = IdentityKind.ServiceAccount });
    }

    private bool Binds(string uid)
    {
        try
        {
            using var connection = Bound($"uid={uid},ou=services,dc=example,dc=com", "hash-canary-" + uid["svc-".Length..]);
            return true;
        }
        catch (LdapException)
        {
            return false;
        }
    }

    private LdapConnection Bound(string account, string password = LdapServer.Password)
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier("127.0.0.1", server.Port)) { AuthType = AuthType.Basic, Credential = new NetworkCredential(account, password) };
        connection.SessionOptions.ProtocolVersion = 3;
        connection.Bind();
        return connection;
    }
}
