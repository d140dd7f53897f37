using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb;

/// <summary>A statement that has begun and is worked on by whoever calls <see cref="Step"/>.</summary>
public sealed unsafe class PendingQuery : IDisposable
{
    private readonly PendingHandle handle;

    private PendingQuery(PendingHandle handle) => this.handle = handle;

    /// <summary>Does one task on the calling thread.</summary>
    /// <exception cref="DuckDbException">The statement failed.</exception>
    public DuckDbPendingState Step()
    {
        var state = NativeMethods.duckdb_pending_execute_task(handle);
        return state == DuckDbPendingState.Error
            ? throw new DuckDbException(DuckDbErrorType.Invalid, NativeMethods.duckdb_pending_error(handle))
            : state;
    }

    /// <summary>Runs on to the result; once.</summary>
    /// <exception cref="DuckDbException">The statement failed.</exception>
    public DuckDbResult Finish()
    {
        var result = new ResultHandle();
        return DuckDbResult.Of(result, NativeMethods.duckdb_execute_pending(handle, result.Pointer));
    }

    public void Dispose() => handle.Dispose();

    internal static PendingQuery Of(PendingHandle handle, NativeState state)
    {
        if (state == NativeState.Success)
            return new PendingQuery(handle);
        using (handle)
            throw new DuckDbException(DuckDbErrorType.Invalid, handle.IsInvalid ? null : NativeMethods.duckdb_pending_error(handle));
    }
}
