using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Connectors.Sending;
using Governance.Signals;

namespace Governance.Connectors.Signals;

/// <summary>Pushes tokens by RFC 8935: 202 takes it, 400 with <c>err</c> refuses it for good, everything else is tried again.</summary>
internal sealed class PushSender(TimeProvider clock) : ISignalSender
{
    private const int MostBytes = 16 * 1024;
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(15);

    public string? Check(string? url, bool allowPrivate) =>
        url is { Length: <= 1000 } && Uri.TryCreate(url, UriKind.Absolute, out var address) ? FeedEndpoint.Of(address.GetLeftPart(UriPartial.Path), allowPrivate, null, "endpoint_url").Refusal?.Message : "endpoint_url is no address.";

    public async Task<PushAnswer> PushAsync(string url, bool allowPrivate, string? authorization, string token, CancellationToken ct)
    {
        var address = new Uri(url);
        var endpoint = FeedEndpoint.Of(address.GetLeftPart(UriPartial.Path), allowPrivate, null, "endpoint_url");
        if (endpoint.IsRefused)
            return new PushAnswer(false, false, endpoint.Refusal.Message);
        using var client = new GuardedClient(endpoint.Value);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(token)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/secevent+jwt");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(OneCall);
        try
        {
            using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
                return new PushAnswer(true, false, null);
            if (status == 400)
                return new PushAnswer(false, false, await RefusedAsync(response, deadline.Token));
            var wait = FeedFaults.WaitOf(response, clock.Now());
            return new PushAnswer(false, status is 401 or 403 or 404 or 408 or 425 or 429 or >= 500, $"{address.Host} answered {status}.", wait > ConnectorFaults.LongestWait ? ConnectorFaults.LongestWait : wait);
        }
        catch (HttpRequestException fault) when (fault.InnerException is AddressRefusedException refused)
        {
            return new PushAnswer(false, false, refused.Message);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new PushAnswer(false, true, $"{address.Host} could not be reached. {client.TlsProblem}".TrimEnd());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new PushAnswer(false, true, $"{address.Host} gave no answer within {OneCall.TotalSeconds:0} s.");
        }
    }

    private static async Task<string> RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = new byte[MostBytes];
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var length = await stream.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, ct);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            var words = $"The receiver refused it: {json.RootElement.Text("err")} {json.RootElement.Text("description")}".TrimEnd();
            return words.Length <= 400 ? words : words[..400];
        }
        catch (JsonException)
        {
            return "The receiver refused it with 400 and no reason.";
        }
    }
}
