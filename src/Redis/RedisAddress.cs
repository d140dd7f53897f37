using System.Globalization;

namespace LakehouseOperator.Redis;

/// <summary>Where a server is, without who connects: <c>redis://host[:port][/database]</c>, or <c>rediss://</c> for TLS.</summary>
/// <param name="Host">A name or an address (IPv6 without brackets). With TLS the certificate must be made out to it.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Database">At least 0.</param>
public sealed record RedisAddress(string Host, int Port, int Database, bool Tls)
{
    public const int DefaultPort = 6379;

    /// <summary>Reads a URL. A user or a password in it is refused, and no error shows any part of the URL: it may hold one.</summary>
    /// <exception cref="RedisAddressException">It is no such URL.</exception>
    public static RedisAddress Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var (tls, rest) = url switch
        {
            _ when url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) => (false, url["redis://".Length..]),
            _ when url.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase) => (true, url["rediss://".Length..]),
            _ => throw new RedisAddressException("the URL must start with redis:// or rediss://"),
        };
        if (rest.Contains('@', StringComparison.Ordinal))
            throw new RedisAddressException("the URL must not contain a user or a password");
        if (rest.AsSpan().IndexOfAny('?', '#') >= 0)
            throw new RedisAddressException("the URL must not have a query or a fragment");
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var database = slash < 0 || slash == rest.Length - 1 ? 0 : Number(rest[(slash + 1)..], 0, int.MaxValue, "the database must be a number");
        var (host, port) = Authority(slash < 0 ? rest : rest[..slash]);
        return new RedisAddress(host, port, database, tls);
    }

    /// <summary>The URL.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "rediss" : "redis")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Database}");

    private static (string Host, int Port) Authority(string authority)
    {
        var (host, port) = (authority, "");
        var end = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = authority.IndexOf(':', Math.Max(0, end));
        if (colon >= 0)
            (host, port) = (authority[..colon], authority[(colon + 1)..]);
        if (end >= 0)
            host = host.Length == end + 1 ? host[1..end] : "";
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown || Uri.CheckHostName(host) is UriHostNameType.IPv6 != end >= 0)
            throw new RedisAddressException("the URL has no host, or one that is neither a name nor an address");
        return (host, port.Length == 0 ? DefaultPort : Number(port, 1, 65535, "the port must be a number from 1 to 65535"));
    }

    private static int Number(string text, int least, int most, string otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new RedisAddressException(otherwise);
}

/// <summary>A text that is not the address of a Redis server. The message says why and quotes nothing.</summary>
public sealed class RedisAddressException(string message) : FormatException(message);
