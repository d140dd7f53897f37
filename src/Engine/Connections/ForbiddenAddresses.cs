using System.Net;
using System.Net.Sockets;

namespace LakehouseOperator.Engine.Connections;

/// <summary>Addresses that nothing which a resource names may lead to: whoever writes a URL there would speak with a pod's own rights to what trusts where it is asked from.</summary>
public static class ForbiddenAddresses
{
    /// <summary>Where clouds give out identities, beside those that are link-local.</summary>
    private static readonly (IPAddress Address, string What)[] Metadata =
    [
        (IPAddress.Parse("fd00:ec2::254"), "the metadata service of AWS"),
        (IPAddress.Parse("fd00:ec2::23"), "the pod identity agent of AWS"),
        (IPAddress.Parse("fd20:ce::254"), "the metadata service of Google Cloud"),
        (IPAddress.Parse("100.100.100.200"), "the metadata service of Alibaba Cloud"),
        (IPAddress.Parse("192.0.0.192"), "the metadata service of Oracle Cloud"),
        (IPAddress.Parse("168.63.129.16"), "the host agent of Azure"),
    ];

    /// <summary>IPv6 ranges that hold an IPv4 address beside the mapped ones: compatible and translated ones, NAT64 and 6to4; with the bytes before it.</summary>
    private static readonly (IPNetwork Range, int At)[] Embedding =
    [
        (IPNetwork.Parse("::/96"), 12), (IPNetwork.Parse("::ffff:0:0:0/96"), 12), (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2),
    ];

    private static readonly (IPNetwork Range, string What)[] Ranges =
    [
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"), (IPNetwork.Parse("::1/128"), "loopback"),

        // To connect there is to connect to this very machine.
        (IPNetwork.Parse("0.0.0.0/8"), "loopback"), (IPNetwork.Parse("::/128"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local, where metadata services are"), (IPNetwork.Parse("fe80::/10"), "link-local"),
    ];

    /// <summary>What is there, where it is forbidden; else null.</summary>
    public static string? Find(IPAddress address)
    {
        var plain = address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
        foreach (var spelling in Spellings(plain))
        {
            foreach (var (range, what) in Ranges)
            {
                if (range.BaseAddress.AddressFamily == spelling.AddressFamily && range.Contains(spelling))
                    return what;
            }

            foreach (var (metadata, what) in Metadata)
            {
                if (metadata.Equals(spelling))
                    return what;
            }
        }

        return null;
    }

    /// <summary>Whether packets to the one go to the other.</summary>
    public static bool IsSame(IPAddress one, IPAddress other) => Spellings(one).Intersect(Spellings(other)).Any();

    /// <summary>The address, and the IPv4 address that it holds.</summary>
    private static IEnumerable<IPAddress> Spellings(IPAddress address)
    {
        yield return address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.Equals(IPAddress.IPv6Loopback))
            yield break;
        if (address.IsIPv4MappedToIPv6)
            yield return address.MapToIPv4(); // a network does not contain one in this spelling
        foreach (var (range, at) in Embedding)
        {
            if (range.Contains(address))
                yield return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
        }
    }
}
