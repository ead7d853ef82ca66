using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Revocation;

namespace Governance.Connectors.Webhook;

/// <summary>
/// POSTs what is to be done, signed with HMAC-SHA256 over <c>timestamp.body</c>. The body of a repetition is the same and so is its Idempotency-Key.
/// Connects only to an address that it has checked itself, follows no redirect, and reads at most 64 KiB of the answer.
/// </summary>
internal sealed class WebhookConnector : IConnector
{
    public const string TimestampHeader = "X-Governance-Timestamp";
    public const string SignatureHeader = "X-Governance-Signature";
    public const string KeyHeader = "Idempotency-Key";
    private const int MostBytesRead = 64 * 1024;
    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Uri url;
    private readonly byte[] secret;
    private readonly TimeProvider clock;
    private readonly HttpClient client;

    public WebhookConnector(Uri url, string secret, TimeSpan timeout, bool allowPrivate, TimeProvider clock)
    {
        (this.url, this.secret, this.clock) = (url, Encoding.UTF8.GetBytes(secret), clock);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = timeout,
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, ct) => OutboundConnection.ConnectAsync(context.DnsEndPoint, allowPrivate, ct),
        };
        client = new HttpClient(handler) { Timeout = timeout };
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        CryptographicOperations.ZeroMemory(secret);
        return ValueTask.CompletedTask;
    }

    public Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct) =>
        Task.FromResult(new Observation(TargetState.Unobservable, "acknowledged by the receiver; what it did is not visible from here"));

    public Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<string>>([$"POST {url.GetLeftPart(UriPartial.Path)} {Body(command)}"]);

    public Task<string> SendAsync(ConnectorCommand command, CancellationToken ct) => PostAsync(Body(command), command.IdempotencyKey, ct);

    public async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var key = "ping:" + Ids.New(clock.Now()).ToString("D");
        await PostAsync(JsonSerializer.Serialize(new { id = key, action = "ping" }), key, ct);
        return $"{url.Host} took a signed ping. It has to verify {SignatureHeader} and to remember each {KeyHeader}.";
    }

    /// <summary>Hex of HMAC-SHA256 over <c>timestamp.body</c>, with the version in front: <c>v1=…</c>.</summary>
    internal static string Sign(byte[] secret, string timestamp, string body) =>
        "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(timestamp + "." + body)));

    private static string Body(ConnectorCommand command) => JsonSerializer.Serialize(
        new
        {
            id = command.IdempotencyKey,
            action = command.Verb.ToString().ToLowerInvariant(),
            target = new { id = command.Target.ExternalId, name = command.Target.DisplayName },
            credential = command.Target.Credential is { } c ? new { id = c.ExternalId, kind = c.Kind.ToString() } : null,
            grant = command.Target.Grant is { } g ? new { permission = g.Permission, resource = g.Resource } : null,
            reason = command.Reason,
        }, WithoutNulls);

    private async Task<string> PostAsync(string body, string key, CancellationToken ct)
    {
        var timestamp = clock.Now().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, Sign(secret, timestamp, body));
        request.Headers.Add(KeyHeader, key);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            await DrainAsync(response, ct);
            if (!response.IsSuccessStatusCode)
                throw Explain(response);
            return SettingText.Digest(body);
        }
        catch (HttpRequestException fault)
        {
            // What our own guard refused is not mended by trying again.
            var refused = fault.InnerException is AddressRefusedException;
            throw new ConnectorException(refused ? fault.InnerException!.Message : $"{url.Host} could not be reached: {fault.HttpRequestError}.", !refused, cause: fault);
        }
        catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
        {
            throw new ConnectorException($"{url.Host} did not answer in {client.Timeout.TotalSeconds:0} s. It may have taken the message; the repetition carries the same key.", retryable: true, cause: fault);
        }
    }

    private ConnectorException Explain(HttpResponseMessage response)
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
            >= 300 and < 400 => new ConnectorException($"{url.Host} answered {status}, a redirect, and those are not followed. Give the final address.", retryable: false),
            408 or 425 or 429 or >= 500 => new ConnectorException($"{url.Host} answered {status}.", retryable: true, wait > TimeSpan.Zero ? wait : null),
            _ => new ConnectorException($"{url.Host} refused with {status}. Look at the receiver, then try again.", retryable: false),
        };
    }

    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[8192];
        for (var total = 0; total < MostBytesRead;)
        {
            var read = await stream.ReadAsync(buffer, ct);
            if (read == 0)
                return;
            total += read;
        }
    }
}
