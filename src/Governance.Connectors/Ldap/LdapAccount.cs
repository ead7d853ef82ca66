using System.DirectoryServices.Protocols;
using System.Globalization;
using Governance.Connectors.Outbound;

namespace Governance.Connectors.Ldap;

/// <summary>An entry as a row of the generic table. What the directory does not say stays empty: not reported.</summary>
internal sealed record LdapAccount(string DistinguishedName, Dictionary<string, string?> Values, IReadOnlyList<string> Groups)
{
    private const int AccountDisabled = 0x2;
    private const int PasswordNeverExpires = 0x10000;

    /// <summary>Named one by one: an attribute that is not here, such as a password's hash, is never sent.</summary>
    public static readonly string[] Attributes =
    [
        "objectGUID", "entryUUID", "objectClass", "cn", "uid", "displayName", "sAMAccountName", "description", "userAccountControl", "whenCreated", "createTimestamp", "pwdLastSet", "pwdChangedTime",
        "pwdAccountLockedTime", "lastLogonTimestamp", "authTimestamp", "accountExpires", "managedBy", "manager", "owner", "memberOf", "servicePrincipalName",
    ];

    // Microsoft's protected groups (AdminSDHolder), and what holds a domain's keys besides.
    private static readonly HashSet<string> PrivilegedGroups = new(StringComparer.OrdinalIgnoreCase)
    {
        "Administrators", "Domain Admins", "Enterprise Admins", "Schema Admins", "Account Operators", "Backup Operators", "Server Operators", "Print Operators", "Key Admins", "Enterprise Key Admins",
        "Domain Controllers", "Replicator", "DnsAdmins", "Group Policy Creator Owners",
    };

    public static LdapAccount Of(SearchResultEntry entry)
    {
        var control = Text(entry, "userAccountControl") is { } uac && int.TryParse(uac, NumberStyles.Integer, CultureInfo.InvariantCulture, out var flags) ? flags : (int?)null;
        var changed = FileTime(entry, "pwdLastSet").At ?? Time(entry, "pwdChangedTime");
        var (used, never) = FileTime(entry, "lastLogonTimestamp");
        var (expires, endless) = FileTime(entry, "accountExpires");
        return new LdapAccount(entry.DistinguishedName, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["external_id"] = LdapEntries.Id(entry),
            ["name"] = Text(entry, "displayName") ?? Text(entry, "sAMAccountName") ?? Text(entry, "cn") ?? Text(entry, "uid") ?? entry.DistinguishedName,
            ["kind"] = "ServiceAccount",
            ["description"] = Text(entry, "description"),
            ["enabled"] = control is { } c ? (c & AccountDisabled) == 0 ? "true" : "false" : Text(entry, "pwdAccountLockedTime") == "000001010000Z" ? "false" : null,
            ["owner"] = Name(Text(entry, "managedBy") ?? Text(entry, "manager") ?? Text(entry, "owner")),
            ["created_at"] = Time(entry, "whenCreated") ?? Time(entry, "createTimestamp"),
            ["last_used_at"] = used ?? Time(entry, "authTimestamp") ?? (never ? "never" : null),
            ["expires_at"] = expires ?? (endless ? "never" : null),
            ["credentials"] = changed is null && control is null ? null : $"password|Password|{changed}|{(control is { } f && (f & PasswordNeverExpires) != 0 ? "never" : null)}|",
            ["distinguished_name"] = entry.DistinguishedName,
            ["settings"] = string.Join(' ', All(entry, "servicePrincipalName").Order(StringComparer.Ordinal).Take(50)),
        }, All(entry, "memberOf"));
    }

    /// <summary>Groups by member, of the accounts that were found.</summary>
    public static void ReadGroups(LdapConnection connection, string searchBase, List<string> accounts, Dictionary<string, List<string>> groups, CancellationToken ct)
    {
        var wanted = accounts.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var group in LdapSearch.Paged(connection, searchBase, "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))", ["cn", "member", "uniqueMember"], ct))
        {
            foreach (var member in All(group, "member").Concat(All(group, "uniqueMember")).Where(wanted.Contains))
            {
                if (groups.TryGetValue(member, out var of))
                    of.Add(group.DistinguishedName);
                else
                    groups.Add(member, [group.DistinguishedName]);
            }
        }
    }

    public string Row(List<string> groups)
    {
        var names = Groups.Concat(groups).Select(g => Name(g)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Values["entitlements"] = string.Join(';', names.Select(n => $"{(PrivilegedGroups.Contains(n) ? "!" : null)}member of {GenericCsv.Entry(n).Replace('@', ' ')}@directory"));
        return GenericCsv.Row(Values);
    }

    /// <summary>The first part of a distinguished name, as people call it: <c>cn=Jane Doe,ou=…</c> is Jane Doe.</summary>
    private static string? Name(string? distinguished)
    {
        if (distinguished is null)
            return null;
        var start = distinguished.IndexOf('=', StringComparison.Ordinal) + 1;
        var end = start;
        while (end < distinguished.Length && distinguished[end] != ',')
            end += distinguished[end] == '\\' ? 2 : 1;
        return start == 0 ? distinguished : distinguished[start..Math.Min(end, distinguished.Length)].Replace("\\,", ",", StringComparison.Ordinal);
    }

    private static string? Text(SearchResultEntry entry, string name) => All(entry, name) is [{ Length: > 0 } first, ..] ? first : null;

    private static string[] All(SearchResultEntry entry, string name) => entry.Attributes[name]?.GetValues(typeof(string)) is string[] values ? values : [];

    /// <summary>Active Directory's 100 ns since 1601; 0 and the largest number mean never.</summary>
    private static (string? At, bool Never) FileTime(SearchResultEntry entry, string name) =>
        !long.TryParse(Text(entry, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var ticks) ? (null, false)
        : ticks is <= 0 or > 2_650_000_000_000_000_000 ? (null, true)
        : (DateTimeOffset.FromFileTime(ticks).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), false);

    /// <summary>GeneralizedTime (RFC 4517): 20260131120000Z or 20260131120000.0Z.</summary>
    private static string? Time(SearchResultEntry entry, string name) =>
        DateTimeOffset.TryParseExact(Text(entry, name), ["yyyyMMddHHmmss'Z'", "yyyyMMddHHmmss'.0Z'", "yyyyMMddHHmmss.FFFFFF'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null;
}
