using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.DuckDb.TableFunctions;

/// <summary>
/// A source of rows that SQL calls as <c>FROM name(…)</c>. Whatever it throws ends the statement with the exception's message as
/// <see cref="DuckDbErrorType.InvalidInput"/>; the process goes on.
/// </summary>
public abstract class TableFunction
{
    public abstract string Name { get; }

    /// <summary>BIGINT arguments come as long, VARCHAR as string; other types are given as DuckDB prints them.</summary>
    public virtual IReadOnlyList<DuckDbType> Parameters => [];

    /// <summary>True: readers are told which columns the statement uses (<see cref="VectorWriter.IsWanted"/>). False: they write them all.</summary>
    public virtual bool SkipsUnusedColumns => true;

    /// <summary>Called when a statement is bound.</summary>
    public abstract TableBinding Bind(IReadOnlyList<object?> arguments);
}

/// <summary>One use of a table function in one statement.</summary>
public abstract class TableBinding
{
    public abstract IReadOnlyList<DuckDbColumn> Columns { get; }

    /// <summary>Rows to come, for the optimizer.</summary>
    public virtual long? EstimatedRows => null;

    /// <summary>Called when the statement runs; again when it runs again.</summary>
    public abstract TableScan Open();
}

/// <summary>One execution. Disposed when it has ended, however it did.</summary>
public abstract class TableScan : IDisposable
{
    /// <summary>Threads that may read at once.</summary>
    public virtual int MaxThreads => 1;

    /// <summary>Called on each thread that takes part.</summary>
    public abstract TableReader OpenReader();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What one thread of an execution reads with.</summary>
public abstract class TableReader : IDisposable
{
    /// <summary>Fills rows from 0; their number, and 0 when there are no more for this thread.</summary>
    public abstract int Read(ChunkWriter chunk);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
