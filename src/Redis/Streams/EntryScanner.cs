using LakehouseOperator.Redis.Resp;

namespace LakehouseOperator.Redis.Streams;

/// <summary>
/// Finds the end of one entry, <c>*2 $id *2n $name $value …</c>, while its bytes arrive: what was scanned once is not scanned again. An entry beyond the bound
/// is passed over as it comes, so that it is never held.
/// </summary>
internal sealed class EntryScanner(int maxBytes)
{
    /// <summary>Of a bulk string that is passed over: more than any server can hold.</summary>
    private const long MaxBulk = 1L << 40;

    /// <summary>A bulk string is at least <c>$0\r\n\r\n</c>.</summary>
    private const int LeastBulk = 6;

    private byte[] scratch = [];
    private bool started;
    private StreamId id;
    private long fieldCount;
    private long bulksLeft;
    private long fieldsStart;
    private long scanned;
    private long dropped;
    private long toDrop;

    /// <summary>Bytes from the cursor on without which there is no going on; set when <see cref="TryRead"/> was false.</summary>
    public long Needed { get; private set; }

    /// <summary>Hands the entry at the cursor to the visitor; false when it has not come in full. The cursor moves past it, or past what is dropped.</summary>
    /// <exception cref="RedisProtocolException">There is no entry.</exception>
    public bool TryRead(ref RespCursor cursor, int stream, IStreamEntries visitor)
    {
        if (!started && !TryStart(cursor))
            return false;
        while (bulksLeft > 0 || toDrop > 0)
        {
            if (toDrop > 0 ? !TryDrop(ref cursor) : !TryBulk(ref cursor))
                return false;
        }

        started = false;
        var isWhole = dropped == 0;
        var bytes = dropped + scanned;
        var whole = isWhole ? cursor.Bytes((int)scanned, ref scratch) : [];
        visitor.OnEntry(new StreamEntry(stream, id, bytes, (int)Math.Min(fieldCount, int.MaxValue), isWhole ? whole[(int)fieldsStart..] : default));
        cursor.Advance(scanned);
        return true;
    }

    private bool TryStart(in RespCursor cursor)
    {
        Needed = cursor.Remaining + 1;
        Span<byte> text = stackalloc byte[StreamId.MaxLength];
        if (!cursor.TryHeader(0, out var pair))
            return false;
        if (pair is not { Type: (byte)'*', Value: 2 })
            throw new RedisProtocolException("the server sent something else where a stream entry was due");
        if (!cursor.TryHeader(pair.Length, out var idHeader))
            return false;
        if (idHeader is not { Type: (byte)'$', Value: > 0 and <= StreamId.MaxLength })
            throw new RedisProtocolException("the server sent an entry without an id");
        var (idAt, idLength) = (pair.Length + idHeader.Length, (int)idHeader.Value);
        if (cursor.Remaining < idAt + idLength + 2)
            return false;
        cursor.ExpectLineEnd(idAt + idLength);
        cursor.Copy(idAt, text[..idLength]);
        if (!StreamId.TryParse(text[..idLength], out id))
            throw new RedisProtocolException("the server sent an entry whose id is none");
        var fieldsAt = idAt + idLength + 2;
        if (!cursor.TryHeader(fieldsAt, out var fields))
            return false;
        if (!IsFields(fields))
            throw new RedisProtocolException("the server sent an entry without fields");
        started = true;
        (fieldCount, bulksLeft) = fields.Value < 0 ? (-1, 0) : (fields.Value / 2, fields.Value);
        fieldsStart = scanned = fieldsAt + fields.Length;
        (dropped, toDrop) = (0, 0);
        return true;
    }

    /// <summary>Names and values in turn; or a null, of an entry that is pending and no longer there.</summary>
    private static bool IsFields(RespHeader header) => header.Type switch
    {
        (byte)'*' => header.Value == RespHeader.NullValue || (header.Value >= 0 && header.Value % 2 == 0),
        (byte)'$' or (byte)'_' => header.Value == RespHeader.NullValue,
        _ => false,
    };

    private bool TryBulk(ref RespCursor cursor)
    {
        if (!cursor.TryHeader(scanned, out var header))
        {
            Needed = Math.Max(cursor.Remaining + 1, scanned + (bulksLeft * LeastBulk));
            return Oversized(ref cursor, Needed);
        }

        if (header is not { Type: (byte)'$', Value: >= 0 and <= MaxBulk })
            throw new RedisProtocolException("the server sent an entry with a field that is no text");
        var end = scanned + header.Length + header.Value + 2;
        var least = end + ((bulksLeft - 1) * LeastBulk);
        if (least > maxBytes || dropped > 0)
        {
            bulksLeft--;
            Drop(ref cursor, end);
            return true;
        }

        if (cursor.Remaining < end)
        {
            Needed = least;
            return false;
        }

        cursor.ExpectLineEnd(end - 2);
        scanned = end;
        bulksLeft--;
        return true;
    }

    /// <summary>Many small fields make an entry large too, and their number says so before they come.</summary>
    private bool Oversized(ref RespCursor cursor, long least)
    {
        if (dropped > 0)
        {
            Needed = cursor.Remaining + 1;
            return false;
        }

        if (least <= maxBytes)
            return false;
        Drop(ref cursor, scanned);
        Needed = cursor.Remaining + 1;
        return false;
    }

    /// <summary>Everything up to a distance from the cursor goes, whether it has come or not.</summary>
    private void Drop(ref RespCursor cursor, long to)
    {
        toDrop = to;
        scanned = 0;
        dropped += to;
        TryDrop(ref cursor);
    }

    private bool TryDrop(ref RespCursor cursor)
    {
        var now = Math.Min(toDrop, cursor.Remaining);
        cursor.Advance(now);
        toDrop -= now;
        Needed = 1;
        return toDrop == 0;
    }
}
