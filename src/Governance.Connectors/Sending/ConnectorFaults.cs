using Governance.Connectors.Outbound;
using Governance.Revocation;

namespace Governance.Connectors.Sending;

/// <summary>
/// What an answer that is no success means for a step, one rule for every connector: 401 and 403 are about the connector's own rights and say nothing of the
/// target; 409, 412, 423 come again after a new look; 429 and 5xx wait as long as the source asks; the rest needs a person.
/// </summary>
internal static class ConnectorFaults
{
    /// <summary>A source that asks for more than this is asked again after it: an order must not sleep for a year.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public static ConnectorException Explain(HttpResponseMessage response, byte[] body, Uri address, bool changes, DateTimeOffset now, string? token)
    {
        var status = (int)response.StatusCode;
        var name = FeedHttp.Name(address);
        var (_, quote) = FeedFaults.Quote(body, token);
        var said = quote is null ? string.Empty : $" It says: {quote}";
        var wait = FeedFaults.WaitOf(response, now) is { } asked ? asked > LongestWait ? LongestWait : asked : (TimeSpan?)null;
        if (FeedFaults.IsRateLimit(response, status, quote) || (status == 400 && IsThrottled(body)))
            return new ConnectorException($"{address.Host} limits how often it may be asked ({status}).", retryable: true, wait ?? TimeSpan.FromMinutes(1));
        return status switch
        {
            >= 300 and < 400 => new ConnectorException($"{name} answered {status}, a redirect. Redirects are not followed, and nothing was sent there. Give the final address in the settings.", retryable: false),
            401 => new ConnectorException($"{name} answered 401: the connector's own credential is wrong, has expired or was revoked.{said}", retryable: false) { OpensBreaker = true },
            403 => new ConnectorException($"{name} answered 403: the connector's account may not do this. That says nothing of the target. Test the connector to see which right it lacks.{said}", retryable: false) { OpensBreaker = true },
            404 => new ConnectorException($"{name} answered 404: it is not there, or the connector may not see it.{said}", retryable: false),
            409 or 412 or 423 => new ConnectorException($"{name} answered {status}: it was changed by someone else at the same time, or is in use. It is looked at again before the next try.{said}", retryable: true, wait),
            408 or 425 or >= 500 => new ConnectorException($"{name} answered {status}.{said}", retryable: true, wait) { OutcomeUnknown = changes },
            _ => new ConnectorException($"{name} refused with {status}.{said}", retryable: false),
        };
    }

    // AWS says 400 for its limits, in XML.
    private static bool IsThrottled(byte[] body) => body.AsSpan(0, Math.Min(body.Length, 4096)).IndexOf("<Code>Throttling"u8) >= 0;
}
