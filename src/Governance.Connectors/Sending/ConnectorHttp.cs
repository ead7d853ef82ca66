using System.Net.Http.Headers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Sending;

/// <summary>One answer, 2xx or one that the call takes as settled.</summary>
internal sealed record ConnectorAnswer(int Status, byte[] Body, JsonElement Json, HttpResponseHeaders Headers)
{
    public bool Ok => Status is >= 200 and < 300;
}

/// <summary>
/// Calls one source, each call once: waiting and trying again is the ledger's work, which looks before it sends. Reads at most 10 MiB of an answer, waits at
/// most 15 seconds for it, and says in words what went wrong.
/// </summary>
internal sealed class ConnectorHttp(FeedEndpoint endpoint, IRequestAuthoriser authoriser, TimeProvider clock) : ITokenHttp
{
    private const int MostBytes = 10 * 1024 * 1024;
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(15);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };
    private readonly GuardedClient client = new(endpoint);

    /// <summary>Where it calls.</summary>
    public string Host => endpoint.Base.Host;

    public void Dispose()
    {
        client.Dispose();
        authoriser.Dispose();
    }

    /// <summary>What is there; null when the source says 404. Every other answer that is no success throws.</summary>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken ct, string? accept = null)
    {
        var answer = await SendAsync(ConnectorCall.Get(path) with { Settled = [404], Accept = accept }, ct);
        return answer.Ok ? answer.Json : null;
    }

    /// <summary>What has to be there.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken ct, string? accept = null) => (await SendAsync(ConnectorCall.Get(path) with { Accept = accept }, ct)).Json;

    /// <summary>Sends it, once; again only when a new token takes the place of one that had ended, which was not acted on.</summary>
    public async Task<ConnectorAnswer> SendAsync(ConnectorCall call, CancellationToken ct)
    {
        var address = new Uri(endpoint.Base, call.Path);
        if (address.Host != endpoint.Base.Host || address.Port != endpoint.Base.Port || address.Scheme != endpoint.Base.Scheme)
            throw new ConnectorException($"The call would have gone to another host ({address.Host}). It was not sent.", retryable: false);
        for (var anew = false; ; anew = true)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(OneCall);
            var sent = false;
            try
            {
                using var request = call.ToRequest(address);
                var another = await authoriser.AuthoriseAsync(request, anew, deadline.Token);
                if (anew && !another)
                    throw new ConnectorException($"{FeedHttp.Name(address)} answered 401: the connector's own credential is wrong, has expired or was revoked.", retryable: false) { OpensBreaker = true };
                sent = true;
                using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
                var body = await ReadAsync(response, call, deadline.Token);
                var status = (int)response.StatusCode;
                if (status == 401 && !anew)
                    continue;
                if (!response.IsSuccessStatusCode && !call.Settled.Contains(status))
                    throw ConnectorFaults.Explain(response, body, address, call.Changes, clock.Now(), authoriser.Secret ?? request.Headers.Authorization?.Parameter);
                return new ConnectorAnswer(status, body, Parse(response, body, address, call), response.Headers);
            }
            catch (FeedException fault)
            {
                // The way to a token: nothing was sent to the source itself.
                throw new ConnectorException(fault.Message, fault.Retryable, cause: fault) { OpensBreaker = !fault.Retryable };
            }
            catch (HttpRequestException fault) when (fault.InnerException is AddressRefusedException refused)
            {
                throw new ConnectorException(refused.Message, retryable: false, cause: fault);
            }
            catch (HttpRequestException fault) when (fault.HttpRequestError == HttpRequestError.SecureConnectionError)
            {
                throw new ConnectorException($"No secure connection to {Host}: {client.TlsProblem ?? "the TLS handshake failed"}", retryable: false, cause: fault);
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException)
            {
                var reached = fault is not HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };
                throw new ConnectorException(
                    reached ? $"{FeedHttp.Name(address)}: the connection broke off before an answer came.{Unknown(call)}" : $"{Host} could not be reached: its name is not known, nothing answers there, or a firewall is between.", retryable: true, cause: fault)
                {
                    OutcomeUnknown = reached && call.Changes,
                };
            }
            catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
            {
                throw new ConnectorException($"{FeedHttp.Name(address)} gave no answer within {OneCall.TotalSeconds:0} s.{Unknown(call)}", retryable: true, cause: fault) { OutcomeUnknown = sent && call.Changes };
            }
        }
    }

    async Task<FeedAnswer> ITokenHttp.PostAsync(string path, Func<HttpContent> content, CancellationToken ct)
    {
        using var form = content();
        var answer = await SendAsync(ConnectorCall.Post(path, await form.ReadAsStringAsync(ct)) with { ContentType = form.Headers.ContentType?.MediaType ?? "application/json", OnlyAsks = true }, ct);
        return new FeedAnswer(new Uri(endpoint.Base, path), answer.Headers, answer.Body, answer.Json);
    }

    private static string Unknown(ConnectorCall call) => call.Changes ? " Whether it took effect is looked at before anything is sent again." : string.Empty;

    private static JsonElement Parse(HttpResponseMessage response, byte[] body, Uri address, ConnectorCall call)
    {
        // XML, and the empty answers of most deletions, are the connector's own to read.
        if (body.Length == 0 || !response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType?.EndsWith("xml", StringComparison.Ordinal) == true)
            return default;
        try
        {
            using var json = JsonDocument.Parse(body, Strict);
            return json.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new ConnectorException($"{FeedHttp.Name(address)} answered with what is no valid JSON: a proxy or a sign-in page may be between.{Unknown(call)}", retryable: true, cause: fault) { OutcomeUnknown = call.Changes };
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, ConnectorCall call, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var buffer = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(part, ct)) > 0;)
        {
            if (buffer.Length + read > MostBytes)
                throw new ConnectorException($"{FeedHttp.Name(response.RequestMessage!.RequestUri!)} answered with more than 10 MiB, and that is not read.{Unknown(call)}", retryable: false) { OutcomeUnknown = call.Changes };
            buffer.Write(part, 0, read);
        }

        return buffer.ToArray();
    }
}
