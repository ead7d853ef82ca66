using System.Net;
using System.Net.Sockets;

namespace Governance.Connectors.Outbound;

/// <summary>The address is one that is not called. Trying again does not mend it.</summary>
internal sealed class AddressRefusedException(string message) : Exception(message);

/// <summary>Connects only where <see cref="AddressRule"/> lets it.</summary>
internal static class OutboundConnection
{
    /// <summary>The addresses of the host, all of them allowed.</summary>
    public static async Task<IPAddress[]> ResolveAsync(string host, bool allowPrivate, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        return AddressRule.Refuse(host, addresses, allowPrivate) is { } why ? throw new AddressRefusedException(why) : addresses;
    }

    /// <summary>Resolved once, checked, and connected to that very address: a name that answers differently the second time gains nothing.</summary>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint end, bool allowPrivate, CancellationToken ct)
    {
        var addresses = await ResolveAsync(end.Host, allowPrivate, ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, end.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
