using System.Text;

namespace LakehouseOperator.Redis;

/// <summary>Something went wrong between us and a server.</summary>
public abstract class RedisException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the same may well succeed later without anybody changing anything; where a connection broke, on a new one.</summary>
    public abstract bool IsTransient { get; }
}

/// <summary>The server answered with an error. The connection stays usable.</summary>
/// <param name="code">The first word of the answer, such as <c>WRONGTYPE</c>, <c>NOGROUP</c>, <c>NOAUTH</c>, <c>WRONGPASS</c>, <c>NOPERM</c>, <c>LOADING</c>, <c>READONLY</c>, <c>BUSYGROUP</c>, or <c>ERR</c>.</param>
/// <param name="message">In the server's words, shortened, in one line.</param>
public sealed class RedisErrorException(string code, string message) : RedisException(message)
{
    private const int MaxMessage = 400;

    public string Code { get; } = code;

    /// <summary>States that a server leaves by itself, or that a failover ends.</summary>
    public override bool IsTransient => Code is "LOADING" or "READONLY" or "MASTERDOWN" or "TRYAGAIN" or "CLUSTERDOWN" or "BUSY" or "BUSYKEY" or "UNBLOCKED" or "NOREPLICAS"
        or "MISCONF" or "OOM";

    /// <summary>From the text after <c>-</c> or the content of <c>!</c>.</summary>
    internal static RedisErrorException Of(ReadOnlySpan<byte> text)
    {
        var line = Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxMessage)]);
        line = string.Create(line.Length, line, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
        });
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var word = space < 0 ? line : line[..space];
        return new RedisErrorException(word.Length is > 0 and <= 32 && word.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) ? word : "ERR", line);
    }
}

/// <summary>Why there is no connection any more, or none came about.</summary>
public enum RedisConnectionFault
{
    /// <summary>The name is not known.</summary>
    UnknownHost,

    /// <summary>Nobody listens there, or there is no way to it.</summary>
    Refused,

    /// <summary>Nothing came for as long as the options allow.</summary>
    TimedOut,

    /// <summary>TLS was refused, by either side; most often the certificate is not trusted or made out to another name.</summary>
    Tls,

    /// <summary>The peer closed, or it was closed here before.</summary>
    Closed,
}

/// <summary>There is no connection, or no longer one. What was in flight may have been carried out.</summary>
public sealed class RedisConnectionException(RedisConnectionFault fault, string message, Exception? cause = null) : RedisException(message, cause)
{
    public RedisConnectionFault Fault { get; } = fault;

    public override bool IsTransient => Fault is not RedisConnectionFault.Tls;
}

/// <summary>What came is not RESP, exceeds the bounds, or is no answer to what was asked. The connection is broken.</summary>
public sealed class RedisProtocolException(string message) : RedisException(message)
{
    public override bool IsTransient => false;
}
