using System.DirectoryServices.Protocols;
using System.Net.Sockets;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Ldap;

/// <summary>
/// Finds an account by the directory's own id (entryUUID, objectGUID) and sets the attribute that disables it there. Modifies and deletes by the distinguished
/// name that was just read; RFC 4528's assertion control is not asked for, since Active Directory does not have it.
/// </summary>
internal sealed class LdapConnector(LdapPlace place, string searchBase, LdapSwitch disabling) : IConnector
{
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(15);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct) => WithAsync(connection =>
    {
        if (Find(connection, target) is not { } entry)
            return new Observation(TargetState.Gone, $"no entry below {searchBase} has the id {target.ExternalId}");
        if (target.Grant is not null)
        {
            var groups = LdapGroups.Of(connection, searchBase, entry.DistinguishedName, target.Grant);
            return groups is [] ? new Observation(TargetState.Gone, $"it is no {target.Grant.Permission}") { Recoverable = true }
                : new Observation(TargetState.Enabled, $"{groups[0].Attribute} of {groups[0].Group} names it", JsonSerializer.Serialize(groups[0])) { ImmutableId = groups[0].Group };
        }

        var value = LdapEntries.Text(entry, disabling.Attribute);
        if (disabling.IsDisabled(value) is not { } disabled)
            throw new ConnectorException($"{entry.DistinguishedName} has no {disabling.Attribute}: another attribute disables accounts in this directory, or the connector's account may not read it.", retryable: false);
        return new Observation(disabled ? TargetState.Disabled : TargetState.Enabled, $"{disabling.Attribute} = {value ?? "not set"}", JsonSerializer.Serialize(new LdapPreState(LdapEntries.Id(entry), disabling.Attribute, disabling.Recorded(value))))
        {
            ImmutableId = LdapEntries.Id(entry),
        };
    }, ct);

    public Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) =>
        WithAsync<IReadOnlyList<string>>(connection => Plan(connection, command) is { } request ? [LdapEntries.Words(request)] : [], ct);

    public Task<string> SendAsync(ConnectorCommand command, CancellationToken ct) => WithAsync(connection =>
    {
        if (Plan(connection, command) is not { } request)
            return SettingText.Digest(string.Empty);
        connection.SendRequest(request, OneCall);
        return SettingText.Digest(LdapEntries.Words(request));
    }, ct);

    public Task<Outcome<string>> TestAsync(CancellationToken ct) => WithAsync<Outcome<string>>(connection =>
    {
        var request = new SearchRequest(searchBase, "(objectClass=*)", SearchScope.Base, "objectClass");
        if (((SearchResponse)connection.SendRequest(request, OneCall)).Entries.Count == 0)
            return new Refusal("connector.rights", $"Bound, but the account may not read {searchBase}.");
        // What it may write is told only by directories that have the attribute; others show it when it is used.
        var own = (SearchResponse)connection.SendRequest(new SearchRequest(searchBase, $"({disabling.Attribute}=*)", SearchScope.Subtree, disabling.Attribute) { SizeLimit = 1 }, OneCall);
        return own.Entries.Count > 0 || disabling.Attribute is LdapSwitch.PwdAccountLockedTime or LdapSwitch.NsAccountLock
            ? $"Bound to {place} as {place.Account}, and {searchBase} can be read. Accounts are disabled by {disabling.Attribute}. Whether it may be written shows when it is used: the account needs the right to write this attribute, and group members where grants are removed."
            : new Refusal("connector.rights", $"Bound, but no entry below {searchBase} shows {disabling.Attribute}: choose another under 'Disabled by', or give the account the right to read it.");
    }, ct);

    private DirectoryRequest? Plan(LdapConnection connection, ConnectorCommand command)
    {
        var (target, verb) = (command.Target, command.Verb);
        if (Find(connection, target) is not { } entry)
            return verb == RevocationVerb.Delete ? null : throw new ConnectorException($"There is no entry with the id {target.ExternalId} any more.", retryable: false);
        if (string.Equals(entry.DistinguishedName, place.Account, StringComparison.OrdinalIgnoreCase) || string.Equals(LdapEntries.Text(entry, "userPrincipalName"), place.Account, StringComparison.OrdinalIgnoreCase))
            throw new ConnectorException($"{NeverTouch.Id}: {entry.DistinguishedName} is what this connector binds as.", retryable: false);
        if (target.Grant is not null)
            return LdapGroups.Plan(connection, searchBase, entry.DistinguishedName, command);
        var now = LdapEntries.Text(entry, disabling.Attribute);
        switch (verb)
        {
            case RevocationVerb.Disable:
                return Set(entry.DistinguishedName, disabling.Disabling(now), now);
            case RevocationVerb.Restore:
                var before = JsonSerializer.Deserialize<LdapPreState>(command.PreState ?? throw new ConnectorException("The state before is not known, so there is nothing to restore to.", retryable: false))!;
                if (before.Attribute != disabling.Attribute)
                    throw new ConnectorException($"It was disabled by {before.Attribute}, and the connector now uses {disabling.Attribute}. Set it back for the restore.", retryable: false);
                return Set(entry.DistinguishedName, disabling.Restoring(before.Value, now), now);
            case RevocationVerb.Delete when disabling.IsDisabled(now) != true:
                throw new ConnectorException($"{QuarantineFirst.Id}: {entry.DistinguishedName} is enabled again. It has to be disabled before it is deleted.", retryable: false);
            case RevocationVerb.Delete:
                return new DeleteRequest(entry.DistinguishedName);
            default:
                throw new ConnectorException($"This connector cannot {verb} an account.", retryable: false);
        }
    }

    private ModifyRequest? Set(string name, string? value, string? now) =>
        value == now ? null : value is null ? new ModifyRequest(name, DirectoryAttributeOperation.Delete, disabling.Attribute) : new ModifyRequest(name, DirectoryAttributeOperation.Replace, disabling.Attribute, value);

    private SearchResultEntry? Find(LdapConnection connection, ConnectorTarget target)
    {
        var filter = LdapEntries.Filter(target.ExternalId);
        var request = filter is null ? new SearchRequest(target.ExternalId, "(objectClass=*)", SearchScope.Base) : new SearchRequest(searchBase, filter, SearchScope.Subtree);
        request.Attributes.AddRange(["objectClass", "entryUUID", "objectGUID", "userPrincipalName", disabling.Attribute]);
        if (filter is null && !target.ExternalId.EndsWith(searchBase, StringComparison.OrdinalIgnoreCase))
            throw new ConnectorException($"{target.ExternalId} is not below {searchBase}, and nothing else is touched.", retryable: false);
        try
        {
            var found = ((SearchResponse)connection.SendRequest(request, OneCall)).Entries;
            return found.Count > 1 ? throw new ConnectorException($"Two entries have the id {target.ExternalId}. Neither is touched.", retryable: false) : found.Count == 1 ? found[0] : null;
        }
        catch (DirectoryOperationException fault) when (fault.Response?.ResultCode == ResultCode.NoSuchObject && filter is null)
        {
            return null;
        }
    }

    private async Task<T> WithAsync<T>(Func<LdapConnection, T> work, CancellationToken ct)
    {
        try
        {
            await OutboundConnection.ResolveAsync(place.Host, place.AllowPrivate, ct);
            return await Task.Run(() =>
            {
                using var connection = LdapSearch.Open(place);
                return work(connection);
            }, ct);
        }
        catch (AddressRefusedException fault)
        {
            throw new ConnectorException(fault.Message, retryable: false, cause: fault);
        }
        catch (LdapException fault)
        {
            var said = LdapSearch.Explain(fault, place.Host, place.Port, place.Tls);
            throw new ConnectorException(said.Message, said.Retryable, cause: fault) { OpensBreaker = fault.ErrorCode == 49, OutcomeUnknown = fault.ErrorCode is 81 or 85 };
        }
        catch (DirectoryOperationException fault)
        {
            throw LdapEntries.Explain(fault, searchBase);
        }
        catch (FeedException fault)
        {
            throw new ConnectorException(fault.Message, fault.Retryable, cause: fault);
        }
        catch (SocketException fault)
        {
            throw new ConnectorException($"{place.Host} is not known to this machine's name servers.", retryable: true, cause: fault);
        }
    }
}

/// <summary>What a restore brings back, and of which entry.</summary>
internal sealed record LdapPreState(string Id, string Attribute, string? Value);
