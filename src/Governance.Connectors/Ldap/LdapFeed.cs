using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Ldap;

/// <summary>Service accounts of a directory (Active Directory, OpenLDAP, 389), found by a filter. See docs/connectors/ldap.md.</summary>
public sealed class LdapFeed : IInventoryFeed
{
    internal const string DefaultFilter =
        "(|(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)(&(objectClass=user)(servicePrincipalName=*)(!(objectClass=computer)))(objectClass=account)(objectClass=applicationProcess))";

    public string Kind => "ldap";

    public string Title => "LDAP directory";

    public string Summary => "Service accounts that a filter finds, with their groups, dates and the person who manages them. Passwords are never asked for.";

    public SourceSystem System => SourceSystem.Generic;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("host", "Host", "Name of the server or domain controller, as its certificate says."),
        new("port", "Port", "636 for LDAPS, 389 for StartTLS. Empty is the usual one.", Required: false),
        new("tls", "TLS", "LDAPS, StartTLS, or None: then the password crosses the network in the clear.", Required: false, Default: "LDAPS"),
        new("account", "Account", "Distinguished name of the account to bind as, or name@domain in Active Directory. Empty binds without one.", Required: false),
        new("password", "Password", "Or where it is: env:NAME or file:/path.", FeedSettingForm.Secret, Required: false),
        new("base", "Search base", "Everything below it is searched: dc=contoso,dc=com."),
        new("filter", "Filter", "Which entries are service accounts. The default knows the usual classes; many directories keep them in a branch or by a name: (&(objectClass=user)(sAMAccountName=svc-*)).", Required: false, Default: DefaultFilter),
        new("certificates", "CA certificate folder", "On the console's machine, for a directory with an authority of its own. Empty trusts what the machine trusts.", Required: false),
        new("allowPrivate", "Private addresses", "On, since directories are rarely public. Off refuses private networks.", FeedSettingForm.Switch, Required: false, Default: "true"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Active Directory: an ordinary user may read what is needed; give it no group but Domain Users", "New-ADUser -Name governance-reader -SamAccountName governance-reader -AccountPassword (Read-Host -AsSecureString) -Enabled $true -CannotChangePassword $true"),
        new("OpenLDAP: a bind account that may read the branch, without passwords (olcAccess, before the general rules)",
            "{0}to attrs=userPassword by self write by anonymous auth by * none\n{1}to dn.subtree=\"ou=services,dc=example,dc=com\" by dn.exact=\"cn=governance,dc=example,dc=com\" read by * break"),
    ];

    public Refusal? Check(FeedSettings settings) => CheckConnection(settings);

    /// <summary>What every search of a directory needs.</summary>
    internal static Refusal? CheckConnection(FeedSettings settings)
    {
        if (settings["host"] is not { } host || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return new Refusal("feed.setting", "The host is one name or address, without ldap:// and port.", "host");
        if (IPAddress.TryParse(host, out var literal) && AddressRule.Refuse(host, [literal], settings.Is("allowPrivate")) is { } why)
            return new Refusal("feed.address", why, "host");
        if (settings["port"] is { } port && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535))
            return new Refusal("feed.setting", "The port is a number from 1 to 65535.", "port");
        if (!Enum.TryParse<LdapTls>(settings["tls"], ignoreCase: true, out var tls) || !Enum.IsDefined(tls))
            return new Refusal("feed.setting", "TLS is one of LDAPS, StartTLS, None.", "tls");
        return settings["filter"] is { } filter && !(filter.StartsWith('(') && filter.EndsWith(')') && filter.Count(c => c == '(') == filter.Count(c => c == ')'))
            ? new Refusal("feed.setting", "The filter begins and ends with a parenthesis, and each is closed: (objectClass=account).", "filter")
            : null;
    }

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        var (count, sample) = (0, (string?)null);
        await WithAsync(settings, connection =>
        {
            foreach (var entry in LdapSearch.Paged(connection, settings["base"]!, settings["filter"]!, LdapAccount.Attributes, ct))
            {
                sample ??= entry.DistinguishedName;
                count++;
            }
        }, ct);
        return count > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Bound{(settings["account"] is { } account ? " as " + account : " without an account")}. The filter finds {count} service accounts, the first is {sample}.")
            : new Refusal("feed.rights", "Bound, but the filter finds nothing: either no entry below the search base matches it, or the account may not read them.");
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        var accounts = new List<LdapAccount>();
        var groups = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        await progress.ReportAsync("Searching service accounts", ct, always: true);
        await WithAsync(settings, connection =>
        {
            foreach (var entry in LdapSearch.Paged(connection, settings["base"]!, settings["filter"]!, LdapAccount.Attributes, ct))
                accounts.Add(LdapAccount.Of(entry));
            // Directories without memberOf keep membership only on the groups.
            if (accounts.Count > 0 && accounts.All(a => a.Groups.Count == 0))
                LdapAccount.ReadGroups(connection, settings["base"]!, accounts.ConvertAll(a => a.DistinguishedName), groups, ct);
        }, ct);
        if (accounts.Count == 0)
            throw new FeedException("The filter finds nothing any more. As a full import that would call everything missing, so nothing was handed over. Look at search base, filter and the account's rights.", retryable: false);
        await to.AddLinesAsync("accounts", "csv", GenericCsv.Header, RowsAsync(accounts, groups), ct);
        return new FeedFetch(true, []);
    }

    private static async IAsyncEnumerable<string> RowsAsync(List<LdapAccount> accounts, Dictionary<string, List<string>> groups)
    {
        await Task.CompletedTask;
        foreach (var account in accounts)
            yield return account.Row(groups.GetValueOrDefault(account.DistinguishedName) ?? []);
    }

    internal static async Task WithAsync(FeedSettings settings, Action<LdapConnection> work, CancellationToken ct)
    {
        var host = settings["host"]!;
        var tls = Enum.Parse<LdapTls>(settings["tls"]!, ignoreCase: true);
        var port = settings["port"] is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : tls == LdapTls.Ldaps ? 636 : 389;
        try
        {
            await OutboundConnection.ResolveAsync(host, settings.Is("allowPrivate"), ct);
            await Task.Run(() =>
            {
                using var connection = LdapSearch.Open(new LdapPlace(host, port, tls, settings["account"], settings.Secret("password"), settings["certificates"], settings.Is("allowPrivate")));
                work(connection);
            }, ct);
        }
        catch (AddressRefusedException fault)
        {
            throw new FeedException(fault.Message, retryable: false, fault);
        }
        catch (LdapException fault)
        {
            throw LdapSearch.Explain(fault, host, port, tls);
        }
        catch (DirectoryOperationException fault)
        {
            throw LdapSearch.Explain(fault, settings);
        }
        catch (SocketException fault)
        {
            throw new FeedException($"{host} is not known to this machine's name servers.", retryable: true, fault);
        }
    }
}

internal enum LdapTls
{
    Ldaps,
    StartTls,
    None,
}
