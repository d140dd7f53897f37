using System.Net.Sockets;

namespace LakehouseOperator.Redis;

/// <summary>Who connects.</summary>
/// <param name="Username">An ACL user; null: the user <c>default</c>.</param>
public sealed record RedisCredentials(string? Username, string Password)
{
    /// <summary>Shows no password.</summary>
    public override string ToString() => $"{nameof(RedisCredentials)} {{ {Username ?? "default"} }}";
}

/// <summary>How to connect, and the bounds of what a server is trusted with.</summary>
public sealed record RedisOptions
{
    public static readonly RedisOptions Default = new();

    /// <summary>For the name, the connection, TLS and the handshake together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server may be silent while an answer is due. Blocking reads may take their own time in addition.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What <c>CLIENT LIST</c> shows; without spaces.</summary>
    public string ClientName { get; init; } = "lakehouse";

    /// <summary>Resolves a name and connects, for callers that do not let every address be connected to; what it throws other than a <see cref="SocketException"/> comes out as it is. Null: any.</summary>
    public Func<string, int, CancellationToken, Task<Socket>>? Connect { get; init; }

    /// <summary>With TLS: certificates (PEM, any number) that are trusted instead of the system's. The host name is checked in any case.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Bytes that an answer may have in all, stream entries apart.</summary>
    public int MaxReplyBytes { get; init; } = 64 << 20;

    /// <summary>Bytes up to which a stream entry is handed over; of a larger one only its id and size (<see cref="Streams.StreamEntry.IsOversized"/>), and it is never held in memory.</summary>
    public int MaxEntryBytes { get; init; } = 32 << 20;
}
