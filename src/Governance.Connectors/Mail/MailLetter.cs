using System.Net;
using Governance.Notifications;
using MimeKit;

namespace Governance.Connectors.Mail;

/// <summary>A message as a mail, in text and in HTML. All of its text is encoded; its only link leads to the console.</summary>
internal static class MailLetter
{
    public static MimeMessage Write(OutgoingMessage message, MailboxAddress from, MailboxAddress to, Uri console)
    {
        var link = Link(console, message.Link).AbsoluteUri;
        var settings = new Uri(console, "/").AbsoluteUri;
        var letter = new MimeMessage();
        letter.From.Add(from);
        letter.To.Add(to);
        letter.Subject = OneLine(message.Title);
        letter.Date = message.CreatedAt;
        // The same at each repetition: a mailbox shows one.
        letter.MessageId = $"{message.Id:N}@{console.Host}";
        letter.Headers.Add("Auto-Submitted", "auto-generated");
        letter.Headers.Add("X-Auto-Response-Suppress", "All");
        letter.Body = new BodyBuilder
        {
            TextBody = $"Hello {OneLine(message.Name)},\n\n{message.Body}\n\nOpen it in the console (you sign in there):\n{link}\n\n-- \nThe governance console, {settings}\n",
            HtmlBody = $"""
                <!DOCTYPE html><html lang="en"><body style="font-family:'IBM Plex Sans',Arial,sans-serif;font-size:15px;line-height:1.5;color:#14181F;max-width:600px">
                <p>Hello {Encode(message.Name)},</p><p><strong>{Encode(message.Title)}</strong></p><p>{Encode(message.Body).Replace("\n", "<br>", StringComparison.Ordinal)}</p>
                <p><a href="{Encode(link)}" style="color:#0E6B62">Open it in the console</a> (you sign in there)</p>
                <p style="color:#4A5565;font-size:12px">The governance console, {Encode(settings)}</p></body></html>
                """,
        }.ToMessageBody();
        return letter;
    }

    // Only a path of the console: what looks like another host leads to the start page.
    private static Uri Link(Uri console, string? path) =>
        path is "/" or ['/', not ('/' or '\\'), ..] && Uri.TryCreate(console, path, out var whole) && whole.Authority == console.Authority && whole.Scheme == console.Scheme ? whole : new Uri(console, "/");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
}
