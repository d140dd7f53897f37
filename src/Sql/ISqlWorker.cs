namespace LakehouseOperator.Sql;

/// <summary>
/// The one place where user SQL runs: a process without credentials, behind a Unix socket. A worker serves one request at a time; every
/// request that reads rows gets a fresh in-memory database with external access off, configuration locked and the request's files alone allowed.
/// Refusals and SQL errors come back in the result's <c>Error</c>; a worker that is gone, or was ended for its deadline or its memory, throws
/// <see cref="SqlWorkerGoneException"/>.
/// </summary>
public interface ISqlWorker : IAsyncDisposable
{
    /// <summary>Judges the statement on DuckDB's own syntax tree: one statement, a SELECT, tables named <c>layer.table</c>, listed functions.</summary>
    Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken);

    /// <summary>Binds against empty tables with these columns.</summary>
    Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken);

    /// <summary>Judges a scalar or aggregate expression over one table's columns, as used by checks. <c>aggregate</c>: must aggregate; otherwise must not.</summary>
    Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken);

    /// <summary>
    /// What the SELECT asks of its tables' columns before anything else, so that files without such rows need not be brought. Never an error: what cannot be told, or
    /// would be told otherwise a moment later (<c>now()</c>), is left out.
    /// </summary>
    Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken);

    /// <summary>Runs the SELECT over the files and writes its projected result as Parquet.</summary>
    Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a SELECT of ours (checks, built from fragments that <see cref="BindExpressionAsync"/> accepted) or of a person at a terminal
    /// (<c>lakehouse query</c>) and brings its rows back; judged by the same allow-list. At most <paramref name="maxRows"/>.
    /// </summary>
    Task<RowsResult> QueryAsync(string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken);
}

public enum WorkerEnd
{
    Exited,
    Deadline,
    Memory,
    ScratchFull,
}

/// <summary>The worker's process ended before it answered. The run ends with the exit code that <see cref="End"/> names; the next request needs a new worker.</summary>
public sealed class SqlWorkerGoneException(WorkerEnd end, string message, Exception? inner = null) : Exception(message, inner)
{
    public WorkerEnd End { get; } = end;
}

/// <summary>Gives out workers: started as child processes on a laptop and in tests, the sidecar's socket in a pod. Idle ones are kept and reused.</summary>
public interface ISqlWorkerPool : IAsyncDisposable
{
    /// <summary>A worker for the caller alone until it is disposed.</summary>
    Task<ISqlWorker> RentAsync(CancellationToken cancellationToken);
}
