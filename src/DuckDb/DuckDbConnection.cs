using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.TableFunctions;

namespace LakehouseOperator.DuckDb;

/// <param name="Percentage">0 to 100; negative where DuckDB does not know (yet).</param>
public readonly record struct DuckDbProgress(double Percentage, long RowsProcessed, long TotalRows);

/// <param name="Index">The statement's number within the text, from 0.</param>
public readonly record struct DuckDbStatement(int Index, DuckDbStatementType Type);

/// <summary>
/// A session of a database. One thread uses it at a time; <see cref="Interrupt"/> and <see cref="Progress"/> may be called from any other
/// meanwhile. Every call blocks its thread.
/// </summary>
public sealed unsafe class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle handle;

    internal DuckDbConnection(ConnectionHandle handle) => this.handle = handle;

    /// <summary>Runs one or more statements; rows are dropped. The number of rows that the last one changed, where it changes any.</summary>
    /// <exception cref="DuckDbException">A statement failed; earlier ones have had their effect.</exception>
    public long Execute(string sql)
    {
        using var result = Query(sql);
        return result.RowsChanged;
    }

    /// <summary>Runs one or more statements; the last one's rows, all in memory before this returns.</summary>
    /// <exception cref="DuckDbException">A statement failed; earlier ones have had their effect.</exception>
    public DuckDbResult Query(string sql)
    {
        RequireWhole(sql);
        var result = new ResultHandle();
        return DuckDbResult.Of(result, NativeMethods.duckdb_query(handle, sql, result.Pointer));
    }

    /// <summary>Runs one statement whose rows are made while they are read; the connection does nothing else until the result is disposed.</summary>
    /// <exception cref="DuckDbException">The statement does not bind. Errors while it runs come when its chunks are read.</exception>
    public DuckDbResult Stream(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Stream();
    }

    /// <summary>The single value of a statement with one row and one column, as <see cref="Vectors.VectorReader.ReadValue"/> gives it.</summary>
    /// <exception cref="InvalidOperationException">There are other than one row and one column.</exception>
    public object? ExecuteScalar(string sql)
    {
        using var result = Query(sql);
        return result.ReadScalar();
    }

    /// <summary>The single integer of a statement; fails for NULL and for values beyond 64 bits.</summary>
    public long ExecuteScalarLong(string sql) => ExecuteScalar(sql) switch
    {
        sbyte value => value,
        short value => value,
        int value => value,
        long value => value,
        byte value => value,
        ushort value => value,
        uint value => value,
        ulong value => checked((long)value),
        Int128 value => checked((long)value),
        var other => throw new InvalidOperationException($"not an integer but {other?.GetType().Name ?? "NULL"}"),
    };

    /// <exception cref="DuckDbException">The text is not one statement that parses and binds.</exception>
    public PreparedStatement Prepare(string sql)
    {
        RequireWhole(sql);
        var state = NativeMethods.duckdb_prepare(handle, sql, out var native);
        return PreparedStatement.Of(new PreparedStatementHandle(native), state);
    }

    /// <summary>Splits a text into its statements by DuckDB's own parser. Their types need them bound, which <see cref="Prepare(string)"/> does.</summary>
    /// <returns>How many statements the text holds; an empty text and one of comments holds none.</returns>
    /// <exception cref="DuckDbException">The text does not parse.</exception>
    public int CountStatements(string sql)
    {
        using var extracted = Extract(sql, out var count);
        return count;
    }

    /// <summary>The statements of a text with their types; each is bound as it comes, against what is there now.</summary>
    /// <exception cref="DuckDbException">The text does not parse, or a statement does not bind.</exception>
    public IReadOnlyList<DuckDbStatement> ExtractStatements(string sql)
    {
        using var extracted = Extract(sql, out var count);
        var statements = new DuckDbStatement[count];
        for (var index = 0; index < count; index++)
        {
            var state = NativeMethods.duckdb_prepare_extracted_statement(handle, extracted, (ulong)index, out var native);
            using var statement = PreparedStatement.Of(new PreparedStatementHandle(native), state);
            statements[index] = new DuckDbStatement(index, statement.StatementType);
        }

        return statements;
    }

    /// <summary>Makes a function of ours usable as <c>FROM name(…)</c> in every connection of the database, for as long as that lives.</summary>
    /// <exception cref="DuckDbException">The name is taken.</exception>
    public void Register(TableFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);

        // DuckDB takes a second function of the same name and parameters without a word, and goes on calling the first.
        using (var taken = Prepare("SELECT 1 FROM duckdb_functions() WHERE function_type = 'table' AND lower(function_name) = lower($1) LIMIT 1"))
        using (var found = taken.Bind(1, function.Name).Query())
        {
            if (found.NextChunk() is not null)
                throw new DuckDbException(DuckDbErrorType.Catalog, $"there is a table function \"{function.Name}\" already");
        }

        TableFunctionRegistration.Register(handle, function);
    }

    /// <summary>Ends the statement that runs now with <see cref="DuckDbErrorType.Interrupt"/>; nothing when none does. From any thread, also after disposal.</summary>
    public void Interrupt()
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            NativeMethods.duckdb_interrupt(handle);
        }
        catch (ObjectDisposedException)
        {
            // The statement is gone with its connection, which is what the caller wants.
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    /// <summary>Of the statement that runs now; needs <c>SET enable_progress_bar = true</c> and <c>SET enable_progress_bar_print = false</c>. From any thread.</summary>
    public DuckDbProgress Progress()
    {
        var progress = NativeMethods.duckdb_query_progress(handle);
        return new DuckDbProgress(progress.Percentage, (long)progress.RowsProcessed, (long)progress.TotalRows);
    }

    public void Dispose() => handle.Dispose();

    /// <summary>For C the text would end at its first NUL, and what comes after it would silently not run.</summary>
    private static void RequireWhole(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (sql.Contains('\0', StringComparison.Ordinal))
            throw new DuckDbException(DuckDbErrorType.Parser, "the SQL holds a NUL character");
    }

    private ExtractedStatementsHandle Extract(string sql, out int count)
    {
        RequireWhole(sql);
        count = (int)NativeMethods.duckdb_extract_statements(handle, sql, out var native);
        var extracted = new ExtractedStatementsHandle(native);
        if (count > 0 || NativeMethods.duckdb_extract_statements_error(extracted) is not { Length: > 0 } error)
            return extracted;
        extracted.Dispose();
        throw new DuckDbException(DuckDbErrorType.Parser, error);
    }
}
