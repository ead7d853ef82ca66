using System.Globalization;
using System.Text;
using System.Text.Json;
using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>What an answer that is no success means, in words, and whether and when to try again.</summary>
internal static class FeedFaults
{
    private const int LongestQuote = 300;

    public static (FeedException Fault, TimeSpan? Wait) Explain(HttpResponseMessage response, byte[] body, Uri address, bool renewed, DateTimeOffset now, string? token)
    {
        var status = (int)response.StatusCode;
        var name = FeedHttp.Name(address);
        if (status is >= 300 and < 400)
        {
            var to = response.Headers.Location is { } location ? new Uri(address, location).Host : "nowhere";
            return (new FeedHttpException(status, $"{name} answered {status}, a redirect to {to}. Redirects are not followed, and nothing was sent there. Give the final address in the settings.", retryable: false), null);
        }

        var (code, quote) = Quote(body, token);
        var said = quote is null ? string.Empty : $" It says: {quote}";
        var wait = WaitOf(response, now);
        if (IsRateLimit(response, status, quote))
            return (new FeedHttpException(status, $"{address.Host} limits how often it may be asked ({status}).", retryable: true, code), wait ?? TimeSpan.FromMinutes(1));
        return status switch
        {
            401 => (new FeedHttpException(status, $"{name} answered 401: the credential is wrong, has expired or was revoked{(renewed ? ", and a new token did not help" : string.Empty)}.{said}", retryable: false, code), null),
            403 => (new FeedHttpException(status, $"{name} answered 403: the account may not read this.{said}", retryable: false, code), null),
            404 => (new FeedHttpException(status, $"{name} answered 404: it is not there, or the account may not see it.{said}", retryable: false, code), null),
            408 or 425 or >= 500 => (new FeedHttpException(status, $"{name} answered {status}.{said}", retryable: true, code), wait),
            _ => (new FeedHttpException(status, $"{name} answered {status}.{said}", retryable: false, code), null),
        };
    }

    // GitHub says 403 for both of its limits; the rest of the world says 429.
    internal static bool IsRateLimit(HttpResponseMessage response, int status, string? quote) =>
        status == 429 || (status == 403 && (response.Headers.RetryAfter is not null || Header(response, "x-ratelimit-remaining") == "0" || (quote?.Contains("secondary rate limit", StringComparison.OrdinalIgnoreCase) ?? false)));

    internal static TimeSpan? WaitOf(HttpResponseMessage response, DateTimeOffset now)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => null,
        };
        if (wait is null && Header(response, "x-ratelimit-remaining") == "0" && long.TryParse(Header(response, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset) && reset < 253_402_300_799)
            wait = DateTimeOffset.FromUnixTimeSeconds(reset) - now + TimeSpan.FromSeconds(1);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The source's own words and code, where it gives them as JSON: no page of HTML, no token that it echoes, nothing long.</summary>
    internal static (string? Code, string? Quote) Quote(byte[] body, string? token)
    {
        try
        {
            using var json = JsonDocument.Parse(body.AsMemory(0, Math.Min(body.Length, 64 * 1024)));
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return (null, null);
            var inner = root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error : root;
            var code = Text(inner, "code") ?? Text(root, "error") ?? Text(root, "reason") ?? Text(root, "scimType");
            var words = Text(inner, "message") ?? Text(root, "error_description") ?? Text(root, "detail");
            return (code, words is null ? code : Plain(words, token));
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string Plain(string words, string? token)
    {
        if (token is { Length: > 3 })
            words = words.Replace(token, "[secret]", StringComparison.Ordinal);
        var plain = new StringBuilder();
        foreach (var c in words.Length > LongestQuote ? words[..LongestQuote] : words)
            plain.Append(char.IsControl(c) ? ' ' : c);
        return plain.ToString();
    }
}
