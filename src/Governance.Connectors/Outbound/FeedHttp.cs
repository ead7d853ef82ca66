using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>How a source is reached.</summary>
/// <param name="Base">Scheme, host and port of every call; links to others are refused, and nothing is sent there.</param>
/// <param name="AllowPrivate">Whether an administrator allowed private addresses.</param>
/// <param name="Authority">PEM of the certificate authorities to trust instead of this machine's.</param>
internal sealed record FeedEndpoint(Uri Base, bool AllowPrivate, string? Authority = null)
{
    /// <summary>The default headers of each call.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What to show the server instead of, or beside, a token.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Reads it from settings: https, or http on loopback where private addresses are allowed.</summary>
    public static Outcome<FeedEndpoint> Of(string? address, bool allowPrivate, string? authority, string setting)
    {
        if (!Uri.TryCreate(address?.Trim(), UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            return new Refusal("feed.setting", "The address is not a URL, or it carries a name, password or query. Give it as https://host/path.", setting);
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback && allowPrivate))
            return new Refusal("feed.setting", "The address has to begin with https://. Only loopback may use http, and only where private addresses are allowed.", setting);
        if (IPAddress.TryParse(url.DnsSafeHost, out var literal) && AddressRule.Refuse(literal.ToString(), [literal], allowPrivate) is { } why)
            return new Refusal("feed.address", why, setting);
        if (authority is not null && Certificates(authority) is null)
            return new Refusal("feed.setting", "The CA certificate is no PEM. It begins with -----BEGIN CERTIFICATE-----.", "authority");
        return new FeedEndpoint(new Uri(url.AbsoluteUri.TrimEnd('/') + "/"), allowPrivate, authority);
    }

