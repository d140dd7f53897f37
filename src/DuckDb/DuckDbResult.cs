using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.DuckDb;

public sealed record DuckDbColumn(string Name, DuckDbType Type);

/// <summary>
/// The rows of a statement, read forward once, chunk by chunk. A chunk is disposed when the next one is read: what a reader gave as a span
/// lives as long as its chunk.
/// </summary>
public sealed unsafe class DuckDbResult : IDisposable
{
    private readonly ResultHandle handle;
    private DataChunk? current;
    private bool ended;

    private DuckDbResult(ResultHandle handle)
    {
        this.handle = handle;
        Columns = DescribeColumns(handle.Pointer);
        RowsChanged = (long)NativeMethods.duckdb_rows_changed(handle.Pointer);
        StatementType = NativeMethods.duckdb_result_statement_type(*handle.Pointer);
    }

    public IReadOnlyList<DuckDbColumn> Columns { get; }

    public DuckDbStatementType StatementType { get; }

    /// <summary>By an INSERT, UPDATE or DELETE; 0 for everything else (COPY says it in its row).</summary>
    public long RowsChanged { get; }

    /// <summary>The next rows, never empty, or null at the end.</summary>
    /// <exception cref="DuckDbException">A streaming statement failed.</exception>
    public DataChunk? NextChunk()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        current?.Dispose();
        current = null;
        if (ended)
            return null;
        while (NativeMethods.duckdb_fetch_chunk(*handle.Pointer) is not 0 and var native)
        {
            var chunk = new DataChunk(new DataChunkHandle(native), Columns);
            if (chunk.RowCount > 0)
                return current = chunk;
            chunk.Dispose();
        }

        // A stream that has ended must not be asked again.
        ended = true;
        return NativeMethods.duckdb_result_error(handle.Pointer) is { Length: > 0 } error
            ? throw new DuckDbException(NativeMethods.duckdb_result_error_type(handle.Pointer), error)
            : null;
    }

    /// <summary>The rows left, each as values (see <see cref="VectorReader.ReadValue"/>). For small results.</summary>
    public IReadOnlyList<object?[]> ReadRows()
    {
        var rows = new List<object?[]>();
        while (NextChunk() is { } chunk)
        {
            var columns = new VectorReader[Columns.Count];
            for (var column = 0; column < columns.Length; column++)
                columns[column] = chunk.Column(column);
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new object?[columns.Length];
                for (var column = 0; column < columns.Length; column++)
                    values[column] = columns[column].ReadValue(row);
                rows.Add(values);
            }
        }

        return rows;
    }

    /// <summary>The value of a result of one row and one column.</summary>
    /// <exception cref="InvalidOperationException">It has another shape.</exception>
    public object? ReadScalar()
    {
        if (Columns.Count != 1 || NextChunk() is not { RowCount: 1 } chunk)
            throw new InvalidOperationException("the statement does not return one row of one column");
        var value = chunk.Column(0).ReadValue(0);
        return NextChunk() is null ? value : throw new InvalidOperationException("the statement returns more than one row");
    }

    public void Dispose()
    {
        current?.Dispose();
        handle.Dispose();
    }

    internal static DuckDbResult Of(ResultHandle handle, NativeState state)
    {
        if (state == NativeState.Success)
            return new DuckDbResult(handle);
        using (handle)
        {
            throw new DuckDbException(
                NativeMethods.duckdb_result_error_type(handle.Pointer), NativeMethods.duckdb_result_error(handle.Pointer));
        }
    }

    private static DuckDbColumn[] DescribeColumns(NativeResult* result)
    {
        var columns = new DuckDbColumn[(int)NativeMethods.duckdb_column_count(result)];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = new LogicalTypeHandle(NativeMethods.duckdb_column_logical_type(result, (ulong)i));
            columns[i] = new DuckDbColumn(NativeMethods.duckdb_column_name(result, (ulong)i) ?? "", NativeType.Read(type));
        }

        return columns;
    }
}
