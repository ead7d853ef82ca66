using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Governance.Connectors.Outbound;

/// <summary>
/// The one HTTP client of feeds and connectors: connects only where <see cref="AddressRule"/> lets it, follows no redirect, uses no proxy and no cookies,
/// and says in words what is wrong with a certificate.
/// </summary>
internal sealed class GuardedClient : IDisposable
{
    public GuardedClient(FeedEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            MaxResponseHeadersLength = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, ct) => OutboundConnection.ConnectAsync(context.DnsEndPoint, endpoint.AllowPrivate, ct),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = Judge;
        if (endpoint.ClientCertificate is { } own)
            handler.SslOptions.ClientCertificates = [own];
        if (endpoint.Authority is { } pem && FeedEndpoint.Certificates(pem) is { } trusted)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        Http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        Http.DefaultRequestHeaders.UserAgent.ParseAdd("governance-console/1.0");
        foreach (var (name, value) in endpoint.Headers)
            Http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
    }

    public HttpClient Http { get; }

    /// <summary>What was wrong with the server's certificate; null while nothing was.</summary>
    public string? TlsProblem { get; private set; }

    public void Dispose() => Http.Dispose();

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var status = chain?.ChainStatus.Select(s => s.Status).ToHashSet() ?? [];
        TlsProblem = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows no certificate."
            : status.Contains(X509ChainStatusFlags.NotTimeValid) ? $"its certificate is not valid now (it ends {certificate?.GetExpirationDateString()}). It has to be renewed there."
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"its certificate is for another name ({Subject(certificate)}). Use the name that it is for."
            : $"its certificate comes from an authority that is not trusted here ({certificate?.Issuer}). Paste that authority's certificate (PEM) into 'CA certificate', or have this machine trust it.";
        return false;
    }

    private static string? Subject(X509Certificate? certificate) =>
        certificate is X509Certificate2 full ? string.Join(", ", full.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames()).DefaultIfEmpty(full.Subject).Take(5)) : certificate?.Subject;
}
