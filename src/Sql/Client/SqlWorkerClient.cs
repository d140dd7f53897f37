using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Client;

/// <param name="Bind">Bounds of requests that touch no data: parse and bind.</param>
/// <param name="CancelGrace">How long a cancelled worker may take to answer before it is killed.</param>
public sealed record SqlWorkerOptions(SqlLimits Bind, TimeSpan CancelGrace)
{
    public static SqlWorkerOptions Default { get; } = new(new SqlLimits(TimeSpan.FromSeconds(30), 1L << 30, 1L << 30, 1), TimeSpan.FromSeconds(3));
}

/// <summary>The client's side of one connection. Not thread-safe: a worker belongs to one caller at a time.</summary>
public sealed class SqlWorkerClient : ISqlWorker
{
    private readonly FrameStream frames;
    private readonly IWorkerProcess process;
    private readonly TimeProvider time;
    private readonly SqlWorkerOptions options;
    private long lastId;

    private SqlWorkerClient(FrameStream frames, IWorkerProcess process, TimeProvider time, SqlWorkerOptions options)
    {
        this.frames = frames;
        this.process = process;
        this.time = time;
        this.options = options;
    }

    /// <summary>True once the connection is of no further use.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>DuckDB's version in the worker.</summary>
    public string? Engine { get; private set; }

    /// <summary>Shakes hands over an open stream. Owns both from here on.</summary>
    /// <exception cref="SqlWorkerGoneException">It closed, or speaks another version.</exception>
    public static async Task<SqlWorkerClient> ConnectAsync(
        Stream stream, IWorkerProcess process, TimeProvider time, SqlWorkerOptions options, CancellationToken cancellationToken)
    {
        var client = new SqlWorkerClient(new FrameStream(stream), process, time, options);
        try
        {
            var hello = Frame.Of(0, FrameKind.Hello, new Hello(WorkerProtocol.Current, WorkerProtocol.Oldest), FrameJson.Default.Hello);
            var answer = await client.AskAsync(hello, FrameKind.Hello, FrameJson.Default.Hello, options.Bind, null, null, cancellationToken).ConfigureAwait(false);
            if (WorkerProtocol.Agree(answer) is null)
                throw new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker speaks another version of the protocol");
            client.Engine = answer.Engine;
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken)
    {
        var request = Frame.Of(++lastId, FrameKind.Parse, new ParseRequest(sql, options.Bind), FrameJson.Default.ParseRequest);
        return AskAsync(request, FrameKind.Parsed, FrameJson.Default.ParseResult, options.Bind, null, null, cancellationToken);
    }

    public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken)
    {
        var content = new BindRequest(sql, [.. tables.Select(static t => t with { Files = [] })], options.Bind);
        var request = Frame.Of(++lastId, FrameKind.Bind, content, FrameJson.Default.BindRequest);
        return AskAsync(request, FrameKind.Bound, FrameJson.Default.BindResult, options.Bind, null, null, cancellationToken);
    }

