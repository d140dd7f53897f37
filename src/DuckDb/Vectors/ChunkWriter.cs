using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb.Vectors;

/// <summary>The empty chunk that a table function fills; valid during that call.</summary>
public readonly ref struct ChunkWriter
{
    private readonly nint chunk;
    private readonly ReadOnlySpan<int> slots;

    internal ChunkWriter(nint chunk, ReadOnlySpan<int> slots)
    {
        this.chunk = chunk;
        this.slots = slots;
    }

    /// <summary>Rows that fit.</summary>
    public static int Capacity => DuckDbDatabase.VectorSize;

    /// <summary>A writer for a declared column; where the query does not ask for it, one that is not wanted and must not be written to.</summary>
    public VectorWriter Column(int declared) =>
        slots[declared] < 0 ? default : new VectorWriter(NativeMethods.duckdb_data_chunk_get_vector(chunk, (ulong)slots[declared]));
}
