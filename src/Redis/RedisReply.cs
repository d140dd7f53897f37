using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace LakehouseOperator.Redis;

public enum RedisReplyKind
{
    Null,

    /// <summary>Also RESP3's booleans, as 1 and 0, which RESP2 says so.</summary>
    Integer,

    /// <summary>Bulk and simple strings, and RESP3's doubles, big numbers and verbatim strings, which RESP2 says so.</summary>
    Text,

    /// <summary>Arrays, and RESP3's sets and pushes.</summary>
    Array,

    /// <summary>RESP3's maps. RESP2 says them as arrays of keys and values in turn; <see cref="RedisReply.Field"/> reads both.</summary>
    Map,

    Error,
}

/// <summary>An answer, whole, in memory: for everything but stream entries. What RESP2 and RESP3 say differently reads the same.</summary>
public sealed class RedisReply
{
    internal static readonly RedisReply Null = new(RedisReplyKind.Null);

    private readonly long number;
    private readonly byte[] text = [];
    private readonly IReadOnlyList<RedisReply> items = [];
    private readonly RedisErrorException? error;

    private RedisReply(RedisReplyKind kind) => Kind = kind;

    internal RedisReply(long number)
        : this(RedisReplyKind.Integer) => this.number = number;

    internal RedisReply(byte[] text)
        : this(RedisReplyKind.Text) => this.text = text;

    internal RedisReply(IReadOnlyList<RedisReply> items, bool isMap)
        : this(isMap ? RedisReplyKind.Map : RedisReplyKind.Array) => this.items = items;

    internal RedisReply(RedisErrorException error)
        : this(RedisReplyKind.Error) => this.error = error;

    public RedisReplyKind Kind { get; }

    public bool IsNull => Kind is RedisReplyKind.Null;

    /// <summary>What an array holds, or a map's keys and values in turn; of a null, nothing.</summary>
    /// <exception cref="RedisErrorException">The answer is an error.</exception>
    /// <exception cref="RedisProtocolException">It is a single value.</exception>
    public IReadOnlyList<RedisReply> Items => Kind is RedisReplyKind.Array or RedisReplyKind.Map or RedisReplyKind.Null ? items : throw Mistaken("a list");

    /// <summary>The content of a text.</summary>
    /// <exception cref="RedisErrorException">The answer is an error.</exception>
    /// <exception cref="RedisProtocolException">It is something else.</exception>
    public ReadOnlyMemory<byte> Bytes => Kind is RedisReplyKind.Text ? text : throw Mistaken("a text");

    /// <summary>The error, for answers of a batch, where it is not thrown; else null.</summary>
    public RedisErrorException? Error => error;

    /// <summary>A text as UTF-8, a number in digits.</summary>
    /// <inheritdoc cref="Bytes"/>
    public string AsText() => Kind is RedisReplyKind.Integer ? number.ToString(CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>A number, or a text that is one.</summary>
    /// <inheritdoc cref="Bytes"/>
    public long AsInteger()
    {
        if (Kind is RedisReplyKind.Integer)
            return number;
        return Kind is RedisReplyKind.Text && Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length ? value : throw Mistaken("an integer");
    }

    /// <summary>The value under a key of a map, whichever way it was said; null where there is no such key.</summary>
    /// <inheritdoc cref="Items"/>
    public RedisReply? Field(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var pairs = Items;
        for (var i = 0; i + 1 < pairs.Count; i += 2)
        {
            if (pairs[i].Kind is RedisReplyKind.Text && string.Equals(pairs[i].AsText(), name, StringComparison.Ordinal))
                return pairs[i + 1];
        }

        return null;
    }

    /// <summary>The same answer, unless it is an error.</summary>
    /// <exception cref="RedisErrorException">It is.</exception>
    public RedisReply ThrowIfError() => error is null ? this : throw error;

    public override string ToString() => Kind switch
    {
        RedisReplyKind.Integer or RedisReplyKind.Text => AsText(),
        RedisReplyKind.Error => error!.Message,
        RedisReplyKind.Null => "(null)",
        _ => $"({Kind} of {items.Count})",
    };

    private RedisException Mistaken(string expected) => error as RedisException ?? new RedisProtocolException($"the server answered with {Kind} where {expected} was due");
}
