using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Governance.Common;
using Governance.Notifications;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Governance.Connectors.Mail;

/// <summary>Mail by SMTP. The password is read where it lies at each use; what the server says on a refusal is kept, in one line.</summary>
public sealed class SmtpChannel(IOptions<MailOptions> options, ConsoleLinks links) : IMessageChannel
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly MailOptions mail = options.Value;

    public string Name => DeliveryService.Mail;

    public bool IsOn => mail.Host.Length > 0;

    public async Task SendAsync(OutgoingMessage message, Letter letter, CancellationToken ct)
    {
        if (!MailboxAddress.TryParse(mail.From, out var from))
            throw new DeliveryException("Governance:Mail:From is no mail address.", retryable: true) { Everything = true };
        if (links.Base is not { } console)
            throw new DeliveryException("Governance:ConsoleAddress is no address that begins with https://.", retryable: true) { Everything = true };
        if (mail.Security == MailSecurity.None && mail.Host is not ("localhost" or "127.0.0.1" or "::1"))
            throw new DeliveryException("Governance:Mail:Security None is only for a relay on this machine.", retryable: true) { Everything = true };
        if (!MailboxAddress.TryParse(message.Mail, out var to))
            throw new DeliveryException("The directory's mail address of the person is none.", retryable: false);
        to.Name = Letters.OneLine(message.Name);
        using var written = MailLetter.Write(message, letter, from, to, console);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Longest);
        try
        {
            using var client = new SmtpClient();
            if (mail.CertificateSha256.Length > 0)
                client.ServerCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate);
            await client.ConnectAsync(mail.Host, mail.Port, mail.Security switch { MailSecurity.Tls => SecureSocketOptions.SslOnConnect, MailSecurity.None => SecureSocketOptions.None, _ => SecureSocketOptions.StartTls }, deadline.Token);
            if (mail.UserName.Length > 0)
            {
                var password = await SecretReference.ResolveAsync(mail.Password, deadline.Token);
                if (password.IsRefused)
                    throw new DeliveryException(password.Refusal.Message, retryable: true);
                await client.AuthenticateAsync(mail.UserName, password.Value, deadline.Token);
            }

            await client.SendAsync(written, deadline.Token);
            // It is taken. That the goodbye fails changes nothing.
            await client.DisconnectAsync(quit: false, CancellationToken.None);
        }
        catch (SmtpCommandException fault)
        {
            // 4yz may pass, 5yz does not (RFC 5321, 4.2.1).
            throw new DeliveryException($"{mail.Host} answered {(int)fault.StatusCode}: {fault.Message}", (int)fault.StatusCode < 500, fault);
        }
        catch (AuthenticationException fault)
        {
            throw new DeliveryException($"{mail.Host} refused the name and password.", retryable: true, fault) { Everything = true };
        }
        catch (NotSupportedException fault)
        {
            throw new DeliveryException($"{mail.Host} does not offer STARTTLS or a way to sign in that is known here. Nothing was sent.", retryable: true, fault) { Everything = true };
        }
        catch (SslHandshakeException fault)
        {
            throw new DeliveryException(mail.CertificateSha256.Length > 0
                ? $"{mail.Host} showed another certificate than the one in Governance:Mail:CertificateSha256. Nothing was sent."
                : $"{mail.Host} showed a certificate that this machine does not trust. Nothing was sent. Trust its authority, or name the certificate in Governance:Mail:CertificateSha256.", retryable: true, fault)
            { Everything = true };
        }
        catch (Exception fault) when (fault is SocketException or IOException or SmtpProtocolException or ServiceNotConnectedException)
        {
            throw new DeliveryException($"{mail.Host}:{mail.Port} could not be reached or broke off ({fault.GetType().Name}).", retryable: true, fault) { Everything = true };
        }
        catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
        {
            throw new DeliveryException($"{mail.Host} did not answer in {Longest.TotalMinutes:0} minutes.", retryable: true, fault) { Everything = true };
        }
    }

    /// <summary>Exactly the one certificate, whoever issued it; written with or without colons.</summary>
    private bool IsPinned(X509Certificate? certificate) =>
        certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), mail.CertificateSha256.Replace(":", string.Empty, StringComparison.Ordinal).Trim(), StringComparison.OrdinalIgnoreCase);
}
