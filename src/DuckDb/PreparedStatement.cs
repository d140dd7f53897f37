using System.Text;
using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.DuckDb;

/// <summary>A statement with parameters <c>$1</c>, <c>$2</c>, … or <c>?</c>; parameters are numbered from 1 and keep their value between executions.</summary>
public sealed unsafe class PreparedStatement : IDisposable
{
    private readonly PreparedStatementHandle handle;

    private PreparedStatement(PreparedStatementHandle handle) => this.handle = handle;

    public int ParameterCount => (int)NativeMethods.duckdb_nparams(handle);

    public DuckDbStatementType StatementType => NativeMethods.duckdb_prepared_statement_type(handle);

    /// <summary>The columns that it would return, as far as they are known while parameters are open.</summary>
    public IReadOnlyList<DuckDbColumn> DescribeColumns()
    {
        var columns = new DuckDbColumn[(int)NativeMethods.duckdb_prepared_statement_column_count(handle)];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = new LogicalTypeHandle(NativeMethods.duckdb_prepared_statement_column_logical_type(handle, (ulong)i));
            columns[i] = new DuckDbColumn(
                NativeMethods.duckdb_prepared_statement_column_name(handle, (ulong)i) ?? "", NativeType.Read(type));
        }

        return columns;
    }

    public PreparedStatement BindNull(int index) => Bound(index, NativeMethods.duckdb_bind_null(handle, (ulong)index));

    public PreparedStatement Bind(int index, bool value) => Bound(index, NativeMethods.duckdb_bind_boolean(handle, (ulong)index, value));

    public PreparedStatement Bind(int index, long value) => Bound(index, NativeMethods.duckdb_bind_int64(handle, (ulong)index, value));

    public PreparedStatement Bind(int index, Int128 value) => Bound(index, NativeMethods.duckdb_bind_hugeint(
        handle, (ulong)index, new NativeHugeInt { Lower = (ulong)value, Upper = (long)(value >> 64) }));

    public PreparedStatement Bind(int index, double value) => Bound(index, NativeMethods.duckdb_bind_double(handle, (ulong)index, value));

    public PreparedStatement Bind(int index, DateOnly value) => Bound(index, NativeMethods.duckdb_bind_date(
        handle, (ulong)index, value.DayNumber - DuckDbTime.EpochDayNumber));

    /// <summary>As TIMESTAMPTZ; what is finer than a microsecond is cut off.</summary>
    public PreparedStatement Bind(int index, DateTimeOffset value) => Bound(index, NativeMethods.duckdb_bind_timestamp_tz(
        handle, (ulong)index, DuckDbTime.ToMicros(value)));

    public PreparedStatement Bind(int index, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return BindUtf8(index, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>As VARCHAR.</summary>
    public PreparedStatement BindUtf8(int index, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
            return Bound(index, NativeMethods.duckdb_bind_varchar_length(handle, (ulong)index, bytes, (ulong)value.Length));
    }

    /// <summary>As BLOB.</summary>
    public PreparedStatement BindBlob(int index, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
            return Bound(index, NativeMethods.duckdb_bind_blob(handle, (ulong)index, bytes, (ulong)value.Length));
    }

    public void ClearBindings() => _ = NativeMethods.duckdb_clear_bindings(handle);

    /// <summary>Runs it; rows are dropped. The number of rows changed.</summary>
    public long Execute()
    {
        using var result = Query();
        return result.RowsChanged;
    }

    /// <summary>Runs it; all its rows are in memory before this returns.</summary>
    public DuckDbResult Query()
    {
        if (NativeMethods.duckdb_pending_prepared(handle, out var native) == NativeState.Success)
        {
            using var pending = PendingQuery.Of(new PendingHandle(native), NativeState.Success);
            return pending.Finish();
        }

        // It does not come as far as running. Only the result of a run says of what kind an error is.
        NativeMethods.duckdb_destroy_pending(ref native);
        var result = new ResultHandle();
        return DuckDbResult.Of(result, NativeMethods.duckdb_execute_prepared(handle, result.Pointer));
    }

    /// <summary>Runs it; rows are made while they are read.</summary>
    public DuckDbResult Stream()
    {
        using var pending = Start(streaming: true);
        return pending.Finish();
    }

    /// <summary>Starts it without running on: the caller works on it task by task, and may stop between two.</summary>
    public PendingQuery Start(bool streaming = false)
    {
        var state = streaming
            ? NativeMethods.duckdb_pending_prepared_streaming(handle, out var native)
            : NativeMethods.duckdb_pending_prepared(handle, out native);
        return PendingQuery.Of(new PendingHandle(native), state);
    }

    public void Dispose() => handle.Dispose();

    internal static PreparedStatement Of(PreparedStatementHandle handle, NativeState state)
    {
        if (state == NativeState.Success)
            return new PreparedStatement(handle);
        using (handle)
            throw new DuckDbException(DuckDbErrorType.Invalid, handle.IsInvalid ? null : NativeMethods.duckdb_prepare_error(handle));
    }

    private PreparedStatement Bound(int index, NativeState state) => state == NativeState.Success
        ? this
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"the statement has {ParameterCount} parameters; this one does not take the value");
}
