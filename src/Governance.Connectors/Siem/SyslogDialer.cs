using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Governance.Audit.Forwarding;
using Governance.Connectors.Outbound;

namespace Governance.Connectors.Siem;

/// <summary>Opens TCP and TLS connections to a SIEM. Private addresses are allowed, since that is where it stands; metadata addresses never.</summary>
internal sealed class SyslogDialer : ISyslogDialer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<SyslogLink> OpenAsync(SyslogAddress address, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        var where = $"{address.Host}:{address.Port}";
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(address.Host, limit.Token);
            if (AddressRule.Refuse(address.Host, addresses, allowPrivate: true) is { } refused)
                throw new ReceiverUnreachableException(refused);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            await socket.ConnectAsync(addresses, address.Port, limit.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (!address.Tls)
                return new SyslogLink(stream, _ => EndAsync(socket));
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(Options(address), limit.Token);
            return new SyslogLink(tls, async end =>
            {
                await tls.ShutdownAsync().WaitAsync(end);
                await EndAsync(socket);
            });
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new ReceiverUnreachableException($"{where} did not answer within {Patience.TotalSeconds:0} s. Look at the port, and at firewalls between.");
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new ReceiverUnreachableException($"{where} can't be reached: {fault.Message}.", fault);
        }
        catch (AuthenticationException fault)
        {
            socket.Dispose();
            throw new ReceiverUnreachableException($"The certificate of {where} is not trusted for that name. Give the certificate of its authority, or the name that it is made for. ({fault.Message})", fault);
        }
        catch (IOException fault)
        {
            socket.Dispose();
            throw new ReceiverUnreachableException($"{where} broke the connection while TLS began. Look whether that port speaks TLS.", fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Task EndAsync(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection is gone.", fault);
        }

        return Task.CompletedTask;
    }

    private static SslClientAuthenticationOptions Options(SyslogAddress address)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = address.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (address.Authority is { } pem)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(pem);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
