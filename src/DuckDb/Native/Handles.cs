using System.Runtime.InteropServices;

namespace LakehouseOperator.DuckDb.Native;

// DuckDB's objects hold their database and connection by shared pointers, so they may be released in any order, by any thread.

internal sealed class DatabaseHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_close(ref native);
}

internal sealed class ConnectionHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_disconnect(ref native);
}

internal sealed class ExtractedStatementsHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_extracted(ref native);
}

internal sealed class PreparedStatementHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_prepare(ref native);
}

internal sealed class PendingHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_pending(ref native);
}

internal sealed class LogicalTypeHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_logical_type(ref native);
}

internal sealed class TableFunctionHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_table_function(ref native);
}

internal sealed class DataChunkHandle(nint handle) : SafeHandleZeroIsInvalid(handle)
{
    protected override void Release(ref nint native) => NativeMethods.duckdb_destroy_data_chunk(ref native);
}

/// <summary>A <c>duckdb_result</c> in memory of our own, so that its address is stable and a finalizer can release it.</summary>
internal sealed unsafe class ResultHandle : SafeHandleZeroIsInvalid
{
    public ResultHandle()
        : base((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)))
    {
    }

    public NativeResult* Pointer => (NativeResult*)handle;

    protected override void Release(ref nint native)
    {
        NativeMethods.duckdb_destroy_result((NativeResult*)native);
        NativeMemory.Free((void*)native);
    }
}

internal abstract class SafeHandleZeroIsInvalid : SafeHandle
{
    protected SafeHandleZeroIsInvalid(nint handle)
        : base(0, ownsHandle: true) => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected abstract void Release(ref nint native);

    protected sealed override bool ReleaseHandle()
    {
        Release(ref handle);
        return true;
    }
}
