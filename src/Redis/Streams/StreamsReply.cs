using System.Buffers;
using LakehouseOperator.Redis.Resp;

namespace LakehouseOperator.Redis.Streams;

/// <summary>
/// Reads the answer to XREAD and XREADGROUP, a list (RESP2) or a map (RESP3) of streams, or that to XRANGE, a list of entries. Entries are handed over and given
/// up as they arrive, so that an answer never has to fit in memory. Whatever is no such list is read as a tree: nulls, errors, pushes in between.
/// </summary>
internal sealed class StreamsReply(EntryScanner entries, ReplyReader others)
{
    private byte[][] keys = [];
    private IStreamEntries? visitor;
    private Expected expected;
    private bool isRange;
    private bool isMap;
    private long streamsLeft;
    private long entriesLeft;
    private int stream;
    private byte[] scratch = [];

    private enum Expected
    {
        Answer,
        Other,
        Stream,
        Entry,
        Nothing,
    }

    /// <summary>Entries handed over since <see cref="Begin"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The answer, when it was an error.</summary>
    public RedisErrorException? Error { get; private set; }

    /// <summary>Bytes from the consumed ones on without which there is no going on; set when <see cref="TryRead"/> was false.</summary>
    public long Needed { get; private set; }

    /// <param name="streamKeys">Of the streams in the order of the request; null where the answer is a range of the only one.</param>
    public void Begin(byte[][]? streamKeys, IStreamEntries to)
    {
        (keys, isRange, visitor, Error) = (streamKeys ?? [], streamKeys is null, to, null);
        (expected, stream, streamsLeft, entriesLeft, Count) = (Expected.Answer, streamKeys is null ? 0 : -1, 0, 0, 0);
    }

    /// <summary>Reads on; false when the answer has not come in full.</summary>
    /// <exception cref="RedisProtocolException">It is no such answer.</exception>
    public bool TryRead(in ReadOnlySequence<byte> bytes, out SequencePosition consumed)
    {
        var cursor = new RespCursor(bytes);
        while (expected is not Expected.Nothing && TryStep(ref cursor))
        {
        }

        consumed = cursor.Position;
        return expected is Expected.Nothing;
    }

    /// <summary>Understands one more piece of the answer; false when it has not come.</summary>
    private bool TryStep(ref RespCursor cursor)
    {
        switch (expected)
        {
            case Expected.Answer:
                return TryAnswer(ref cursor);
            case Expected.Other:
                return TryOther(ref cursor);
            case Expected.Stream:
                return TryStream(ref cursor);
            default:
                if (!entries.TryRead(ref cursor, stream, visitor!))
                {
                    Needed = entries.Needed;
                    return false;
                }

                Count++;
                if (--entriesLeft == 0)
                    Next();
                return true;
        }
    }

    private bool TryAnswer(ref RespCursor cursor)
    {
        Needed = 1;
        if (cursor.Remaining == 0)
            return false;
        if (cursor.Peek(0) is not ((byte)'*' or (byte)'%'))
        {
            expected = Expected.Other;
            return true;
        }

        Needed = cursor.Remaining + 1;
        if (!cursor.TryHeader(0, out var header))
            return false;
        cursor.Advance(header.Length);
        isMap = header.Type == (byte)'%';
        if (header.Value < RespHeader.NullValue || (header.Value == RespHeader.NullValue && isMap) || (isMap && isRange))
            throw Mistaken();
        if (isRange)
        {
            entriesLeft = Math.Max(0, header.Value);
            expected = entriesLeft == 0 ? Expected.Nothing : Expected.Entry;
            return true;
        }

        streamsLeft = Math.Max(0, header.Value);
        if (streamsLeft > keys.Length)
            throw Mistaken();
        Next();
        return true;
    }

    /// <summary>After the last entry of a stream, or before the first stream.</summary>
    private void Next()
    {
        expected = streamsLeft > 0 ? Expected.Stream : Expected.Nothing;
        streamsLeft--;
    }

    private bool TryOther(ref RespCursor cursor)
    {
        if (!others.TryRead(ref cursor, out var reply))
        {
            Needed = others.Needed;
            return false;
        }

        if (others.IsAside)
        {
            expected = Expected.Answer;
            return true;
        }

        Error = reply.Error;
        expected = reply.IsNull || Error is not null ? Expected.Nothing : throw Mistaken();
        return true;
    }

    /// <summary>The key and the number of entries, once all of it is there.</summary>
    private bool TryStream(ref RespCursor cursor)
    {
        Needed = cursor.Remaining + 1;
        var at = 0L;
        if (!isMap)
        {
            if (!cursor.TryHeader(0, out var pair))
                return false;
            if (pair is not { Type: (byte)'*', Value: 2 })
                throw Mistaken();
            at = pair.Length;
        }

        if (!cursor.TryHeader(at, out var key))
            return false;
        if (key.Type is not (byte)'$' || key.Value < 0 || key.Value > LongestKey())
            throw Mistaken();
        var keyAt = at + key.Length;
        if (cursor.Remaining < keyAt + key.Value + 2)
            return false;
        cursor.ExpectLineEnd(keyAt + key.Value);
        if (!cursor.TryHeader(keyAt + key.Value + 2, out var list))
            return false;
        if (list.Type is not (byte)'*' || list.Value < 0)
            throw Mistaken();
        cursor.Advance(keyAt);
        stream = IndexOf(cursor.Bytes((int)key.Value, ref scratch));
        cursor.Advance(key.Value + 2 + list.Length);
        entriesLeft = list.Value;
        if (entriesLeft > 0)
            expected = Expected.Entry;
        else
            Next();
        return true;
    }

    /// <summary>Servers answer in the order of the request and leave out streams without new entries; a proxy in between need not.</summary>
    private int IndexOf(ReadOnlySpan<byte> key)
    {
        for (var i = 1; i <= keys.Length; i++)
        {
            var candidate = (stream + i) % keys.Length;
            if (key.SequenceEqual(keys[candidate]))
                return candidate;
        }

        throw Mistaken();
    }

    private int LongestKey()
    {
        var longest = 0;
        foreach (var key in keys)
            longest = Math.Max(longest, key.Length);
        return longest;
    }

    private static RedisProtocolException Mistaken() => new("the server sent something else where the entries of streams were due");
}
