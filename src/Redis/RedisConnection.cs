using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Redis.Resp;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis;

/// <summary>
/// One connection, on which one call runs at a time. A call that is cancelled, times out or meets what is no RESP leaves answers behind that nobody waits for:
/// it breaks the connection, and the caller makes a new one. Errors that the server answers with break nothing.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private const int ReadBuffer = 256 << 10;
    private const int LeastRead = 32 << 10;

    private readonly Stream stream;
    private readonly PipeReader reader;
    private readonly PipeWriter writer;
    private readonly RedisOptions options;
    private readonly Deadline deadline;
    private readonly ReplyReader replies;
    private readonly StreamsReply streams;
    private Task writing = Task.CompletedTask;
    private int calls;

    private RedisConnection(Stream stream, RedisAddress address, RedisOptions options, TimeProvider time)
    {
        this.stream = stream;
        this.options = options;
        Address = address;
        reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBuffer, minimumReadSize: LeastRead, leaveOpen: true));
        writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 16 << 10, leaveOpen: true));
        deadline = new Deadline(time);
        replies = new ReplyReader(options.MaxReplyBytes);
        streams = new StreamsReply(new EntryScanner(options.MaxEntryBytes), replies);
    }

    public RedisAddress Address { get; }

    /// <summary>3, or 2 where the server has no RESP3.</summary>
    public int Protocol { get; private set; } = 2;

    /// <summary>As the server calls it, such as <c>7.0.15</c>; null where it was not said (RESP2).</summary>
    public string? ServerVersion { get; private set; }

    /// <summary>True once the connection is of no further use.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Connects and shakes hands: protocol, credentials, name, database.</summary>
    /// <exception cref="RedisConnectionException">There is no way to the server, TLS was refused, or it took too long.</exception>
    /// <exception cref="RedisErrorException">The server refused: WRONGPASS, NOAUTH (credentials are asked for and there are none), NOPERM, an unknown database.</exception>
    /// <exception cref="RedisProtocolException">It is no Redis server.</exception>
    public static async Task<RedisConnection> ConnectAsync(
        RedisAddress address, RedisCredentials? credentials, RedisOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        RedisConnection? connection = null;
        try
        {
            connection = Over(await Dial.OpenAsync(address, options, either.Token).ConfigureAwait(false), address, options, time);
            (connection.Protocol, connection.ServerVersion) = await Handshake.RunAsync(connection, credentials, options.ClientName, either.Token).ConfigureAwait(false);
            var connected = connection;
            connection = null;
            return connected;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisConnectionException(
                RedisConnectionFault.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"{address}: no connection within {options.ConnectTimeout.TotalSeconds} s{(address.Tls ? "; does the server speak TLS there?" : "")}"));
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Over an open stream, which it owns, without a handshake.</summary>
    internal static RedisConnection Over(Stream stream, RedisAddress address, RedisOptions options, TimeProvider time) => new(stream, address, options, time);

    /// <summary>Sends a command and reads its answer.</summary>
    /// <exception cref="RedisErrorException">The answer is an error.</exception>
    /// <exception cref="RedisException">See the class.</exception>
    public async Task<RedisReply> CallAsync(RedisCommand command, CancellationToken cancellationToken) =>
        (await SendAsync([command], cancellationToken).ConfigureAwait(false))[0].ThrowIfError();

    /// <summary>
    /// Sends commands together, without waiting for one answer before the next command, and reads their answers in the same order. An error is the answer of its
    /// command and is not thrown (<see cref="RedisReply.Error"/>): the others were carried out. Commands that subscribe or block have no place here.
    /// </summary>
    /// <exception cref="RedisException">See the class.</exception>
    public Task<IReadOnlyList<RedisReply>> SendAsync(IReadOnlyList<RedisCommand> commands, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commands);
        return RunAsync<IReadOnlyList<RedisReply>>(
            async () =>
            {
                foreach (var command in commands)
                    Write(command);

                // Answers are read while commands are still being written: both sides' buffers are bounded.
                writing = writer.FlushAsync(deadline.Token).AsTask();
                var answers = new List<RedisReply>(commands.Count);
                while (answers.Count < commands.Count)
                    answers.Add(await ReadReplyAsync().ConfigureAwait(false));
                await writing.ConfigureAwait(false);
                return answers;
            },
            TimeSpan.Zero,
            cancellationToken);
    }

    /// <summary>Reads new entries of streams and hands them to the visitor as they arrive; how many there were, 0 when there were none in time.</summary>
    /// <exception cref="RedisErrorException">WRONGTYPE, NOGROUP, ….</exception>
    /// <exception cref="RedisException">See the class. Entries may have been handed over before.</exception>
    public Task<int> ReadStreamsAsync(XReadRequest request, IStreamEntries visitor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ReadEntriesAsync(
            StreamCommands.XRead(request), [.. request.Streams.Select(static stream => Encoding.UTF8.GetBytes(stream.Key))], visitor,
            request.Block ?? TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Reads entries from one id to another, both included, and hands them to the visitor as stream 0; how many there were.</summary>
    /// <inheritdoc cref="ReadStreamsAsync"/>
    public Task<int> ReadRangeAsync(string key, StreamId from, StreamId to, int count, IStreamEntries visitor, CancellationToken cancellationToken) =>
        ReadEntriesAsync(StreamCommands.XRange(key, from, to, count), null, visitor, TimeSpan.Zero, cancellationToken);

    /// <summary>Ends a call that is running, as if the peer had closed.</summary>
    public async ValueTask DisposeAsync()
    {
        IsBroken = true;
        await stream.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref calls, 1) == 0)
            await EndAsync().ConfigureAwait(false);
    }

    private Task<int> ReadEntriesAsync(RedisCommand command, byte[][]? keys, IStreamEntries visitor, TimeSpan block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return RunAsync(
            async () =>
            {
                Write(command);
                await writer.FlushAsync(deadline.Token).ConfigureAwait(false);
                streams.Begin(keys, visitor);
                var needed = 1L;
                while (true)
                {
                    var read = await ReadAsync(needed).ConfigureAwait(false);
                    var isDone = streams.TryRead(read.Buffer, out var consumed);
                    reader.AdvanceTo(consumed, isDone ? consumed : read.Buffer.End);
                    if (isDone)
                        return streams.Error is null ? streams.Count : throw streams.Error;
                    needed = streams.Needed;
                }
            },
            block,
            cancellationToken);
    }

    private async Task<RedisReply> ReadReplyAsync()
    {
        var needed = 1L;
        while (true)
        {
            var read = await ReadAsync(needed).ConfigureAwait(false);
            var isDone = TryReply(read.Buffer, out var consumed, out var reply);
            reader.AdvanceTo(consumed, isDone ? consumed : read.Buffer.End);
            if (isDone && !replies.IsAside)
                return reply;
            needed = isDone ? 1 : replies.Needed;
        }
    }

    private bool TryReply(in ReadOnlySequence<byte> bytes, out SequencePosition consumed, out RedisReply reply)
    {
        var cursor = new RespCursor(bytes);
        var isDone = replies.TryRead(ref cursor, out reply);
        consumed = cursor.Position;
        return isDone;
    }

    /// <summary>At least as many bytes as are needed from the consumed ones on.</summary>
    private async ValueTask<ReadResult> ReadAsync(long needed)
    {
        var read = await reader.ReadAtLeastAsync((int)Math.Min(needed, int.MaxValue), deadline.Token).ConfigureAwait(false);
        deadline.Moved(options.CommandTimeout);
        return !read.IsCompleted || read.Buffer.Length >= needed
            ? read
            : throw new RedisConnectionException(RedisConnectionFault.Closed, $"{Address}: the server closed the connection");
    }

    private void Write(RedisCommand command)
    {
        Span<byte> count = stackalloc byte[16];
        count[0] = (byte)'*';
        Utf8Formatter.TryFormat(command.Count, count[1..], out var digits);
        "\r\n"u8.CopyTo(count[(1 + digits)..]);
        writer.Write(count[..(digits + 3)]);
        writer.Write(command.Arguments);
    }

    /// <summary>The frame of every call: one at a time, bounded in time, and whatever ends it half-way breaks the connection.</summary>
    /// <param name="own">Time that the command itself takes.</param>
    private async Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan own, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsBroken)
            throw new RedisConnectionException(RedisConnectionFault.Closed, $"{Address}: the connection was closed before");
        if (Interlocked.Exchange(ref calls, 1) != 0)
            throw new InvalidOperationException("another call is running on this connection");
        var isIntact = false;
        deadline.Begin(options.CommandTimeout + own, cancellationToken);
        try
        {
            var answer = await call().ConfigureAwait(false);
            isIntact = true;
            return answer;
        }
        catch (RedisErrorException)
        {
            isIntact = true;
            throw;
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RedisConnectionException(RedisConnectionFault.TimedOut, $"{Address}: the server did not answer in time");
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new RedisConnectionException(RedisConnectionFault.Closed, $"{Address}: the connection broke: {e.Message}", e);
        }
        finally
        {
            if (!isIntact)
                await BreakAsync().ConfigureAwait(false);
            deadline.End();
            if (IsBroken)
                await EndAsync().ConfigureAwait(false);
            else
                Volatile.Write(ref calls, 0);
        }
    }

    /// <summary>Answers may still come that belong to nobody.</summary>
    private async ValueTask BreakAsync()
    {
        IsBroken = true;
        await stream.DisposeAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Once no call is running and none will.</summary>
    private async ValueTask EndAsync()
    {
        deadline.Dispose();
        await reader.CompleteAsync().ConfigureAwait(false);
        await writer.CompleteAsync(new ObjectDisposedException(nameof(RedisConnection))).ConfigureAwait(false);
    }
}
