using System.Buffers.Text;
using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis;

/// <summary>A command and its arguments, in the form in which they are sent. Not thread-safe; it may be sent any number of times.</summary>
public sealed class RedisCommand
{
    private const int NumberRoom = 24;

    private byte[] arguments;
    private int used;

    /// <param name="name">The command's first word; further ones (<c>XINFO STREAM</c>) are arguments.</param>
    public RedisCommand(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        arguments = new byte[128];
        Add(name);
    }

    public string Name { get; }

    /// <summary>With the name, at least 1.</summary>
    public int Count { get; private set; }

    /// <summary>The arguments as bulk strings, the name first.</summary>
    internal ReadOnlySpan<byte> Arguments => arguments.AsSpan(0, used);

    /// <summary>As UTF-8.</summary>
    public RedisCommand Add(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        var length = Encoding.UTF8.GetByteCount(argument);
        var to = Begin(length);
        Encoding.UTF8.GetBytes(argument, to);
        return End(length);
    }

    public RedisCommand Add(ReadOnlySpan<byte> argument)
    {
        argument.CopyTo(Begin(argument.Length));
        return End(argument.Length);
    }

    public RedisCommand Add(long argument)
    {
        Span<byte> digits = stackalloc byte[NumberRoom];
        Utf8Formatter.TryFormat(argument, digits, out var length);
        return Add(digits[..length]);
    }

    public RedisCommand Add(StreamId argument)
    {
        Span<byte> text = stackalloc byte[StreamId.MaxLength];
        return Add(text[..argument.Format(text)]);
    }

    /// <summary>The name alone: arguments may be secrets or what users own.</summary>
    public override string ToString() => Name;

    private Span<byte> Begin(int length)
    {
        var most = checked(used + length + NumberRoom);
        if (most > arguments.Length)
            Array.Resize(ref arguments, (int)Math.Min(Array.MaxLength, Math.Max(most, arguments.Length * 2L)));
        arguments[used++] = (byte)'$';
        Utf8Formatter.TryFormat(length, arguments.AsSpan(used), out var digits);
        used += digits;
        Crlf();
        return arguments.AsSpan(used, length);
    }

    private RedisCommand End(int length)
    {
        used += length;
        Crlf();
        Count++;
        return this;
    }

    private void Crlf()
    {
        arguments[used++] = (byte)'\r';
        arguments[used++] = (byte)'\n';
    }
}
