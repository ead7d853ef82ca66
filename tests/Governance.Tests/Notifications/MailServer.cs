using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Governance.Tests.Notifications;

/// <summary>A small SMTP server on a port of its own (RFC 5321, with AUTH PLAIN of RFC 4954 and STARTTLS of RFC 3207).</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<string> letters = new();
    private readonly Task serving;

    public MailServer()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Letters that were taken, as they came.</summary>
    public IReadOnlyList<string> Letters => [.. letters];

    /// <summary>What is answered to RCPT instead of yes.</summary>
    public string? Refusal { get; set; }

    /// <summary>What AUTH PLAIN has to say; null: nothing is asked.</summary>
    public string? Credentials { get; init; }

    /// <summary>Shown after STARTTLS; null: it is not offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Letters and passwords that came without TLS.</summary>
    public int InTheClear { get; private set; }

    /// <summary>The protocol of the last handshake that ended well.</summary>
    public SslProtocols Shaken { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        try
        {
            await serving;
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // Stopped.
        }

        ending.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            using var client = await listener.AcceptTcpClientAsync(ending.Token);
            try
            {
                await TalkAsync(client.GetStream(), greet: true);
            }
            catch (Exception fault) when (fault is IOException or AuthenticationException)
            {
                // The client went away, or did not like the certificate.
            }
        }
    }

    private async Task TalkAsync(Stream stream, bool greet)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n", AutoFlush = true };
        var open = stream is not SslStream;
        if (greet)
            await writer.WriteLineAsync("220 mail.test ESMTP");
        while (await reader.ReadLineAsync(ending.Token) is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    List<string> offers = ["mail.test"];
                    if (Certificate is not null && open)
                        offers.Add("STARTTLS");
                    if (Credentials is not null)
                        offers.Add("AUTH PLAIN");
                    foreach (var (offer, index) in offers.Select((o, i) => (o, i)))
                        await writer.WriteLineAsync($"250{(index == offers.Count - 1 ? ' ' : '-')}{offer}");
                    break;
                case "STARTTLS" when Certificate is not null && open:
                    await writer.WriteLineAsync("220 2.0.0 go on");
                    await using (var secure = new SslStream(stream, leaveInnerStreamOpen: true))
                    {
                        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, ending.Token);
                        Shaken = secure.SslProtocol;
                        await TalkAsync(secure, greet: false);
                    }

                    return;
                case "AUTH":
                    InTheClear += open ? 1 : 0;
                    var said = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2]));
                    await writer.WriteLineAsync(said == Credentials ? "235 2.7.0 ok" : "535 5.7.8 wrong");
                    break;
                case "RCPT" when Refusal is { } refusal:
                    await writer.WriteLineAsync(refusal);
                    break;
                case "DATA":
                    InTheClear += open ? 1 : 0;
                    await writer.WriteLineAsync("354 go on");
                    var letter = new StringBuilder();
                    for (var row = await reader.ReadLineAsync(ending.Token); row is not null and not "."; row = await reader.ReadLineAsync(ending.Token))
                        letter.AppendLine(row);
                    letters.Enqueue(letter.ToString());
                    await writer.WriteLineAsync("250 2.0.0 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }
}
