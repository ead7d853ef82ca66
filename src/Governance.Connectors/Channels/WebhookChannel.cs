using System.Globalization;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Webhook;
using Governance.Notifications;

namespace Governance.Connectors.Channels;

/// <summary>A program of the organisation's own. Signed like the revocation webhook: HMAC-SHA256 over <c>timestamp.body</c>. See docs/notifications.md.</summary>
public sealed class WebhookChannel : IChannelKind
{
    private const int ShortestSecret = 16;
    private readonly TimeProvider clock;
    private readonly ChannelPost post;

    public WebhookChannel(TimeProvider clock)
        : this(clock, new ChannelPost(clock))
    {
    }

    internal WebhookChannel(TimeProvider clock, ChannelPost post) => (this.clock, this.post) = (clock, post);

    public string Kind => "webhook";

    public string Title => "Signed webhook";

    public string Summary => "A program of yours gets each message as JSON, with a signature that it can verify. It sees the person's name and mail address, so that it can pass the message on.";

    public string? SecretTitle => "Key of the signature, at least 16 characters";

    public Refusal? Check(string address, string? secret, bool allowPrivate) =>
        ChannelPost.Check(address, allowPrivate) ?? (secret is null || secret.Length < ShortestSecret ? new Refusal("channel.secret", "The key of the signature is missing or shorter than 16 characters.", "secret") : null);

    public Task<string> SendAsync(ChannelTarget target, OutgoingMessage message, Uri? console, CancellationToken ct)
    {
        var body = JsonSerializer.Serialize(new
        {
            id = message.Id,
            kind = message.Kind,
            duty = MessageKinds.IsDuty(message.Kind),
            person = new { name = message.Name, mail = message.Mail.Length > 0 ? message.Mail : null },
            title = message.Title,
            body = message.Body,
            link = console is null ? null : ConsoleLinks.Of(console, message.Link).AbsoluteUri,
            createdAt = message.CreatedAt.ToUniversalTime(),
            dueAt = message.DueAt?.ToUniversalTime(),
        });
        var timestamp = clock.Now().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return post.SendAsync(target, body,
        [
            KeyValuePair.Create(WebhookConnector.TimestampHeader, timestamp),
            KeyValuePair.Create(WebhookConnector.SignatureHeader, WebhookConnector.Sign(Encoding.UTF8.GetBytes(target.Secret!), timestamp, body)),
            KeyValuePair.Create(WebhookConnector.KeyHeader, message.Id.ToString("D")),
        ], ct);
    }
}
