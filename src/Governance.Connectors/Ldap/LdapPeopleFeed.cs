using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Connectors.Ldap;

/// <summary>The people of a directory, written down as LDIF, so that they are read as an export of it would be. See docs/connectors/ldap-people.md.</summary>
public sealed class LdapPeopleFeed : IInventoryFeed
{
    internal const string DefaultFilter = "(&(|(objectClass=inetOrgPerson)(&(objectClass=user)(objectCategory=person)))(!(objectClass=computer)))";
    private const int Portion = 1000;

    // Named one by one: a password's hash is never asked for.
    private static readonly string[] Attributes =
    [
        "objectClass", "employeeID", "employeeNumber", "entryUUID", "objectGUID", "nsUniqueId", "uid", "sAMAccountName", "cn", "displayName", "mail", "userPrincipalName", "title", "department", "departmentNumber", "ou",
        "manager", "userAccountControl", "nsAccountLock", "pwdAccountLockedTime", "accountExpires", "shadowExpire",
    ];

    public string Kind => "ldap-people";

    public string Title => "People from an LDAP directory";

    public string Summary => "The persons that a filter finds in Active Directory, OpenLDAP or 389: name, mail, title, department, manager. Who is disabled, locked for good or expired there has left here.";

    public SourceSystem System => SourceSystem.Generic;

    public string Format => "ldif-people";

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("host", "Host", "Name of the server or domain controller, as its certificate says."),
        new("port", "Port", "636 for LDAPS, 389 for StartTLS. Empty is the usual one.", Required: false),
        new("tls", "TLS", "LDAPS, StartTLS, or None: then the password crosses the network in the clear.", Required: false, Default: "LDAPS"),
        new("account", "Account", "Distinguished name of the account to bind as, or name@domain in Active Directory. Empty binds without one.", Required: false),
        new("password", "Password", "Or where it is: env:NAME or file:/path.", FeedSettingForm.Secret, Required: false),
        new("base", "Search base", "Everything below it is searched: ou=people,dc=contoso,dc=com."),
        new("filter", "Filter", "Which entries are people.", Required: false, Default: DefaultFilter),
        new("certificates", "CA certificate folder", "On the console's machine, for a directory with an authority of its own. Empty trusts what the machine trusts.", Required: false),
        new("allowPrivate", "Private addresses", "On, since directories are rarely public. Off refuses private networks.", FeedSettingForm.Switch, Required: false, Default: "true"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Active Directory: an ordinary user may read what is needed; give it no group but Domain Users", "New-ADUser -Name governance-reader -SamAccountName governance-reader -AccountPassword (Read-Host -AsSecureString) -Enabled $true -CannotChangePassword $true"),
        new("OpenLDAP: a bind account that may read the people, without passwords (olcAccess, before the general rules)",
            "{0}to attrs=userPassword by self write by anonymous auth by * none\n{1}to dn.subtree=\"ou=people,dc=example,dc=com\" by dn.exact=\"cn=governance,dc=example,dc=com\" read by * break"),
    ];

    public Refusal? Check(FeedSettings settings) => LdapFeed.CheckConnection(settings);

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        var (count, sample) = (0, (string?)null);
        await LdapFeed.WithAsync(settings, connection =>
        {
            foreach (var entry in LdapSearch.Paged(connection, settings["base"]!, settings["filter"]!, ["cn"], ct))
            {
                sample ??= entry.DistinguishedName;
                count++;
            }
        }, ct);
        return count > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Bound{(settings["account"] is { } account ? " as " + account : " without an account")}. The filter finds {count:N0} people, the first is {sample}.")
            : new Refusal("feed.rights", "Bound, but the filter finds nobody: either no entry below the search base matches it, or the account may not read them.");
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        var entries = new List<string>();
        await progress.ReportAsync("Searching people", ct, always: true);
        await LdapFeed.WithAsync(settings, connection =>
        {
            foreach (var entry in LdapSearch.Paged(connection, settings["base"]!, settings["filter"]!, Attributes, ct))
                entries.Add(Ldif(entry));
        }, ct);
        if (entries.Count == 0)
            throw new FeedException("The filter finds nobody any more. As a full import that would call everybody missing, so nothing was handed over. Look at search base, filter and the account's rights.", retryable: false);
        foreach (var part in entries.Chunk(Portion))
            await to.AddAsync("people", "ldif", Encoding.UTF8.GetBytes("version: 1\n\n" + string.Join('\n', part)), part.Length, ct);
        return new FeedFetch(true, []);
    }

    /// <summary>Every value in base64, so that no text of the directory can begin a line of its own (RFC 2849).</summary>
    private static string Ldif(SearchResultEntry entry)
    {
        var text = new StringBuilder().Append("dn:: ").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.DistinguishedName))).Append('\n');
        foreach (var name in Attributes)
        {
            foreach (var value in entry.Attributes[name]?.GetValues(typeof(byte[])) ?? [])
                text.Append(name).Append(":: ").Append(Convert.ToBase64String((byte[])value)).Append('\n');
        }

        return text.ToString();
    }
}
