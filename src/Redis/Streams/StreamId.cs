using System.Buffers.Text;
using System.Text;

namespace LakehouseOperator.Redis.Streams;

/// <summary>The id of a stream entry, <c>ms-seq</c>; ids of one stream only grow.</summary>
/// <param name="Ms">Milliseconds since 1970 by the server's clock, unless producers chose ids of their own.</param>
public readonly record struct StreamId(ulong Ms, ulong Seq) : IComparable<StreamId>
{
    /// <summary>Longest text, in bytes.</summary>
    public const int MaxLength = 41;

    /// <summary>Before every entry.</summary>
    public static readonly StreamId Min;

    public static readonly StreamId Max = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Reads <c>ms-seq</c>, or <c>ms</c> for <c>ms-0</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out StreamId id)
    {
        id = default;
        if (!TryNumber(ref text, out var ms))
            return false;
        if (text.IsEmpty)
        {
            id = new StreamId(ms, 0);
            return true;
        }

        if (text[0] != (byte)'-')
            return false;
        text = text[1..];
        if (!TryNumber(ref text, out var seq) || !text.IsEmpty)
            return false;
        id = new StreamId(ms, seq);
        return true;
    }

    /// <exception cref="FormatException">It is no id.</exception>
    public static StreamId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(Encoding.UTF8.GetBytes(text), out var id) ? id : throw new FormatException("not an id of a stream entry: ms-seq");
    }

    /// <summary>Writes <c>ms-seq</c>; the number of bytes.</summary>
    /// <param name="destination">Of at least <see cref="MaxLength"/>.</param>
    public int Format(Span<byte> destination)
    {
        Utf8Formatter.TryFormat(Ms, destination, out var written);
        destination[written++] = (byte)'-';
        Utf8Formatter.TryFormat(Seq, destination[written..], out var rest);
        return written + rest;
    }

    public int CompareTo(StreamId other) => Ms != other.Ms ? Ms.CompareTo(other.Ms) : Seq.CompareTo(other.Seq);

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    /// <summary>Digits only, of which there is at least one, within 64 bits.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        var digits = 0;
        while (digits < text.Length && (uint)(text[digits] - '0') <= 9)
        {
            var digit = (ulong)(text[digits++] - '0');
            if (number > (ulong.MaxValue - digit) / 10)
                return false;
            number = (number * 10) + digit;
        }

        text = text[digits..];
        return digits > 0;
    }
}
