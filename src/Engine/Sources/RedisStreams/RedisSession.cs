using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>
/// One connection for all streams of a source, and the loop that owns it: asks for what has room, hands entries over, moves groups, watches the streams, and
/// connects again where it broke. Entries that have no room are not asked for, so that what is held stays within the bound.
/// </summary>
internal sealed class RedisSession : IAsyncDisposable
{
    /// <summary>Bytes of entries in hand, over all streams, at which no more are asked for and what is in hand is committed.</summary>
    private const long MostHeld = 40L << 20;

    private const long BytesOfReply = 4 << 20;
    private const int MostEntries = 4096;
    private const int Attempts = 6;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CloseInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    private readonly Func<CancellationToken, Task<RedisConnection>> connect;
    private readonly TimeProvider time;
    private readonly MemoryPressure pressure = new();
    private readonly CancellationTokenSource closing = new();
    private readonly RedisQuestions questions;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Lock gate = new();
    private readonly List<RedisTableStream> streams = [];
    private readonly Dictionary<RedisTableStream, RedisPosition> groups = [];
    private readonly HashSet<string> unmoved = new(StringComparer.Ordinal);
    private readonly string group;
    private RedisConnection? connection;
    private Task? loop;
    private long held;
    private long watched;
    private long entryBytes = 256;
    private long closedAt;
    private int failures;
    private volatile bool isClosing;

    /// <param name="connect">Reads the secrets anew for every connection, so that rotated ones are taken up.</param>
    /// <param name="sourceId">Of <c>_source</c>.</param>
    /// <param name="group">Moved after commits.</param>
    public RedisSession(RedisAddress address, Func<CancellationToken, Task<RedisConnection>> connect, string sourceId, string group, TimeProvider time)
    {
        Address = address;
        questions = new RedisQuestions(address);
        this.connect = connect;
        SourceId = sourceId;
        this.group = group;
        this.time = time;
    }

    public RedisAddress Address { get; }

    public string SourceId { get; }

    public ChunkPool Chunks { get; } = new();

    public bool HasRoom => Volatile.Read(ref held) < MostHeld;

    /// <summary>Runs on the loop, with the connection.</summary>
    /// <exception cref="DiagnosticException">There is no connection.</exception>
    public async Task<T> AskAsync<T>(string key, Func<RedisConnection, CancellationToken, Task<T>> question, CancellationToken cancellationToken)
    {
        var answer = questions.Add(key, question, cancellationToken);
        lock (gate)
            loop ??= Task.Run(RunAsync, CancellationToken.None);
        Wake();
        return await answer.WaitAsync(cancellationToken);
    }

    public void Add(RedisTableStream stream)
    {
        lock (gate)
            streams.Add(stream);
        Wake();
    }

    public void Remove(RedisTableStream stream)
    {
        lock (gate)
            streams.Remove(stream);
    }

    public void Hold(long bytes) => Interlocked.Add(ref held, bytes);

    public void Release(EntrySegment segment)
    {
        Interlocked.Add(ref held, -segment.Bytes);
        Chunks.Return(segment.Chunks);
        Wake();
    }

    public void MoveGroup(RedisTableStream stream, RedisPosition committed)
    {
        lock (gate)
            groups[stream] = committed;
        Wake();
    }

    public void Wake()
    {
        if (wake.CurrentCount == 0)
            wake.Release();
    }

    /// <summary>Tells the server of the last commits, where it can still be reached.</summary>
    public async ValueTask DisposeAsync()
    {
        // A read that is broken off takes the connection with it, so the loop is given the time that one takes.
        isClosing = true;
        Wake();
        if (loop is not null)
        {
            await Task.WhenAny(loop, Task.Delay(LongestStep, time));
            await closing.CancelAsync();
            await loop;
        }

        if (connection is { IsBroken: false } open)
        {
            try
            {
                await MoveGroupsAsync(open, CancellationToken.None);
            }
            catch (RedisException)
            {
                // It only informs; the next run moves it on.
            }
        }

        await DisconnectAsync();
        closing.Dispose();
        wake.Dispose();
    }

