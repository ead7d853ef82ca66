using Governance.Notifications;
using MimeKit;

namespace Governance.Connectors.Mail;

/// <summary>A letter as a mail, in text and in HTML.</summary>
internal static class MailLetter
{
    public static MimeMessage Write(OutgoingMessage message, Letter letter, MailboxAddress from, MailboxAddress to, Uri console)
    {
        var mail = new MimeMessage();
        mail.From.Add(from);
        mail.To.Add(to);
        mail.Subject = Letters.OneLine(letter.Subject);
        mail.Date = message.CreatedAt;
        // The same at each repetition: a mailbox shows one.
        mail.MessageId = $"{message.Id:N}@{console.Host}";
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-Auto-Response-Suppress", "All");
        // A page that asks for a sign-in, so without the one-click header of RFC 8058.
        mail.Headers.Add(HeaderId.ListUnsubscribe, $"<{new Uri(console, "/account/notifications/stop").AbsoluteUri}>");
        mail.Body = new BodyBuilder { TextBody = letter.Text, HtmlBody = letter.Html }.ToMessageBody();
        return mail;
    }
}
