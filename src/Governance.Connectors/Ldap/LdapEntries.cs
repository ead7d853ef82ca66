using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;
using Governance.Revocation;

namespace Governance.Connectors.Ldap;

/// <summary>Reading entries, and saying in words what is sent and what a directory answers.</summary>
internal static class LdapEntries
{
    public static string? Text(SearchResultEntry entry, string name) => entry.Attributes[name]?.GetValues(typeof(string)) is [string { Length: > 0 } first, ..] ? first : null;

    /// <summary>The directory's own id, as the inventory keeps it.</summary>
    public static string Id(SearchResultEntry entry) =>
        entry.Attributes["objectGUID"]?.GetValues(typeof(byte[])) is [byte[] { Length: 16 } bytes, ..] ? new Guid(bytes).ToString("D") : Text(entry, "entryUUID") ?? entry.DistinguishedName;

    /// <summary>By entryUUID, or by objectGUID in the octets of its binary form; null when the id is a distinguished name.</summary>
    public static string? Filter(string externalId) =>
        Guid.TryParse(externalId, out var id) ? $"(|(entryUUID={id:D})(objectGUID={string.Concat(id.ToByteArray().Select(b => "\\" + b.ToString("x2", CultureInfo.InvariantCulture)))}))" : null;

    /// <summary>RFC 4515, 3: what a name may hold and a filter may not.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            if (c is '*' or '(' or ')' or '\\' or '\0')
                escaped.Append('\\').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    public static string Words(DirectoryRequest request) => request switch
    {
        DeleteRequest delete => $"delete {delete.DistinguishedName}",
        ModifyRequest modify => $"modify {modify.DistinguishedName}: " + string.Join("; ", modify.Modifications.Cast<DirectoryAttributeModification>()
            .Select(m => $"{m.Operation.ToString().ToLowerInvariant()} {m.Name} {string.Join(' ', m.GetValues(typeof(string)).Cast<string>())}".TrimEnd())),
        _ => request.GetType().Name,
    };

    public static ConnectorException Explain(DirectoryOperationException fault, string searchBase) => fault.Response?.ResultCode switch
    {
        ResultCode.InsufficientAccessRights or ResultCode.UnwillingToPerform when fault.Response is not SearchResponse => new ConnectorException(
            $"The connector's account may not do this ({fault.Response.ResultCode}). {fault.Response.ErrorMessage}".TrimEnd(), retryable: false, cause: fault)
        { OpensBreaker = fault.Response.ResultCode == ResultCode.InsufficientAccessRights },
        ResultCode.InsufficientAccessRights => new ConnectorException("The connector's account may not search here.", retryable: false, cause: fault) { OpensBreaker = true },
        ResultCode.NoSuchObject => new ConnectorException($"There is no {searchBase}, or the account may not see it. That says nothing of the target.", retryable: false, cause: fault) { OpensBreaker = true },
        ResultCode.ObjectClassViolation => new ConnectorException("The directory's schema forbids it: a group of names needs at least one member, or the entry's classes don't have the attribute.", retryable: false, cause: fault),
        ResultCode.NotAllowedOnNonLeaf => new ConnectorException("There are entries below it, so it is not deleted. Move or delete those first.", retryable: false, cause: fault),
        ResultCode.Busy or ResultCode.Unavailable or ResultCode.TimeLimitExceeded => new ConnectorException($"The directory is too busy to answer ({fault.Response.ResultCode}).", retryable: true, cause: fault) { OutcomeUnknown = fault.Response is not SearchResponse },
        ResultCode.ConfidentialityRequired or ResultCode.StrongAuthRequired => new ConnectorException("The directory asks for TLS. Choose LDAPS or StartTLS.", retryable: false, cause: fault),
        ResultCode.Referral => new ConnectorException("The directory refers to another server, and referrals are not followed. Name that server here.", retryable: false, cause: fault),
        _ => new ConnectorException($"The directory refused: {fault.Message}", retryable: false, cause: fault),
    };
}

/// <summary>Membership in groups of the directory, by the group's name as the inventory has it.</summary>
internal static class LdapGroups
{
    private const string MemberOf = "member of ";
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(15);

    /// <summary>A group that names the account, and in which attribute.</summary>
    public sealed record Membership(string Group, string Attribute);

    public static IReadOnlyList<Membership> Of(LdapConnection connection, string searchBase, string member, GrantTarget grant)
    {
        if (!grant.Permission.StartsWith(MemberOf, StringComparison.Ordinal))
            throw new ConnectorException($"'{grant.Permission}' is no membership in a group, and only those are removed from here.", retryable: false);
        var name = LdapEntries.Escape(grant.Permission[MemberOf.Length..]);
        // Groups may stand outside the branch of the accounts: they are looked for from the top of the tree that the search base is in.
        var top = searchBase[Math.Max(0, searchBase.IndexOf("dc=", StringComparison.OrdinalIgnoreCase))..];
        var found = (SearchResponse)connection.SendRequest(new SearchRequest(top, $"(&(cn={name})(|(member={LdapEntries.Escape(member)})(uniqueMember={LdapEntries.Escape(member)})))", SearchScope.Subtree, "member", "uniqueMember"), OneCall);
        if (found.Entries.Count > 1)
            throw new ConnectorException($"{found.Entries.Count} groups of the name {grant.Permission[MemberOf.Length..]} name it, and the inventory can't tell which is meant. Do it by hand.", retryable: false);
        return [.. found.Entries.Cast<SearchResultEntry>().Select(g => new Membership(g.DistinguishedName, Names(g, "member", member) ? "member" : "uniqueMember"))];
    }

    public static DirectoryRequest? Plan(LdapConnection connection, string searchBase, string member, ConnectorCommand command)
    {
        var now = Of(connection, searchBase, member, command.Target.Grant!);
        switch (command.Verb)
        {
            case RevocationVerb.Delete:
                return now is [var held, ..] ? new ModifyRequest(held.Group, DirectoryAttributeOperation.Delete, held.Attribute, member) : null;
            case RevocationVerb.Restore:
                var before = System.Text.Json.JsonSerializer.Deserialize<Membership>(command.PreState ?? throw new ConnectorException("The state before is not known, so there is nothing to restore to.", retryable: false))!;
                return now is [] ? new ModifyRequest(before.Group, DirectoryAttributeOperation.Add, before.Attribute, member) : null;
            default:
                throw new ConnectorException($"This connector cannot {command.Verb} a membership.", retryable: false);
        }
    }

    private static bool Names(SearchResultEntry group, string attribute, string member) =>
        group.Attributes[attribute]?.GetValues(typeof(string)) is string[] values && values.Contains(member, StringComparer.OrdinalIgnoreCase);
}
