using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>What each kind of request does. Used from one thread, but for <see cref="Interrupt"/>.</summary>
internal sealed class SqlRequests(string scratch, IRequestBounds bounds) : IDisposable
{
    private readonly BindingSandbox binding = new(Path.Combine(scratch, "bind"));
    private Sandbox? next;
    private (Sandbox Sandbox, string Folder)? spent;
    private volatile Sandbox? current;
    private bool isWarm;
    private int requests;

    /// <summary>Clears up after the last request and opens the database of the next one ahead of it.</summary>
    public void Prepare()
    {
        if (spent is { } last)
        {
            spent = null;
            last.Sandbox.Dispose();
            if (Directory.Exists(last.Folder))
                Directory.Delete(last.Folder, recursive: true);
        }

        next ??= Sandbox.Open();
        if (isWarm)
            return;
        isWarm = true;
        WarmUp();
    }

    /// <summary>Ends the statement that runs now. From any thread.</summary>
    public void Interrupt()
    {
        current?.Connection.Interrupt();
        binding.Interrupt();
    }

    public void Dispose()
    {
        binding.Dispose();
        next?.Dispose();
        spent?.Sandbox.Dispose();
    }

    /// <exception cref="OperationCanceledException">Cancelled before DuckDB was asked; while it ran, a <see cref="DuckDbException"/> says so.</exception>
    /// <exception cref="WorkerEndException">Memory or scratch ran out.</exception>
    public Frame Answer(Frame request, Func<Frame, Task> sendRows, CancellationToken cancellationToken)
    {
        Prepare();
        var (sandbox, folder) = (next!, Path.Combine(scratch, $"r{++requests}"));
        (current, next) = (sandbox, null);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Answer(new RequestContext(sandbox, binding, folder, sendRows, cancellationToken), request);
        }
        finally
        {
            bounds.End();
            current = null;

            // An interrupt may still be on its way to a request that was cancelled; it must not meet the next one.
            if (cancellationToken.IsCancellationRequested)
                binding.Dispose();
            if (sandbox.IsLocked || cancellationToken.IsCancellationRequested)
                spent = (sandbox, folder);
            else
                next = sandbox;
        }
    }

    /// <summary>
    /// Answers to nobody, so that what is slow when it first happens (loading, compiling, DuckDB's first pages) has happened before the first request: whoever starts a
    /// worker has other things to do meanwhile.
    /// </summary>
    private void WarmUp()
    {
        const string Sql = "SELECT count(*) AS n FROM a.b WHERE c = 1 GROUP BY ALL";
        var limits = SqlWorkerOptions.Default.Bind;
        IReadOnlyList<SqlTable> tables = [new SqlTable("a.b", [new SqlColumn("c", "INTEGER")], [], [])];
        var output = Directory.CreateDirectory(Path.Combine(scratch, "warm"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        _ = Answer(Frame.Of(0, FrameKind.Bind, new BindRequest(Sql, tables, limits), FrameJson.Default.BindRequest), NoRows, CancellationToken.None);
        var run = new RunRequest(Sql, tables, new OutputSpec(output, ["n"], [], 1 << 20), limits);
        _ = Answer(Frame.Of(0, FrameKind.Run, run, FrameJson.Default.RunRequest), NoRows, CancellationToken.None);
        Directory.Delete(output, recursive: true);
        Prepare();

        static Task NoRows(Frame rows) => Task.CompletedTask;
    }

    private Frame Answer(RequestContext context, Frame request)
    {
        var json = FrameJson.Default;
        switch (request.Kind)
        {
            case FrameKind.Parse:
                var parse = request.Read(json.ParseRequest);
                return Frame.Of(request.Id, FrameKind.Parsed, Parse(context, parse with { Limits = Within(parse.Limits) }), json.ParseResult);
            case FrameKind.Bind:
                var bind = request.Read(json.BindRequest);
                return Frame.Of(request.Id, FrameKind.Bound, Bind(context, bind with { Limits = Within(bind.Limits) }), json.BindResult);
            case FrameKind.BindExpression:
                var expression = request.Read(json.BindExpressionRequest);
                return Frame.Of(request.Id, FrameKind.Bound, ExpressionRequest.Bind(context, expression with { Limits = Within(expression.Limits) }), json.BindResult);
            case FrameKind.Filters:
                var filters = request.Read(json.FilterRequest);
                return Frame.Of(request.Id, FrameKind.Filtered, FilterRequests.Filters(context, filters with { Limits = Within(filters.Limits) }), json.FilterResult);
            case FrameKind.Run:
                var run = request.Read(json.RunRequest);
                return Frame.Of(request.Id, FrameKind.Ran, RunRequests.Run(context, run with { Limits = Within(run.Limits, run.Output.Directory) }), json.RunResult);
            case FrameKind.Query:
                var query = request.Read(json.QueryRequest);
                return Frame.Of(request.Id, FrameKind.RowsEnd, QueryRequests.Query(context, request.Id, query with { Limits = Within(query.Limits) }), json.RowsEnd);
            default:
                throw new WorkerProtocolException($"a request of kind {request.Kind}");
        }
    }

    private SqlLimits Within(SqlLimits limits, string? output = null) => bounds.Begin(limits, output);

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
    Sandbox Sandbox, BindingSandbox Binding, string Folder, Func<Frame, Task> SendRows, CancellationToken CancellationToken)
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
        DuckDbConnection connection;
        try
        {
            connection = Binding.Begin(limits, TableViews.Empty(tables));
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return new BindResult([], Classify(e, SqlText.Verbatim(""), null, "", tables));
        }

        try
        {
            var columns = Columns(connection, sql);
            var bound = new BindResult(text.MayHoldUntyped ? WithUntyped(connection, sql, columns) : columns);
            Binding.End();
            return bound;
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return new BindResult([], DuckDbErrors.From(e, text, offset));
        }
    }

    /// <summary>Closes the sandbox over the tables; an error that comes here is not the statement's own and has no place in it.</summary>
    public SqlError? Lock(SqlLimits limits, string? output, IReadOnlyList<SqlTable> tables, IEnumerable<string> setup)
    {
        try
        {
            Sandbox.Lock(limits, Folder, output, tables, setup);
            return null;
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return Classify(e, SqlText.Verbatim(""), null, "", tables);
        }
    }

    private static IReadOnlyList<SqlColumn> Columns(DuckDbConnection connection, string sql)
    {
        using var prepared = connection.Prepare(sql);
        return [.. prepared.DescribeColumns().Select(static column => new SqlColumn(column.Name, column.Type.ToString()))];
    }

    /// <summary>
    /// A result's untyped NULL comes as INTEGER; in a view it stays what it is. Columns of a view that repeat a name are renamed, not reordered.
    /// </summary>
    private static IReadOnlyList<SqlColumn> WithUntyped(DuckDbConnection connection, string sql, IReadOnlyList<SqlColumn> columns)
    {
        connection.Execute($"CREATE VIEW result AS (\n{sql}\n)");
        using var prepared = connection.Query("SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'result' ORDER BY column_index");
        var types = prepared.ReadRows();
        return [.. columns.Select((column, index) => types[index][0] is string type && type.Contains("\"NULL\"", StringComparison.Ordinal) ? column with { Type = type } : column)];
    }

    /// <summary>The error as the answer's, where it is the SQL's fault.</summary>
    /// <exception cref="WorkerEndException">It is a bound that was reached.</exception>
    public static SqlError Classify(DuckDbException error, SqlText text, int? offset, string ours, IReadOnlyList<SqlTable> tables)
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
        // A file that is not there is a path that may not be looked for.
        if (error.ErrorType is DuckDbErrorType.Permission or DuckDbErrorType.Io && Missing(tables) is { } missing)
            return new SqlError(SqlCodes.InputUnreadable.Id, $"the file {missing} of the snapshot is gone", Help: "was it removed by hand, or by a retention shorter than this run?");
        return DuckDbErrors.From(error, text, offset, ours);
    }

    private static string? Missing(IReadOnlyList<SqlTable> tables) =>
        tables.SelectMany(static table => table.Files).FirstOrDefault(static file => !File.Exists(file.Path)) is { } file ? Path.GetFileName(file.Path) : null;

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
