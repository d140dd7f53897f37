using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb.Vectors;

/// <summary>Up to <see cref="DuckDbDatabase.VectorSize"/> rows of a result, a vector a column.</summary>
public sealed class DataChunk : IDisposable
{
    private readonly DataChunkHandle handle;
    private readonly IReadOnlyList<DuckDbColumn> columns;

    internal DataChunk(DataChunkHandle handle, IReadOnlyList<DuckDbColumn> columns)
    {
        this.handle = handle;
        this.columns = columns;
        RowCount = (int)NativeMethods.duckdb_data_chunk_get_size(handle.DangerousGetHandle());
    }

    public int RowCount { get; }

    /// <summary>Valid until the chunk is disposed, which reading the next one does.</summary>
    public VectorReader Column(int index)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        return new VectorReader(this, NativeMethods.duckdb_data_chunk_get_vector(handle.DangerousGetHandle(), (ulong)index), columns[index].Type);
    }

    public void Dispose() => handle.Dispose();
}
