using System.DirectoryServices.Protocols;
using System.Net;
using Governance.Inventory;

namespace Governance.Connectors.Ldap;

/// <summary>Connects and searches in pages. Referrals are not followed: they lead to hosts that nobody named.</summary>
internal static class LdapSearch
{
    private const int PageSize = 500;
    private const int MostPages = 20_000;
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(60);

    public static LdapConnection Open(LdapPlace place)
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier(place.Host, place.Port)) { Timeout = OneCall, AutoBind = false, AuthType = AuthType.Anonymous };
        try
        {
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            // Windows has its own store for this.
            if (place.Certificates is { } folder && !OperatingSystem.IsWindows())
            {
                connection.SessionOptions.TrustedCertificatesDirectory = folder;
                connection.SessionOptions.StartNewTlsSessionContext();
            }

            if (place.Tls == LdapTls.Ldaps)
                connection.SessionOptions.SecureSocketLayer = true;
            else if (place.Tls == LdapTls.StartTls)
                connection.SessionOptions.StartTransportLayerSecurity(null);
            if (place.Account is { } account)
            {
                connection.AuthType = AuthType.Basic;
                connection.Credential = new NetworkCredential(account, place.Password ?? throw new FeedException("The account's password is missing.", retryable: false));
            }

            connection.Bind();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>RFC 2696. A fault in the middle is a fault of the whole: half a list is no list.</summary>
    public static IEnumerable<SearchResultEntry> Paged(LdapConnection connection, string searchBase, string filter, string[] attributes, CancellationToken ct)
    {
        var page = new PageResultRequestControl(PageSize) { IsCritical = true };
        for (var number = 0; number < MostPages; number++)
        {
            ct.ThrowIfCancellationRequested();
            var request = new SearchRequest(searchBase, filter, SearchScope.Subtree, attributes) { TimeLimit = OneCall };
            request.Controls.Add(page);
            var response = (SearchResponse)connection.SendRequest(request, OneCall);
            if (response.ResultCode != ResultCode.Success)
                throw new DirectoryOperationException(response);
            foreach (SearchResultEntry entry in response.Entries)
                yield return entry;
            if (response.Controls.OfType<PageResultResponseControl>().FirstOrDefault() is not { Cookie.Length: > 0 } next)
                yield break;
            page.Cookie = next.Cookie;
        }

        throw new FeedException("The directory's pages do not end. Nothing was kept. Narrow the filter.", retryable: false);
    }

    public static FeedException Explain(LdapException fault, string host, int port, LdapTls tls) => fault.ErrorCode switch
    {
        49 => new FeedException("The directory does not let the account in: its name or password is wrong, or it is locked. In Active Directory use name@domain or the distinguished name.", retryable: false, fault),
        81 or 91 when tls != LdapTls.None => new FeedException(
            $"{host}:{port} does not answer, or its certificate is not trusted here: it has to be for this name, valid, and from an authority that this machine trusts or that is in 'CA certificate folder'. {Detail(fault)}", retryable: true, fault),
        81 or 91 => new FeedException($"{host}:{port} does not answer, or a firewall is between.", retryable: true, fault),
        85 => new FeedException($"{host} did not answer within {OneCall.TotalSeconds:0} s.", retryable: true, fault),
        87 => new FeedException("The filter is no valid LDAP filter (RFC 4515).", retryable: false, fault),
        _ => new FeedException($"{host} says: {fault.Message} (code {fault.ErrorCode}). {Detail(fault)}", retryable: fault.ErrorCode is 51 or 52, fault),
    };

    public static FeedException Explain(DirectoryOperationException fault, FeedSettings settings) => fault.Response?.ResultCode switch
    {
        ResultCode.NoSuchObject => new FeedException($"There is no {settings["base"]}, or the account may not see it. Look at the search base.", retryable: false, fault),
        ResultCode.SizeLimitExceeded or ResultCode.AdminLimitExceeded => new FeedException(
            "The directory's size limit ends the list before its end, so nothing was kept. Let the account read without it (OpenLDAP: olcLimits: dn.exact=\"…\" size.prtotal=unlimited), or narrow filter and base.", retryable: false, fault),
        ResultCode.InsufficientAccessRights => new FeedException("The account may not search here. Give it the right to read below the search base.", retryable: false, fault),
        ResultCode.InvalidDNSyntax => new FeedException($"'{settings["base"]}' is no distinguished name. Write it as dc=contoso,dc=com.", retryable: false, fault),
        ResultCode.Busy or ResultCode.Unavailable or ResultCode.TimeLimitExceeded => new FeedException($"The directory is too busy to answer ({fault.Response.ResultCode}). Nothing was kept.", retryable: true, fault),
        ResultCode.ConfidentialityRequired or ResultCode.StrongAuthRequired => new FeedException("The directory asks for TLS. Choose LDAPS or StartTLS.", retryable: false, fault),
        ResultCode.Referral => new FeedException("The directory refers to another server, and referrals are not followed. Name that server here.", retryable: false, fault),
        _ => new FeedException($"The directory refused: {fault.Message}", retryable: false, fault),
    };

    private static string Detail(LdapException fault) => string.IsNullOrWhiteSpace(fault.ServerErrorMessage) ? string.Empty : $"It says: {fault.ServerErrorMessage}";
}