    private async Task RunAsync()
    {
        while (!isClosing)
        {
            try
            {
                if (connection is null && questions.AreAnswered && Current().Count == 0)
                    await wake.WaitAsync(closing.Token);
                else
                    await StepAsync(await ConnectedAsync(), closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // The boundary of the loop: whatever it is, the streams' runs hear of it.
                await FailedAsync(e);
            }
        }

        questions.Fail(new DiagnosticException(SourceCodes.SourceUnreachable, "the source was closed"));
    }

    private async Task<RedisConnection> ConnectedAsync()
    {
        if (connection is { IsBroken: false } open)
            return open;
        await DisconnectAsync();
        connection = await connect(closing.Token);
        watched = 0;
        return connection;
    }

    private async Task DisconnectAsync()
    {
        if (connection is not null)
            await connection.DisposeAsync();
        connection = null;
    }

    private async Task StepAsync(RedisConnection open, CancellationToken cancellationToken)
    {
        await questions.AnswerAsync(open);
        await MoveGroupsAsync(open, cancellationToken);
        if (watched == 0 || time.GetElapsedTime(watched) >= WatchInterval)
            await WatchAsync(open, cancellationToken);
        CloseWhereTight();
        var wanted = Current().Where(static stream => stream.HasRoom).ToList();
        if (!HasRoom || wanted.Count == 0)
        {
            await wake.WaitAsync(Block, cancellationToken);
            return;
        }

        if (wanted.Find(static stream => stream.Read.Pending is not null) is { } taking)
            await ReadPendingAsync(open, taking, cancellationToken);
        else
            await ReadAsync(open, wanted, cancellationToken);
        failures = 0;
    }

    private async Task ReadAsync(RedisConnection open, List<RedisTableStream> wanted, CancellationToken cancellationToken)
    {
        var count = (int)Math.Clamp(BytesOfReply / (Math.Max(1, entryBytes) * wanted.Count), 1, MostEntries);
        var drains = wanted.Exists(static stream => stream.Drains);
        foreach (var stream in wanted)
            stream.BeginReply();
        var before = Volatile.Read(ref held);
        try
        {
            var request = new XReadRequest([.. wanted.Select(static stream => new StreamPosition(stream.Key, stream.Read.Id))], count, drains ? null : Block);
            await open.ReadStreamsAsync(request, new Dispatch(wanted), cancellationToken);
        }
        catch (RedisErrorException e) when (!e.IsTransient)
        {
            await BlameAsync(open, wanted, cancellationToken);
            return;
        }

        var taken = wanted.Sum(static stream => stream.Taken);
        if (taken > 0)
            entryBytes = Math.Max(64, (entryBytes + ((Volatile.Read(ref held) - before) / taken)) / 2);
        foreach (var stream in wanted)
            stream.EndReply();
    }

    /// <summary>An error over several streams does not say which it is about.</summary>
    private async Task BlameAsync(RedisConnection open, List<RedisTableStream> asked, CancellationToken cancellationToken)
    {
        foreach (var stream in asked)
        {
            try
            {
                await open.ReadStreamsAsync(new XReadRequest([new StreamPosition(stream.Key, StreamId.Max)], 1), new Dispatch([stream]), cancellationToken);
            }
            catch (RedisErrorException e) when (!e.IsTransient)
            {
                stream.Fail(RedisFailures.Of(e, Address, stream.Key));
                Remove(stream);
            }
        }
    }

    private async Task ReadPendingAsync(RedisConnection open, RedisTableStream stream, CancellationToken cancellationToken)
    {
        try
        {
            var pending = await StreamStart.PendingAfterAsync(open, stream.Key, stream.PendingGroup!, stream.Read.Pending!.Value, cancellationToken);
            foreach (var id in pending)
            {
                stream.BeginReply();
                if (await open.ReadRangeAsync(stream.Key, id, id, 1, stream, cancellationToken) == 0)
                    stream.SkipPending(id);
                else if (stream.Taken == 0)
                    return;
            }

            if (pending.Count == 0)
                stream.EndPending();
        }
        catch (RedisErrorException e) when (!e.IsTransient)
        {
            stream.Fail(RedisFailures.Of(e, Address, stream.Key));
            Remove(stream);
        }
    }

    private async Task WatchAsync(RedisConnection open, CancellationToken cancellationToken)
    {
        watched = time.GetTimestamp();
        var clock = await open.CallAsync(new RedisCommand("TIME"), cancellationToken);
        var ahead = DateTimeOffset.FromUnixTimeSeconds(clock.Items[0].AsInteger()) - time.GetUtcNow();
        foreach (var stream in Current())
        {
            try
            {
                stream.Observe(await open.StreamInfoAsync(stream.Key, cancellationToken), ahead);
            }
            catch (DiagnosticException e)
            {
                stream.Fail(e);
                Remove(stream);
            }
            catch (RedisErrorException e) when (!e.IsTransient)
            {
                stream.Fail(RedisFailures.Of(e, Address, stream.Key));
                Remove(stream);
            }
        }
    }

    private async Task MoveGroupsAsync(RedisConnection open, CancellationToken cancellationToken)
    {
        List<KeyValuePair<RedisTableStream, RedisPosition>> due;
        lock (gate)
        {
            due = [.. groups];
            groups.Clear();
        }

        foreach (var (stream, at) in due)
        {
            try
            {
                try
                {
                    await open.MoveGroupAsync(stream.Key, group, at.Id, at.EntriesRead, cancellationToken);
                }
                catch (RedisErrorException e) when (e.Code == "NOGROUP")
                {
                    await open.CreateGroupAsync(stream.Key, group, at.Id, at.EntriesRead, makeStream: false, cancellationToken);
                }
            }
            catch (RedisErrorException e)
            {
                // The commit is what counts; XINFO GROUPS then shows an older one.
                if (unmoved.Add(stream.Key))
                    stream.Notice(RedisFailures.Of(e, Address, stream.Key).Diagnostic with { Severity = DiagnosticSeverity.Warning });
            }
        }
    }

    /// <summary>Where memory is short, or all that may be held is held by commits that wait for more, the largest of them goes now.</summary>
    private void CloseWhereTight()
    {
        var now = Current();
        if (pressure.IsHigh(time))
        {
            // Where it stays short for another reason, commits of a few rows would not help.
            if (closedAt != 0 && time.GetElapsedTime(closedAt) < CloseInterval)
                return;
            closedAt = time.GetTimestamp();
            foreach (var stream in now)
                stream.Close();
        }
        else if (!HasRoom && now.MaxBy(static stream => stream.ClosableBytes) is { ClosableBytes: > 0 } largest)
        {
            largest.Close();
        }
    }

    private async Task FailedAsync(Exception e)
    {
        var wasConnected = connection is not null;
        await DisconnectAsync();

        // Where nobody listens, whoever started the run wants to hear of it; what was there a moment ago is given some time.
        var wasThere = wasConnected || failures > 0 || e is RedisErrorException or RedisConnectionException { Fault: RedisConnectionFault.Closed };
        var retries = wasThere && e is RedisException { IsTransient: true };
        failures++;
        if (retries && failures < Attempts)
        {
            await Task.Delay(FirstBackoff * (1 << failures), time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        failures = 0;
        var why = e is RedisException redis ? RedisFailures.Of(redis, Address) : e;
        questions.Fail(why);
        foreach (var stream in Current())
        {
            stream.Fail(why);
            Remove(stream);
        }
    }

    private List<RedisTableStream> Current()
    {
        lock (gate)
            return [.. streams];
    }

    /// <summary>Entries to their streams.</summary>
    private sealed class Dispatch(List<RedisTableStream> to) : IStreamEntries
    {
        public void OnEntry(in StreamEntry entry) => to[entry.Stream].OnEntry(entry);
    }
}
