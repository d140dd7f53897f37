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
        Work();
        var result = new ResultHandle();
        return DuckDbResult.Of(result, NativeMethods.duckdb_execute_pending(handle, result.Pointer));
    }

    public void Dispose() => handle.Dispose();

    /// <summary>
    /// DuckDB's own loop asks for tasks without a pause for as long as its other threads have them; where those are as many as the cores, it takes the time away
    /// from them.
    /// </summary>
    private void Work()
    {
        const int SpinsBeforeSleep = 10;
        var wait = default(SpinWait);
        while (true)
        {
            switch (NativeMethods.duckdb_pending_execute_task(handle))
            {
                case DuckDbPendingState.NotReady:
                    wait.Reset();
                    break;
                case DuckDbPendingState.NoTasksAvailable:
                    wait.SpinOnce(SpinsBeforeSleep);
                    break;
                case DuckDbPendingState.Error:
                    // Asked for its result now, DuckDB would only say that there is none.
                    throw new DuckDbException(DuckDbErrorType.Invalid, NativeMethods.duckdb_pending_error(handle));
                default:
                    return;
            }
        }
    }

    internal static PendingQuery Of(PendingHandle handle, NativeState state)
    {
        if (state == NativeState.Success)
            return new PendingQuery(handle);
        using (handle)
            throw new DuckDbException(DuckDbErrorType.Invalid, handle.IsInvalid ? null : NativeMethods.duckdb_pending_error(handle));
    }
}
