using System.Buffers;

namespace LakehouseOperator.Redis.Resp;

/// <summary>
/// Builds one answer as a tree while its bytes arrive; a byte is looked at once. Memory grows with what has arrived, never with what a length claims. Follows the
/// RESP3 specification (https://github.com/redis/redis-specifications), of which RESP2 is a part; streamed types, which no server sends, are refused.
/// </summary>
internal sealed class ReplyReader(int maxBytes)
{
    private const int MaxDepth = 32;

    /// <summary>What a value costs beside its bytes.</summary>
    private const int ValueBytes = 64;

    private const int MaxLine = 64 << 10;

    private readonly Stack<Frame> frames = new();
    private long bytes;

    /// <summary>Bytes from the cursor on without which there is no going on; set when <see cref="TryRead"/> was false.</summary>
    public long Needed { get; private set; }

    /// <summary>Whether the last answer was a push message or an attribute: no answer to anything that was asked.</summary>
    public bool IsAside { get; private set; }

    /// <summary>Reads on; false when the answer has not come in full. The cursor moves past what was understood.</summary>
    /// <exception cref="RedisProtocolException">It is not RESP, or beyond the bounds.</exception>
    public bool TryRead(ref RespCursor cursor, out RedisReply reply)
    {
        reply = RedisReply.Null;
        if (frames.Count == 0)
        {
            bytes = 0;
            IsAside = false;
        }

        while (true)
        {
            if (!TryValue(ref cursor, out var value))
                return false;
            while (value is not null && frames.TryPeek(out var frame))
            {
                frame.Items.Add(value);
                value = --frame.Left == 0 ? Close() : null;
            }

            if (value is null)
                continue;
            reply = value;
            return true;
        }
    }

    /// <summary>The innermost list is complete. An attribute within an answer says something of the value that follows; it is dropped.</summary>
    private RedisReply? Close()
    {
        var frame = frames.Pop();
        if (frame.Type is (byte)'|' && frames.Count > 0)
            return null;
        IsAside = frames.Count == 0 && (frame.Type is (byte)'|' or (byte)'>');
        return new RedisReply(frame.Items, frame.Type is (byte)'%' or (byte)'|');
    }

    /// <summary>Reads a single value, or opens a list: then the value is null.</summary>
    private bool TryValue(ref RespCursor cursor, out RedisReply? value)
    {
        value = null;
        Needed = cursor.Remaining + 1;
        if (cursor.Remaining == 0)
            return false;
        switch (cursor.Peek(0))
        {
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                return TryList(ref cursor, out value);
            case (byte)'$' or (byte)'=' or (byte)'!':
                return TryBulk(ref cursor, out value);
            case (byte)':':
                if (!cursor.TryHeader(0, out var number))
                    return false;
                cursor.Advance(number.Length);
                value = Charge(new RedisReply(number.Value), number.Length);
                return true;
            case (byte)'_':
                if (!cursor.TryHeader(0, out var nothing))
                    return false;
                cursor.Advance(nothing.Length);
                value = Charge(RedisReply.Null, nothing.Length);
                return true;
            case (byte)'+' or (byte)'-' or (byte)',' or (byte)'(' or (byte)'#':
                return TryLine(ref cursor, out value);
            default:
                throw new RedisProtocolException("the server does not speak RESP");
        }
    }

    private bool TryList(ref RespCursor cursor, out RedisReply? value)
    {
        value = null;
        if (!cursor.TryHeader(0, out var header))
            return false;
        if (header.Value < 0 && (header.Value != RespHeader.NullValue || header.Type is not (byte)'*'))
            throw new RedisProtocolException("the server sent a list of a negative length");
        var count = header.Type is (byte)'%' or (byte)'|' ? header.Value * 2 : header.Value;
        if (count > maxBytes)
            throw TooLarge();
        if (frames.Count == MaxDepth)
            throw new RedisProtocolException($"the server sent lists nested more than {MaxDepth} deep");
        cursor.Advance(header.Length);
        if (header.Value < 0)
        {
            value = Charge(RedisReply.Null, header.Length);
            return true;
        }

        var frame = Charge(new Frame(header.Type, count), header.Length);
        frames.Push(frame);
        if (count == 0)
            value = Close();
        return true;
    }

    private bool TryBulk(ref RespCursor cursor, out RedisReply? value)
    {
        value = null;
        if (!cursor.TryHeader(0, out var header))
            return false;
        if (header.Value < 0 && (header.Value != RespHeader.NullValue || header.Type is not (byte)'$'))
            throw new RedisProtocolException("the server sent a text of a negative length");
        if (header.Value < 0)
        {
            cursor.Advance(header.Length);
            value = Charge(RedisReply.Null, header.Length);
            return true;
        }

        if (bytes + header.Value > maxBytes)
            throw TooLarge();
        var whole = header.Length + header.Value + 2;
        if (cursor.Remaining < whole)
        {
            Needed = whole;
            return false;
        }

        cursor.ExpectLineEnd(header.Length + header.Value);
        var content = cursor.Sequence(header.Length, header.Value).ToArray();
        cursor.Advance(whole);
        value = Charge(OfBulk(header.Type, content), content.Length);
        return true;
    }

    /// <summary>A verbatim string begins with its format and a colon: <c>txt:</c>.</summary>
    private static RedisReply OfBulk(byte type, byte[] content) => type switch
    {
        (byte)'!' => new RedisReply(RedisErrorException.Of(content)),
        (byte)'=' => content.Length >= 4 && content[3] == (byte)':'
            ? new RedisReply(content[4..])
            : throw new RedisProtocolException("the server sent a verbatim text without a format"),
        _ => new RedisReply(content),
    };

    private bool TryLine(ref RespCursor cursor, out RedisReply? value)
    {
        value = null;
        var all = cursor.All;
        var reader = new SequenceReader<byte>(all);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            return all.Length <= MaxLine ? false : throw TooLarge();
        if (line.Length > MaxLine)
            throw TooLarge();
        var text = line.Slice(1).ToArray();
        value = Charge(OfLine(cursor.Peek(0), text), text.Length);
        cursor.Advance(line.Length + 2);
        return true;
    }

    private static RedisReply OfLine(byte type, byte[] text) => type switch
    {
        (byte)'-' => new RedisReply(RedisErrorException.Of(text)),
        (byte)'#' => text is [(byte)'t'] or [(byte)'f']
            ? new RedisReply(text[0] == (byte)'t' ? 1 : 0)
            : throw new RedisProtocolException("the server sent a boolean that is neither"),
        _ => new RedisReply(text),
    };

    private T Charge<T>(T value, int length)
    {
        bytes += length + ValueBytes;
        return bytes <= (long)maxBytes + ValueBytes ? value : throw TooLarge();
    }

    private RedisProtocolException TooLarge() => new($"the server sent an answer of more than {maxBytes} bytes");

    private sealed class Frame(byte type, long left)
    {
        public byte Type { get; } = type;

        public long Left { get; set; } = left;

        public List<RedisReply> Items { get; } = [];
    }
}
