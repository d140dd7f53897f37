using LakehouseOperator.Engine.Ingest;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>Entries of one stream that become one commit, in the stream's order. Filled by the session's loop; whole once it was taken.</summary>
internal sealed class EntrySegment(long began, RedisPosition start)
{
    private const int ChunkRows = 2048;

    /// <summary>A little less than a power of two, at which the buffers would double.</summary>
    private const int ChunkBytes = 240 << 10;

    public List<RecordBatch> Chunks { get; } = [];

    /// <summary>Timestamp of the first entry.</summary>
    public long Began { get; } = began;

    /// <summary>After the last entry.</summary>
    public RedisPosition End { get; set; } = start;

    /// <summary>Milliseconds of the first entry's id; 0 where there is none.</summary>
    public ulong FirstMs { get; set; }

    public long Rows { get; set; }

    public long Bytes { get; set; }

    /// <summary>It shall become a commit as it is.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Where the next entry goes.</summary>
    public RecordBatch Chunk(ChunkPool pool)
    {
        if (Chunks.Count > 0 && Chunks[^1] is { Count: < ChunkRows, Bytes: < ChunkBytes } last)
            return last;
        var chunk = pool.Rent();
        Chunks.Add(chunk);
        return chunk;
    }
}

/// <summary>
/// Buffers that were parsed, for entries to come. All of them are kept: how many there are is bounded by the bytes that a session holds, and large arrays are
/// what the collector comes back to last.
/// </summary>
internal sealed class ChunkPool
{
    private readonly Stack<RecordBatch> free = [];

    public RecordBatch Rent()
    {
        lock (free)
            return free.TryPop(out var chunk) ? chunk : new RecordBatch();
    }

    public void Return(IEnumerable<RecordBatch> chunks)
    {
        lock (free)
        {
            foreach (var chunk in chunks)
            {
                chunk.Clear();
                free.Push(chunk);
            }
        }
    }
}
