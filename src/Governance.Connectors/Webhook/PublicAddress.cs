using System.Net;
using System.Net.Sockets;

namespace Governance.Connectors.Webhook;

/// <summary>Which addresses a webhook may call unless an administrator allowed private ones (OWASP ASVS 5.0 1.3.6): no loopback, link-local, private, shared, multicast or reserved ones, nor these inside IPv6.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16", "2001::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !Refused.Any(n => n.BaseAddress.AddressFamily == plain.AddressFamily && n.Contains(plain));
    }
}