    public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken)
    {
        var content = new BindExpressionRequest(expression, aggregate, table with { Files = [] }, options.Bind);
        var request = Frame.Of(++lastId, FrameKind.BindExpression, content, FrameJson.Default.BindExpressionRequest);
        return AskAsync(request, FrameKind.Bound, FrameJson.Default.BindResult, options.Bind, null, null, cancellationToken);
    }

    public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken)
    {
        var content = new FilterRequest(sql, [.. tables.Select(static t => t with { Files = [] })], options.Bind);
        var request = Frame.Of(++lastId, FrameKind.Filters, content, FrameJson.Default.FilterRequest);
        return AskAsync(request, FrameKind.Filtered, FrameJson.Default.FilterResult, options.Bind, null, null, cancellationToken);
    }

    public Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken)
    {
        var request = Frame.Of(++lastId, FrameKind.Run, new RunRequest(sql, tables, output, limits), FrameJson.Default.RunRequest);
        return AskAsync(request, FrameKind.Ran, FrameJson.Default.RunResult, limits, output.Directory, null, cancellationToken);
    }

    public async Task<RowsResult> QueryAsync(
        string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement[]>();
        var request = Frame.Of(++lastId, FrameKind.Query, new QueryRequest(sql, tables, limits, maxRows), FrameJson.Default.QueryRequest);
        var end = await AskAsync(request, FrameKind.RowsEnd, FrameJson.Default.RowsEnd, limits, null, rows, cancellationToken).ConfigureAwait(false);
        return new RowsResult(end.Columns, end.Error is null ? rows : [], end.Truncated, end.Error);
    }

    public async ValueTask DisposeAsync()
    {
        IsBroken = true;
        await frames.DisposeAsync().ConfigureAwait(false);
        await process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<T> AskAsync<T>(
        Frame request,
        FrameKind expected,
        JsonTypeInfo<T> type,
        SqlLimits limits,
        string? output,
        List<JsonElement[]>? rows,
        CancellationToken cancellationToken)
        where T : class
    {
        if (IsBroken)
            throw new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker has ended");
        cancellationToken.ThrowIfCancellationRequested();
        using var watch = process.Watch(limits, output);
        using var deadline = time.CreateTimer(static p => ((IWorkerProcess)p!).Kill(WorkerEnd.Deadline), process, limits.Deadline, Timeout.InfiniteTimeSpan);
        var isUsable = false;
        try
        {
            var asked = ExchangeAsync(request, rows);
            await AwaitOrCancelAsync(asked, request.Id, cancellationToken).ConfigureAwait(false);
            var answer = await asked.ConfigureAwait(false);
            if (answer.Kind == FrameKind.Failed)
            {
                var failed = answer.Read(FrameJson.Default.WorkerFailure);
                throw new SqlWorkerGoneException(failed.End, failed.Message);
            }

            var isCancelled = answer.Kind == FrameKind.Cancelled && cancellationToken.IsCancellationRequested;
            if (answer.Kind != expected && !isCancelled)
                throw new WorkerProtocolException($"the SQL worker answered {answer.Kind} instead of {expected}");
            isUsable = true;
            return isCancelled ? throw new OperationCanceledException(cancellationToken) : answer.Read(type);
        }
        catch (Exception e) when (e is WorkerProtocolException or IOException or SocketException or ObjectDisposedException)
        {
            isUsable = false;
            cancellationToken.ThrowIfCancellationRequested();
            throw await GoneAsync(limits, e).ConfigureAwait(false);
        }
        finally
        {
            IsBroken |= !isUsable;
        }
    }

    /// <summary>Returns when the answer is there; a cancelled request is interrupted, and its worker killed when that does not help.</summary>
    private async Task AwaitOrCancelAsync(Task<Frame> asked, long id, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(static c => ((TaskCompletionSource)c!).TrySetResult(), cancelled).ConfigureAwait(false);
        if (await Task.WhenAny(asked, cancelled.Task).ConfigureAwait(false) == asked)
            return;
        using var grace = new CancellationTokenSource(options.CancelGrace, time);
        await using var kill = grace.Token.Register(() => process.Kill(WorkerEnd.Exited)).ConfigureAwait(false);
        try
        {
            await frames.WriteAsync(Frame.Of(id, FrameKind.Cancel), grace.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            process.Kill(WorkerEnd.Exited);
        }

        await Task.WhenAny(asked).ConfigureAwait(false);
    }

    private async Task<Frame> ExchangeAsync(Frame request, List<JsonElement[]>? rows)
    {
        await frames.WriteAsync(request, CancellationToken.None).ConfigureAwait(false);
        while (true)
        {
            var frame = await frames.ReadAsync(CancellationToken.None).ConfigureAwait(false)
                ?? throw new WorkerProtocolException("the SQL worker closed the connection");
            if (frame.Id != request.Id)
                throw new WorkerProtocolException($"the SQL worker answered request {frame.Id} instead of {request.Id}");
            if (frame.Kind != FrameKind.Rows)
                return frame;
            if (rows is null)
                throw new WorkerProtocolException("the SQL worker sent rows that were not asked for");
            AddRows(frame, rows);
        }
    }

    private static void AddRows(Frame frame, List<JsonElement[]> rows)
    {
        try
        {
            // Not disposed: the rows keep reading from it.
            foreach (var row in JsonDocument.Parse(frame.Json).RootElement.EnumerateArray())
                rows.Add([.. row.EnumerateArray()]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new WorkerProtocolException("the SQL worker sent rows that are none", e);
        }
    }

    private async Task<SqlWorkerGoneException> GoneAsync(SqlLimits limits, Exception cause)
    {
        var end = await process.EndedAsync().ConfigureAwait(false);
        var message = process.LastWords ?? end switch
        {
            WorkerEnd.Deadline => $"the SQL ran longer than its deadline of {limits.Deadline.TotalSeconds:0.###} s",
            WorkerEnd.Memory => $"the SQL needed more than its {limits.MemoryBytes >> 20} MiB of memory",
            WorkerEnd.ScratchFull => $"the SQL needed more than its {limits.ScratchBytes >> 20} MiB of scratch space",
            _ => "the SQL worker ended before it answered",
        };
        return new SqlWorkerGoneException(end, message, cause);
    }
}
