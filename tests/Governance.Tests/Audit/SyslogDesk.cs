using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Governance.Audit.Forwarding;
using Governance.Common;
using Governance.Connectors;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Audit;

/// <summary>A syslog receiver on this machine: takes connections one after the other, counts octets, and dies when told to.</summary>
internal sealed partial class SyslogDesk : IAsyncDisposable
{
    public static readonly Actor Maya = new(ActorKind.Person, "maya", "Maya", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });

    private readonly Channel<string> messages = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource stop = new();
    private readonly X509Certificate2? certificate;
    private TcpListener listener;
    private Task loop = Task.CompletedTask;

    private SyslogDesk(X509Certificate2? certificate)
    {
        this.certificate = certificate;
        listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>The certificate's PEM, which is its own authority.</summary>
    public string? Authority => certificate?.ExportCertificatePem();

    /// <summary>The connection is reset before the message of this number is read; once.</summary>
    public int? DieAfter { get; set; }

    public int Connections { get; private set; }

    public static SyslogDesk Open(bool tls = false, string name = "localhost")
    {
        var desk = new SyslogDesk(tls ? Certificate(name) : null);
        desk.loop = desk.AcceptAsync();
        return desk;
    }

    public SyslogAddress Address => new("localhost", Port, certificate is not null, Authority);

    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await messages.Reader.ReadAsync(limit.Token);
    }

    public async Task<List<long>> NumbersAsync(int count)
    {
        var numbers = new List<long>();
        while (numbers.Count < count)
            numbers.Add(NumberOf(await NextAsync()));
        return numbers;
    }

    public static long NumberOf(string message) => long.Parse(Number().Match(message).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>Nobody listens any more.</summary>
    public void Down() => listener.Stop();

    public void Up()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        loop = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await loop;
        stop.Dispose();
        certificate?.Dispose();
    }

    public static Task<TestDatabase> ConsoleAsync(DatabaseProvider provider) => TestDatabase.CreateAsync(provider, s => s.AddConnectors());

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                Connections++;
                try
                {
                    await ReadAsync(client);
                }
                catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The console broke it off.
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Down.
        }
    }

    private async Task ReadAsync(TcpClient client)
    {
        Stream stream = client.GetStream();
        if (certificate is not null)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
            stream = tls;
        }

        await using var _ = stream;
        for (var read = 0; ; read++)
        {
            if (DieAfter == read)
            {
                DieAfter = null;
                client.LingerState = new LingerOption(true, 0);
                client.Client.Close();
                return;
            }

            if (await MessageAsync(stream) is not { } message)
                return;
            messages.Writer.TryWrite(message);
        }
    }

    private async Task<string?> MessageAsync(Stream stream)
    {
        var one = new byte[1];
        var length = 0;
        while (true)
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
                return null;
            if (one[0] == ' ')
                break;
            length = (length * 10) + (one[0] - '0');
        }

        length.ShouldBeInRange(1, SyslogLine.MostBytes);
        var text = new byte[length];
        await stream.ReadExactlyAsync(text, stop.Token);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    [GeneratedRegex("externalId=([0-9]+) ")]
    private static partial Regex Number();
}
