using System.Buffers;

namespace LakehouseOperator.Redis.Resp;

/// <summary>
/// A place in received bytes. Values are looked at by their distance from it, and it moves only past what was understood in full, so that reading can start
/// over there when more has come.
/// </summary>
internal ref struct RespCursor
{
    private readonly long total;
    private ReadOnlySequence<byte> rest;
    private ReadOnlySpan<byte> first;
    private int at;
    private long passed;

    public RespCursor(ReadOnlySequence<byte> bytes)
    {
        total = bytes.Length;
        rest = bytes;
        first = bytes.FirstSpan;
    }

    /// <summary>Bytes that are left.</summary>
    public readonly long Remaining => total - passed - at;

    public readonly SequencePosition Position => rest.GetPosition(at);

    /// <summary>The header at a distance; false when it has not come in full.</summary>
    /// <exception cref="RedisProtocolException">There is none.</exception>
    public readonly bool TryHeader(long distance, out RespHeader header)
    {
        var from = at + distance;
        if (from + RespHeader.MaxLength <= first.Length)
            return RespHeader.TryRead(first.Slice((int)from, RespHeader.MaxLength), out header);
        Span<byte> window = stackalloc byte[RespHeader.MaxLength];
        var length = (int)Math.Clamp(Remaining - distance, 0, RespHeader.MaxLength);
        if (length > 0)
            rest.Slice(from, length).CopyTo(window);
        return RespHeader.TryRead(window[..length], out header);
    }

    /// <summary>The byte at a distance, which must have come.</summary>
    public readonly byte Peek(long distance)
    {
        var from = at + distance;
        return from < first.Length ? first[(int)from] : rest.Slice(from, 1).FirstSpan[0];
    }

    /// <summary>Throws unless CR and LF are at a distance, which must have come.</summary>
    public readonly void ExpectLineEnd(long distance)
    {
        if (Peek(distance) != (byte)'\r' || Peek(distance + 1) != (byte)'\n')
            throw new RedisProtocolException("the server sent a text that is longer than it says");
    }

    /// <summary>Bytes from here on, which must have come: in place where they lie together, else copied into <paramref name="scratch"/>.</summary>
    public readonly ReadOnlySpan<byte> Bytes(int length, ref byte[] scratch)
    {
        if (at + length <= first.Length)
            return first.Slice(at, length);
        if (scratch.Length < length)
            scratch = GC.AllocateUninitializedArray<byte>(Math.Max(length, 64 << 10));
        rest.Slice(at, length).CopyTo(scratch);
        return scratch.AsSpan(0, length);
    }

    /// <summary>Fills a span with what is at a distance, which must have come.</summary>
    public readonly void Copy(long distance, Span<byte> to)
    {
        var from = at + distance;
        if (from + to.Length <= first.Length)
            first.Slice((int)from, to.Length).CopyTo(to);
        else
            rest.Slice(from, to.Length).CopyTo(to);
    }

    /// <summary>Bytes at a distance, which must have come.</summary>
    public readonly ReadOnlySequence<byte> Sequence(long distance, long length) => rest.Slice(at + distance, length);

    /// <summary>What has come from here on.</summary>
    public readonly ReadOnlySequence<byte> All => rest.Slice(at);

    /// <summary>Moves past bytes, which must have come.</summary>
    public void Advance(long length)
    {
        var to = at + length;
        if (to < first.Length || to == first.Length && rest.IsSingleSegment)
        {
            at = (int)to;
            return;
        }

        rest = rest.Slice(to);
        first = rest.FirstSpan;
        passed += to;
        at = 0;
    }
}