    internal static X509Certificate2Collection? Certificates(string pem)
    {
        try
        {
            var list = new X509Certificate2Collection();
            list.ImportFromPem(pem);
            return list.Count == 0 ? null : list;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>
/// Reads one source over HTTP. Waits as the source asks (429 and 503 with Retry-After, rate limits), tries again what may pass, follows no redirect,
/// sends its token to one host only, reads at most 64 MiB an answer, and says in words what went wrong. Nothing of it is logged.
/// </summary>
internal sealed class FeedHttp : ITokenHttp, IDisposable
{
    /// <summary>The longest that a source may ask to wait: the hour of the usual rate limits.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(65);

    private const int MostBytes = 64 * 1024 * 1024;
    private const int MostTries = 7;
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Chunk = TimeSpan.FromSeconds(20);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private readonly FeedEndpoint endpoint;
    private readonly TimeProvider clock;
    private readonly FeedProgress progress;
    private readonly Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> authorise;
    private readonly GuardedClient client;

    /// <param name="endpoint">Where.</param>
    /// <param name="clock">Measures waits.</param>
    /// <param name="progress">Told of waits.</param>
    /// <param name="authorise">The header to send; asked with true for a new one after a 401.</param>
    public FeedHttp(FeedEndpoint endpoint, TimeProvider clock, FeedProgress progress, Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> authorise)
    {
        (this.endpoint, this.clock, this.progress, this.authorise) = (endpoint, clock, progress, authorise);
        client = new GuardedClient(endpoint);
    }

    public void Dispose() => client.Dispose();

    /// <summary>GETs a path below the base, or a link that the source gave.</summary>
    public Task<FeedAnswer> GetAsync(string pathOrLink, CancellationToken ct, string? accept = null) =>
        SendAsync(Resolve(pathOrLink), address =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (accept is not null)
                request.Headers.TryAddWithoutValidation("Accept", accept);
            return request;
        }, ct);

    /// <summary>POSTs what only asks: a token, a batch of reads. Sent again like a GET.</summary>
    public Task<FeedAnswer> PostAsync(string path, Func<HttpContent> content, CancellationToken ct) =>
        SendAsync(Resolve(path), address => new HttpRequestMessage(HttpMethod.Post, address) { Content = content() }, ct);

    /// <summary>Waits, and tells it: the source asked for it.</summary>
    public async Task WaitAsync(TimeSpan wait, string why, CancellationToken ct)
    {
        if (wait > LongestWait)
            throw new FeedException($"{endpoint.Base.Host} asks to wait {Minutes(wait)}, which is longer than a run waits. {why} The next run tries again.", retryable: true);
        var until = clock.Now() + wait;
        for (var left = wait; left > TimeSpan.Zero; left = until - clock.Now())
        {
            await progress.ReportAsync($"Waiting {Minutes(left)}: {why}", ct, always: true);
            await Task.Delay(left < Chunk ? left : Chunk, clock, ct);
        }
    }

    private static string Minutes(TimeSpan wait) =>
        wait >= TimeSpan.FromMinutes(2) ? $"{Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.InvariantCulture)} minutes" : $"{Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s";

    /// <summary>Links are data of the source: they may lead to other pages of it, and nowhere else.</summary>
    private Uri Resolve(string pathOrLink)
    {
        var resolved = new Uri(endpoint.Base, pathOrLink);
        if (resolved.Scheme != endpoint.Base.Scheme || resolved.Host != endpoint.Base.Host || resolved.Port != endpoint.Base.Port || resolved.UserInfo.Length > 0)
            throw new FeedException($"{endpoint.Base.Host} answered with a link to another host ({resolved.Host}). It was not followed, and nothing was sent there. Nothing was kept.", retryable: false);
        return resolved;
    }

    private async Task<FeedAnswer> SendAsync(Uri address, Func<Uri, HttpRequestMessage> make, CancellationToken ct)
    {
        var renewed = false;
        for (var attempt = 1; ; attempt++)
        {
            var (answer, fault, wait) = await TryAsync(address, make, renewed, ct);
            if (answer is not null)
                return answer;
            if (fault is FeedHttpException { Status: 401 } && !renewed)
            {
                // A token may end in the middle of a walk; one that is new and refused is wrong.
                renewed = await authorise(true, ct) is not null;
                if (renewed)
                    continue;
            }

            if (!fault!.Retryable || attempt >= MostTries)
                throw fault;
            await WaitAsync(wait ?? TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt))), fault.Message, ct);
        }
    }

    private async Task<(FeedAnswer? Answer, FeedException? Fault, TimeSpan? Wait)> TryAsync(Uri address, Func<Uri, HttpRequestMessage> make, bool renewed, CancellationToken ct)
    {
        // Real time: a hanging connection is a thing of the network, whatever the clock of the console says.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(OneCall);
        AuthenticationHeaderValue? header = null;
        try
        {
            header = await authorise(false, deadline.Token);
            using var request = make(address);
            request.Headers.Authorization ??= header;
            using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var body = await ReadAsync(response, deadline.Token);
            if (!response.IsSuccessStatusCode)
            {
                var (fault, wait) = FeedFaults.Explain(response, body, address, renewed, clock.Now(), header?.Parameter);
                return (null, fault, wait);
            }

            using var json = JsonDocument.Parse(body, Strict);
            return (new FeedAnswer(address, response.Headers, body, json.RootElement.Clone()), null, null);
        }
        catch (JsonException fault)
        {
            return (null, new FeedException($"{Name(address)} answered with what is no valid JSON, cut off or mixed up at byte {fault.BytePositionInLine ?? 0} of line {(fault.LineNumber ?? 0) + 1}. Nothing was kept.", retryable: true), null);
        }
        catch (HttpRequestException fault) when (fault.InnerException is AddressRefusedException refused)
        {
            return (null, new FeedException(refused.Message, retryable: false, fault), null);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return (null, new FeedException($"No secure connection to {address.Host}: {client.TlsProblem ?? fault.InnerException?.Message ?? "the TLS handshake failed"}", retryable: false, fault), null);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            var what = fault is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } ? "its name is not known to this machine's name servers"
                : fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? "nothing answers there, or a firewall is between" : "the connection broke off";
            return (null, new FeedException($"{Name(address)} could not be read: {what}. Nothing was kept.", retryable: true, fault), null);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, new FeedException($"{Name(address)} gave no whole answer within {OneCall.TotalSeconds:0} s. Nothing was kept.", retryable: true), null);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var buffer = new MemoryStream();
        var part = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(part, ct)) > 0;)
        {
            if (buffer.Length + read > MostBytes)
                throw new FeedException($"{Name(response.RequestMessage!.RequestUri!)} answered with more than 64 MiB in one page. Nothing was kept. Ask the source for smaller pages.", retryable: false);
            buffer.Write(part, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Host and path: a query may hold what is nobody's business.</summary>
    internal static string Name(Uri address) => address.Host + address.AbsolutePath;
}
