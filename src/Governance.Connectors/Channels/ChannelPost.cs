using System.Diagnostics;
using System.Net;
using System.Text;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Notifications;

namespace Governance.Connectors.Channels;

/// <summary>
/// One POST to a receiver of messages. Connects only where <see cref="AddressRule"/> lets it, follows no redirect, reads at most 4 KiB of the answer, and says in
/// a line what came of it; the line never has the address, since with chat services the address is the secret.
/// </summary>
internal sealed class ChannelPost(TimeProvider clock)
{
    private const int MostBytesRead = 4096;
    private const int LongestQuote = 120;

    /// <summary>The longest that a receiver has.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Refuses an address that is never called.</summary>
    public static Refusal? Check(string address, bool allowPrivate)
    {
        if (address.Length == 0)
            return new Refusal("channel.address", "The address is missing.", "address");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.UserInfo.Length > 0)
            return new Refusal("channel.address", "The address is no URL, or it carries a name and password. Give it as https://host/path.", "address");
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback && allowPrivate))
            return new Refusal("channel.address", "The address has to begin with https://. Only loopback may use http, and only where private addresses are allowed.", "address");
        return IPAddress.TryParse(url.DnsSafeHost, out var literal) && AddressRule.Refuse(literal.ToString(), [literal], allowPrivate) is { } why ? new Refusal("channel.address", why, "address") : null;
    }

    public async Task<string> SendAsync(ChannelTarget target, string body, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken ct)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, token) => OutboundConnection.ConnectAsync(context.DnsEndPoint, target.AllowPrivate, token),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.UserAgent.ParseAdd("governance-console/1.0");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        // Real time: a hanging connection is a thing of the network, whatever the clock of the console says.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Longest);
        var host = target.Url.Host;
        var watch = Stopwatch.StartNew();
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var said = Quote(await ReadAsync(response, deadline.Token), target);
            return response.IsSuccessStatusCode ? $"{host} answered {(int)response.StatusCode}{said} in {watch.ElapsedMilliseconds} ms." : throw Explain(response, host, said);
        }
        catch (HttpRequestException fault) when (fault.InnerException is AddressRefusedException refused)
        {
            // What our own guard refused is not mended by trying again.
            throw new DeliveryException(refused.Message, retryable: false, fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new DeliveryException($"{host} could not be reached: {(fault as HttpRequestException)?.HttpRequestError.ToString() ?? "the connection broke off"}.", retryable: true, fault);
        }
        catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
        {
            throw new DeliveryException($"{host} did not answer in {Longest.TotalSeconds:0.#} s. It may have taken the message.", retryable: true, fault);
        }
    }

    private DeliveryException Explain(HttpResponseMessage response, string host, string said)
    {
        var status = (int)response.StatusCode;
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.Now(),
            _ => (TimeSpan?)null,
        };
        return status switch
        {
            >= 300 and < 400 => new DeliveryException($"{host} answered {status}, a redirect, and those are not followed. Give the final address.", retryable: false),
            408 or 425 or 429 or >= 500 => new DeliveryException($"{host} answered {status}{said}.", retryable: true) { Wait = wait > TimeSpan.Zero ? wait : null },
            _ => new DeliveryException($"{host} refused with {status}{said}. Look at the receiver and its address.", retryable: false),
        };
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MostBytesRead];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    /// <summary>The receiver's own words, without what is secret, and short.</summary>
    private static string Quote(string body, ChannelTarget target)
    {
        var line = DeliveryRules.Line(body).Trim();
        if (line.Length == 0 || line.StartsWith('<'))
            return string.Empty;
        line = line.Replace(target.Url.PathAndQuery, "…", StringComparison.Ordinal);
        if (target.Secret is { Length: > 0 } secret)
            line = line.Replace(secret, "…", StringComparison.Ordinal);
        return $" ({(line.Length > LongestQuote ? line[..LongestQuote] + "…" : line)})";
    }
}
