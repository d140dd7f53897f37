using System.Net.Sockets;
using System.Text.Json;
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
            var hello = new RequestFrame(0, Hello: new Hello(WorkerProtocol.Current, WorkerProtocol.Oldest));
            var answer = await client.AskAsync(hello, options.Bind, output: null, rows: null, cancellationToken).ConfigureAwait(false);
            if (answer.Hello is null || WorkerProtocol.Agree(answer.Hello) is null)
                throw new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker speaks another version of the protocol");
            client.Engine = answer.Hello.Engine;
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(new RequestFrame(++lastId, Parse: new ParseRequest(sql, options.Bind)), options.Bind, null, null, cancellationToken)
            .ConfigureAwait(false);
        return answer.Parse ?? throw Unexpected();
    }

    public async Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken)
    {
        var request = new BindRequest(sql, [.. tables.Select(static t => t with { Files = [] })], options.Bind);
        var answer = await AskAsync(new RequestFrame(++lastId, Bind: request), options.Bind, null, null, cancellationToken).ConfigureAwait(false);
        return answer.Bind ?? throw Unexpected();
    }

    public async Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken)
    {
        var request = new BindExpressionRequest(expression, aggregate, table with { Files = [] }, options.Bind);
        var answer = await AskAsync(new RequestFrame(++lastId, BindExpression: request), options.Bind, null, null, cancellationToken).ConfigureAwait(false);
        return answer.Bind ?? throw Unexpected();
    }

    public async Task<RunResult> RunAsync(
        string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken)
    {
        var request = new RequestFrame(++lastId, Run: new RunRequest(sql, tables, output, limits));
        var answer = await AskAsync(request, limits, output.Directory, null, cancellationToken).ConfigureAwait(false);
        return answer.Run ?? throw Unexpected();
    }

    public async Task<RowsResult> QueryAsync(
        string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement[]>();
        var request = new RequestFrame(++lastId, Query: new QueryRequest(sql, tables, limits, maxRows));
        var answer = await AskAsync(request, limits, null, rows, cancellationToken).ConfigureAwait(false);
        var end = answer.RowsEnd ?? throw Unexpected();
        return new RowsResult(end.Columns, end.Error is null ? rows : [], end.Truncated, end.Error);
    }

    public async ValueTask DisposeAsync()
    {
        IsBroken = true;
        await frames.DisposeAsync().ConfigureAwait(false);
        await process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<ResponseFrame> AskAsync(
        RequestFrame request, SqlLimits limits, string? output, List<JsonElement[]>? rows, CancellationToken cancellationToken)
    {
        if (IsBroken)
            throw new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker has ended");
        cancellationToken.ThrowIfCancellationRequested();
        using var watch = process.Watch(limits, output);
        using var deadline = time.CreateTimer(static p => ((IWorkerProcess)p!).Kill(WorkerEnd.Deadline), process, limits.Deadline, Timeout.InfiniteTimeSpan);
        var asked = ExchangeAsync(request, rows);
        try
        {
            if (cancellationToken.CanBeCanceled)
                await AwaitOrCancelAsync(asked, request.Id, cancellationToken).ConfigureAwait(false);
            var answer = await asked.ConfigureAwait(false);
            if (answer.Failed is { } failed)
                throw Broken(new SqlWorkerGoneException(failed.End, failed.Message));
            if (answer.Cancelled)
                throw new OperationCanceledException(cancellationToken);
            return answer;
        }
        catch (Exception e) when (e is WorkerProtocolException or IOException or SocketException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            process.Kill(WorkerEnd.Exited);
            throw Broken(await GoneAsync(limits, e).ConfigureAwait(false));
        }
        finally
        {
            IsBroken |= !asked.IsCompletedSuccessfully;
        }
    }

    /// <summary>Returns when the answer is there; a cancelled request is interrupted, and its worker killed when that does not help.</summary>
    private async Task AwaitOrCancelAsync(Task<ResponseFrame> asked, long id, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(static c => ((TaskCompletionSource)c!).TrySetResult(), cancelled).ConfigureAwait(false);
        if (await Task.WhenAny(asked, cancelled.Task).ConfigureAwait(false) == asked)
            return;
        using var grace = new CancellationTokenSource(options.CancelGrace, time);
        await using var kill = grace.Token.Register(() => process.Kill(WorkerEnd.Exited)).ConfigureAwait(false);
        try
        {
            await frames.WriteAsync(new RequestFrame(id, Cancel: true), FrameJson.Default.RequestFrame, grace.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            process.Kill(WorkerEnd.Exited);
        }

        await Task.WhenAny(asked).ConfigureAwait(false);
    }

    private async Task<ResponseFrame> ExchangeAsync(RequestFrame request, List<JsonElement[]>? rows)
    {
        await frames.WriteAsync(request, FrameJson.Default.RequestFrame, CancellationToken.None).ConfigureAwait(false);
        while (true)
        {
            var frame = await frames.ReadAsync(FrameJson.Default.ResponseFrame, CancellationToken.None).ConfigureAwait(false)
                ?? throw new WorkerProtocolException("the SQL worker closed the connection");
            if (frame.Id != request.Id)
                throw new WorkerProtocolException($"the SQL worker answered request {frame.Id} instead of {request.Id}");
            if (frame.Rows is not { } batch)
                return frame;
            if (rows is null || batch.ValueKind != JsonValueKind.Array)
                throw new WorkerProtocolException("the SQL worker sent rows that were not asked for");
            foreach (var row in batch.EnumerateArray())
                rows.Add([.. row.EnumerateArray()]);
        }
    }

    private async Task<SqlWorkerGoneException> GoneAsync(SqlLimits limits, Exception cause)
    {
        var end = await process.EndedAsync().ConfigureAwait(false);
        var message = end switch
        {
            WorkerEnd.Deadline => $"the SQL ran longer than its deadline of {limits.Deadline.TotalSeconds:0.###} s",
            WorkerEnd.Memory => $"the SQL needed more than its {limits.MemoryBytes >> 20} MiB of memory",
            WorkerEnd.ScratchFull => $"the SQL needed more than its {limits.ScratchBytes >> 20} MiB of scratch space",
            _ => "the SQL worker ended before it answered",
        };
        return new SqlWorkerGoneException(end, message, cause);
    }

    private SqlWorkerGoneException Unexpected()
    {
        process.Kill(WorkerEnd.Exited);
        return Broken(new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker gave an answer of another kind"));
    }

    private SqlWorkerGoneException Broken(SqlWorkerGoneException e)
    {
        IsBroken = true;
        return e;
    }
}
