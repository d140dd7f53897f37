using System.Buffers;
using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>What each kind of request does. Used from one thread, but for <see cref="Interrupt"/>.</summary>
internal sealed class SqlRequests(string scratch) : IDisposable
{
    private Sandbox? next;
    private volatile Sandbox? current;
    private int requests;

    /// <summary>Opens the database of the next request ahead of it.</summary>
    public void Prepare() => next ??= Sandbox.Open();

    /// <summary>Ends the statement that runs now. From any thread.</summary>
    public void Interrupt() => current?.Connection.Interrupt();

    public void Dispose()
    {
        next?.Dispose();
        current?.Dispose();
    }

    /// <exception cref="OperationCanceledException">Cancelled before DuckDB was asked; while it ran, a <see cref="DuckDbException"/> says so.</exception>
    /// <exception cref="WorkerEndException">Memory or scratch ran out.</exception>
    public ResponseFrame Answer(RequestFrame request, Func<ArrayBufferWriter<byte>, ValueTask> sendRows, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(scratch, $"r{++requests}");
        Directory.CreateDirectory(folder);
        Prepare();
        using var sandbox = next!;
        (current, next) = (sandbox, null);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var context = new RequestContext(sandbox, folder, sendRows, cancellationToken);
            return request switch
            {
                { Parse: { } parse } => new ResponseFrame(request.Id, Parse: Parse(context, parse)),
                { Bind: { } bind } => new ResponseFrame(request.Id, Bind: Bind(context, bind)),
                { BindExpression: { } bind } => new ResponseFrame(request.Id, Bind: ExpressionRequest.Bind(context, bind)),
                { Run: { } run } => new ResponseFrame(request.Id, Run: RunRequests.Run(context, run)),
                { Query: { } query } => new ResponseFrame(request.Id, RowsEnd: QueryRequests.Query(context, request.Id, query)),
                _ => throw new WorkerProtocolException("a request without a kind"),
            };
        }
        finally
        {
            current = null;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ParseResult Parse(RequestContext context, ParseRequest request)
    {
        var (statement, error) = context.Judge(request.Sql);
        return statement is null ? new ParseResult([], [], error) : new ParseResult(statement.Inputs, statement.Judgement.Varying);
    }

    private static BindResult Bind(RequestContext context, BindRequest request)
    {
        var (statement, error) = context.Judge(request.Sql, request.Tables);
        return statement is null
            ? new BindResult([], error)
            : context.BindEmpty(statement.Text.Prepared, statement.Text, 0, request.Tables, request.Limits);
    }
}

/// <summary>What one request works with.</summary>
internal sealed record RequestContext(
    Sandbox Sandbox, string Folder, Func<ArrayBufferWriter<byte>, ValueTask> SendRows, CancellationToken CancellationToken)
{
    public DuckDbConnection Connection => Sandbox.Connection;

    /// <summary>The accepted statement, or why it is not; with <paramref name="tables"/>, also that each table is one of them.</summary>
    public (SqlStatement? Statement, SqlError? Error) Judge(string sql, IReadOnlyList<SqlTable>? tables = null)
    {
        var text = SqlText.Verbatim("");
        try
        {
            var statement = SqlStatement.Parse(Connection, sql, out text);
            if (tables is not null)
            {
                CheckTables(statement, tables);
                TableViews.CheckTypes(Connection, tables);
            }

            return (statement, null);
        }
        catch (RefusalException e)
        {
            return (null, DuckDbErrors.From(e, text));
        }
    }

    /// <summary>Columns of a statement over empty tables.</summary>
    /// <param name="text">The person's part of it, from byte <paramref name="offset"/>.</param>
    public BindResult BindEmpty(string sql, SqlText text, int offset, IReadOnlyList<SqlTable> tables, SqlLimits limits)
    {
        Sandbox.Lock(limits, Folder, null, [], TableViews.Empty(tables));
        try
        {
            return new BindResult(Columns(sql));
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return new BindResult([], DuckDbErrors.From(e, text, offset));
        }
    }

    public IReadOnlyList<SqlColumn> Columns(string sql)
    {
        using var prepared = Connection.Prepare(sql);
        return [.. prepared.DescribeColumns().Select(static column => new SqlColumn(column.Name, column.Type.ToString()))];
    }

    /// <summary>The error as the answer's, where it is the SQL's fault.</summary>
    /// <exception cref="WorkerEndException">It is a bound that was reached.</exception>
    public static SqlError Classify(DuckDbException error, SqlText text, int? offset, string ours)
    {
        // DuckDB has one type for both bounds; only the name of the setting tells them apart.
        if (error.ErrorType == DuckDbErrorType.OutOfMemory)
        {
            throw error.Message.Contains("max_temp_directory_size", StringComparison.Ordinal)
                ? new WorkerEndException(WorkerEnd.ScratchFull, "the SQL needed more than its scratch space for spilled rows", error)
                : new WorkerEndException(WorkerEnd.Memory, "the SQL needed more than its memory", error);
        }

        if (error.ErrorType == DuckDbErrorType.Io && error.Message.Contains("No space left on device", StringComparison.Ordinal))
            throw new WorkerEndException(WorkerEnd.ScratchFull, "the disk of the scratch space is full", error);
        return DuckDbErrors.From(error, text, offset, ours);
    }

    private static void CheckTables(SqlStatement statement, IReadOnlyList<SqlTable> tables)
    {
        foreach (var use in statement.Judgement.Tables)
        {
            var name = use.Table.ToString();
            if (tables.Any(table => table.Version == use.Version && table.Table == name))
                continue;
            var known = tables.Select(static table => table.Table).ToList();
            throw known.Contains(name)
                ? new RefusalException(SqlCodes.TableUnknown, $"{SqlStatement.ViewName(name, use.Version)} is not among the snapshots that were staged", use.Location)
                : new RefusalException(SqlCodes.TableUnknown, $"table \"{name}\" does not exist", use.Location, Suggestion.For(name, known) ?? Known(known));
        }
    }

    private static string? Known(List<string> tables) => tables.Count == 0 ? null : $"tables are {string.Join(", ", tables.Order(StringComparer.Ordinal).Take(10))}";

    /// <summary>Bytes of our own text before the person's.</summary>
    public static int BytesOf(string prefix) => Encoding.UTF8.GetByteCount(prefix);
}
