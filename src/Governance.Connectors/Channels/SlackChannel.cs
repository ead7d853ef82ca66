using System.Text.Json;
using Governance.Common;
using Governance.Notifications;

namespace Governance.Connectors.Channels;

/// <summary>A room of Slack, or of a chat that takes the same JSON (Mattermost, Rocket.Chat), by an incoming webhook.</summary>
public sealed class SlackChannel : IChannelKind
{
    private readonly ChannelPost post;

    public SlackChannel(TimeProvider clock)
        : this(new ChannelPost(clock))
    {
    }

    internal SlackChannel(ChannelPost post) => this.post = post;

    public string Kind => "slack";

    public string Title => "Slack-compatible room";

    public string Summary => "A room of Slack, Mattermost or Rocket.Chat. Make an incoming webhook there and paste its address; whoever knows the address may write to the room, so it is kept sealed.";

    public string? SecretTitle => null;

    public Refusal? Check(string address, string? secret, bool allowPrivate) => ChannelPost.Check(address, allowPrivate);

    public Task<string> SendAsync(ChannelTarget target, OutgoingMessage message, Uri? console, CancellationToken ct) => post.SendAsync(target, Write(message, console), [], ct);

    /// <summary>Untrusted text goes in plain_text only, where no mention, link or mark-up is read; <c>text</c> is for chats that know no blocks.</summary>
    internal static string Write(OutgoingMessage message, Uri? console)
    {
        var title = Cut(Letters.OneLine(message.Title), 150);
        var whom = $"For {Letters.OneLine(message.Name)} · {MessageKinds.TitleOf(message.Kind)}";
        var link = console is null ? null : ConsoleLinks.Of(console, message.Link).AbsoluteUri;
        var blocks = new List<object>
        {
            new { type = "header", text = Plain(title) },
            new { type = "section", text = Plain(Cut(message.Body, 2900)) },
            new { type = "context", elements = new[] { Plain(Cut(whom, 300)) } },
        };
        if (link is not null)
            blocks.Add(new { type = "section", text = new { type = "mrkdwn", text = $"<{link}|Open in the console>" } });
        var text = $"{Inert(title)}\n{Inert(Cut(message.Body, 2900))}\n{Inert(whom)}{(link is null ? null : "\n" + link)}";
        return JsonSerializer.Serialize(new { text, mrkdwn = false, blocks });
    }

    private static object Plain(string text) => new { type = "plain_text", text = text.Length == 0 ? " " : text, emoji = false };

    // Slack reads <, > and &; others read @here. With a space of no width it is a word.
    private static string Inert(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("@", "@\u200B", StringComparison.Ordinal);

    private static string Cut(string text, int most) => text.Length > most ? text[..(most - 1)] + "…" : text;
}
