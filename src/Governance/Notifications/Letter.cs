using System.Globalization;
using System.Net;
using Governance.Common;

namespace Governance.Notifications;

/// <summary>A mail as it is to be read: one subject, and the same text twice, plain and as HTML.</summary>
public sealed record Letter(string Subject, string Text, string Html);

/// <summary>Writes letters from templates. Everything that came from outside is encoded; its only links lead to the console. Pure.</summary>
public static class Letters
{
    private const int MostListed = 50;
    private const int LongestSubject = 200;

    /// <summary>One message as a letter.</summary>
    public static Letter Of(MailTemplate template, OutgoingMessage message, DateTimeOffset? due, TimeZoneInfo zone, Uri console)
    {
        var link = ConsoleLinks.Of(console, message.Link).AbsoluteUri;
        return Write(template, console, new Dictionary<string, PlaceholderValue>(StringComparer.Ordinal)
        {
            ["name"] = new(OneLine(message.Name)),
            ["title"] = new(OneLine(message.Title)),
            ["body"] = new(message.Body),
            ["kind"] = new(MessageKinds.TitleOf(message.Kind)),
            ["due"] = new(due is { } end ? $"An answer counts until {TimeZoneInfo.ConvertTime(end, zone).ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} ({zone.Id})." : string.Empty),
            ["link"] = new(link, Button(link)),
            ["console"] = new(new Uri(console, "/").AbsoluteUri),
        });
    }

    /// <summary>Several messages of one person as one letter; what does not fit is counted.</summary>
    public static Letter Digest(MailTemplate template, string name, IReadOnlyList<OutgoingMessage> messages, Uri console)
    {
        var shown = messages.Take(MostListed).Select(m => (Message: m, Link: ConsoleLinks.Of(console, m.Link).AbsoluteUri)).ToList();
        var more = messages.Count > MostListed ? $"And {messages.Count - MostListed} more in your inbox." : null;
        var text = string.Join("\n\n", shown.Select(s => $"* {OneLine(s.Message.Title)}\n  {s.Message.Body.Replace("\n", "\n  ", StringComparison.Ordinal)}\n  {s.Link}")) + (more is null ? null : "\n\n" + more);
        var html = "<ul style=\"padding-left:18px\">" + string.Concat(shown.Select(s =>
                $"<li style=\"margin-bottom:12px\"><a href=\"{Encode(s.Link)}\" style=\"color:#0E6B62;font-weight:600\">{Encode(OneLine(s.Message.Title))}</a><br>{Encode(s.Message.Body).ReplaceLineEndings("<br>")}</li>"))
            + (more is null ? null : $"<li>{Encode(more)}</li>") + "</ul>";
        var inbox = new Uri(console, "/inbox").AbsoluteUri;
        return Write(template, console, new Dictionary<string, PlaceholderValue>(StringComparer.Ordinal)
        {
            ["name"] = new(OneLine(name)),
            ["count"] = new(messages.Count.ToString(CultureInfo.InvariantCulture)),
            ["list"] = new(text, html),
            ["link"] = new(inbox, Button(inbox)),
            ["console"] = new(new Uri(console, "/").AbsoluteUri),
        });
    }

    /// <summary>Control characters become spaces: no header can be added by a name or a title (CWE-93).</summary>
    public static string OneLine(string text) => new([.. StorableText.Clean(text).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]);

    private static Letter Write(MailTemplate template, Uri console, IReadOnlyDictionary<string, PlaceholderValue> values)
    {
        var subject = OneLine(template.Subject.Text(values)).Trim();
        var choice = new Uri(console, "/account/notifications").AbsoluteUri;
        var stop = new Uri(console, "/account/notifications/stop").AbsoluteUri;
        return new Letter(
            subject.Length > LongestSubject ? subject[..(LongestSubject - 1)] + "…" : subject,
            $"{template.Body.Text(values)}\n\n-- \nWhat you get, and when: {choice}\nOnly what needs an answer: {stop}\n",
            $"""
            <!DOCTYPE html><html lang="en"><body style="font-family:'IBM Plex Sans',Arial,sans-serif;font-size:15px;line-height:1.5;color:#14181F;max-width:600px">
            {template.Body.Html(values)}
            <p style="color:#4A5565;font-size:12px;border-top:1px solid #E1E5EB;padding-top:12px;margin-top:24px">The governance console. <a href="{Encode(choice)}" style="color:#4A5565">What you get, and when</a> · <a href="{Encode(stop)}" style="color:#4A5565">Only what needs an answer</a></p></body></html>
            """);
    }

    private static string Button(string link) =>
        $"<a href=\"{Encode(link)}\" style=\"display:inline-block;background:#0E6B62;color:#FFFFFF;text-decoration:none;padding:9px 18px;border-radius:6px\">Open in the console</a>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
