using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>Why a source says that a record is none; it is quarantined as it came.</summary>
/// <param name="Field">The field that it is about; null: all of it.</param>
/// <param name="Message">Without any value.</param>
public sealed record RecordRefusal(ErrorCode Code, string? Field, string Message);

/// <summary>
/// Records as bytes, one after another in one buffer that is reused, each with its position in the source's own words (UTF-8: an index, a
/// Redis id, <c>file:line</c>). Not thread-safe; one parser thread owns it at a time.
/// </summary>
public sealed class RecordBatch
{
    private byte[] payload = [];
    private byte[] position = [];
    private int[] payloadEnds = [];
    private int[] positionEnds = [];
    private Dictionary<int, RecordRefusal>? refusals;

    public int Count { get; private set; }

    /// <summary>Bytes of payload held, at most what one array holds (2 GiB).</summary>
    public int Bytes => Count == 0 ? 0 : payloadEnds[Count - 1];

    public ReadOnlySpan<byte> Payload(int record) => Slice(payload, payloadEnds, record);

    public ReadOnlySpan<byte> Position(int record) => Slice(position, positionEnds, record);

    public void Add(ReadOnlySpan<byte> recordPayload, ReadOnlySpan<byte> recordPosition)
    {
        Append(ref payload, ref payloadEnds, recordPayload);
        Append(ref position, ref positionEnds, recordPosition);
        Count++;
    }

    /// <summary>Adds a record that is quarantined unread.</summary>
    public void AddRefused(ReadOnlySpan<byte> recordPayload, ReadOnlySpan<byte> recordPosition, RecordRefusal why)
    {
        (refusals ??= [])[Count] = why;
        Add(recordPayload, recordPosition);
    }

    /// <summary>Null of a record that is to be read.</summary>
    public RecordRefusal? Refusal(int record) => refusals?.GetValueOrDefault(record);

    /// <summary>Forgets the records and keeps the buffers.</summary>
    public void Clear()
    {
        Count = 0;
        refusals = null;
    }

    /// <summary>The two change places: records move without being copied.</summary>
    public void Exchange(RecordBatch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (payload, other.payload) = (other.payload, payload);
        (position, other.position) = (other.position, position);
        (payloadEnds, other.payloadEnds) = (other.payloadEnds, payloadEnds);
        (positionEnds, other.positionEnds) = (other.positionEnds, positionEnds);
        (refusals, other.refusals) = (other.refusals, refusals);
        (Count, other.Count) = (other.Count, Count);
    }

    private static ReadOnlySpan<byte> Slice(byte[] buffer, int[] ends, int record)
    {
        var start = record == 0 ? 0 : ends[record - 1];
        return buffer.AsSpan(start, ends[record] - start);
    }

    private void Append(ref byte[] buffer, ref int[] ends, ReadOnlySpan<byte> bytes)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        if (Count == ends.Length)
            Array.Resize(ref ends, Math.Max(2048, ends.Length * 2));
        if (buffer.Length - start < bytes.Length)
            Array.Resize(ref buffer, Math.Max(checked(start + bytes.Length), (int)Math.Clamp(buffer.Length * 2L, 1 << 16, Array.MaxLength)));
        bytes.CopyTo(buffer.AsSpan(start));
        ends[Count] = start + bytes.Length;
    }
}

/// <summary>Where a parser takes its records from, batch by batch, while DuckDB pulls rows out of it. Thread-safe.</summary>
public interface IRecordFeed
{
    /// <summary>Fills an empty batch with some records (a few thousand); false at the end, and from then on.</summary>
    /// <remarks>Called on DuckDB's threads: it may block on local work, and an exception ends the statement.</remarks>
    bool TryNext(RecordBatch batch);
}
