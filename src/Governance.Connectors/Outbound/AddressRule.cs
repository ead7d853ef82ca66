using System.Net;
using System.Net.Sockets;

namespace Governance.Connectors.Outbound;

/// <summary>Who is behind an address, as far as its number tells.</summary>
internal enum AddressKind
{
    Public,

    /// <summary>Loopback, private, shared or documentation networks: where a self-hosted console's systems are, if an administrator says so.</summary>
    Private,

    /// <summary>Link-local, multicast, the metadata services of clouds: no inventory is there, but credentials of this machine may be.</summary>
    Forbidden,
}

/// <summary>
/// The one rule for every call that leaves the console (OWASP ASVS 5.0 1.3.6): public addresses always, private ones only where an administrator
/// allowed them for this connection, forbidden ones never. An address inside another (IPv4 in IPv6, NAT64, 6to4) is judged by the inner one.
/// </summary>
internal static class AddressRule
{
    // 168.63.129.16 is Azure's, 100.100.100.200 Alibaba's, 192.0.0.192 Oracle's, fd00:ec2::254 and fd20:ce::254 are AWS's and Google's over IPv6.
    private static readonly IPNetwork[] Forbidden = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32",
        "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128", "2001::/32");

    private static readonly IPNetwork[] Private = Networks(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "fc00::/7", "fec0::/10");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    public static AddressKind Of(IPAddress address)
    {
        var plain = Inner(address);
        return plain.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6) || Contains(Forbidden, plain) ? AddressKind.Forbidden
            : Contains(Private, plain) ? AddressKind.Private : AddressKind.Public;
    }

    /// <summary>Why a host at these addresses is not called; null when it may be. One bad address is enough: which one is used is not ours to choose.</summary>
    public static string? Refuse(string host, IReadOnlyCollection<IPAddress> addresses, bool allowPrivate)
    {
        if (addresses.Count == 0)
            return $"{host} has no address. Look at the name, and at the name servers of this machine.";
        if (addresses.Any(a => Of(a) == AddressKind.Forbidden))
            return $"{host} is at a link-local, multicast or metadata address, and those are never called.";
        return !allowPrivate && addresses.Any(a => Of(a) == AddressKind.Private)
            ? $"{host} is at an address that is not public. Set 'Private addresses' to true if that is meant."
            : null;
    }

    private static IPAddress Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (Nat64.Contains(address) || (Compatible.Contains(address) && bytes.AsSpan(12, 3).IndexOfAnyExcept((byte)0) >= 0))
            return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : address;
    }

    private static bool Contains(IPNetwork[] networks, IPAddress address) => networks.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(n => IPNetwork.Parse(n))];
}
