using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Notifications;

namespace Governance.Connectors.Channels;

/// <summary>A channel of Microsoft Teams by a workflow ("Post to a channel when a webhook request is received"): an adaptive card in a message.</summary>
public sealed class TeamsChannel : IChannelKind
{
    private readonly ChannelPost post;

    public TeamsChannel(TimeProvider clock)
        : this(new ChannelPost(clock))
    {
    }

    internal TeamsChannel(ChannelPost post) => this.post = post;

    public string Kind => "teams";

    public string Title => "Microsoft Teams channel";

    public string Summary => "Make a workflow in Teams, 'Post to a channel when a webhook request is received', and paste its address; whoever knows the address may write there, so it is kept sealed.";

    public string? SecretTitle => null;

    public Refusal? Check(string address, string? secret, bool allowPrivate) => ChannelPost.Check(address, allowPrivate);

    public Task<string> SendAsync(ChannelTarget target, OutgoingMessage message, Uri? console, CancellationToken ct) => post.SendAsync(target, Write(message, console), [], ct);

    /// <summary>Text runs read no markdown, unlike text blocks: nothing untrusted becomes a link or a mention.</summary>
    internal static string Write(OutgoingMessage message, Uri? console)
    {
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray(
                Run(Cut(Letters.OneLine(message.Title), 300), "weight", "Bolder"),
                Run(Cut(message.Body, 4000), "size", "Default"),
                Run(Cut($"For {Letters.OneLine(message.Name)} · {MessageKinds.TitleOf(message.Kind)}", 300), "size", "Small")),
        };
        if (console is not null)
            card["actions"] = new JsonArray(new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = "Open in the console", ["url"] = ConsoleLinks.Of(console, message.Link).AbsoluteUri });
        return new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["contentUrl"] = null, ["content"] = card }),
        }.ToJsonString();
    }

    private static JsonObject Run(string text, string property, string value) => new()
    {
        ["type"] = "RichTextBlock",
        ["inlines"] = new JsonArray(new JsonObject { ["type"] = "TextRun", ["text"] = text, [property] = value }),
    };

    private static string Cut(string text, int most) => text.Length > most ? text[..(most - 1)] + "…" : text;
}
