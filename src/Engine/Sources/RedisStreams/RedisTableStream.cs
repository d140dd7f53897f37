using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>
/// One stream and the table that it becomes: filled by the session's loop, emptied commit by commit by the table's run. At most two commits are held, the one
/// that is staged and the next.
/// </summary>
internal sealed class RedisTableStream : ISourceStream, IStreamEntries
{
    private readonly Lock gate = new();
    private readonly RedisSession session;
    private readonly StreamOpening opening;
    private readonly EntryFormat format;
    private readonly TimeProvider time;
    private readonly Queue<EntrySegment> segments = new();
    private EntrySegment? filling;
    private BatchBounds? bounds;
    private TaskCompletionSource changed = NewSignal();
    private RedisPosition read;
    private RedisPosition completed;
    private StreamInfo? info;
    private TimeSpan clockAhead;
    private StreamId? end;
    private Exception? failure;
    private bool isDone;
    private bool isUncommitted;
    private bool refused;

    /// <param name="start">Where reading goes on, and whether that has to be committed before anything else: it hangs on the moment.</param>
    public RedisTableStream(RedisSession session, StreamOpening opening, RedisFormatSpec format, StreamStart start, TimeProvider time)
    {
        this.session = session;
        this.opening = opening;
        this.time = time;
        this.format = EntryFormat.Of(format, opening.Table.Columns);
        Key = opening.Table.From!;
        Name = $"redisstreams/{session.SourceId}/{Key}";
        read = completed = start.Position;
        PendingGroup = start.PendingGroup;
        isUncommitted = start.IsUncommitted;
        Observe(start.Info, TimeSpan.Zero);
        end = opening.Drain ? start.Info?.LastEntryId ?? StreamId.Min : null;
        isDone = IsAtEnd();
    }

    public string Key { get; }

    public string Name { get; }

    /// <summary>Whose pending entries come first.</summary>
    public string? PendingGroup { get; }

    /// <summary>Whether it ends.</summary>
    public bool Drains => end is not null;

    /// <summary>After the last entry in hand.</summary>
    public RedisPosition Read
    {
        get
        {
            lock (gate)
                return read;
        }
    }

    /// <summary>Whether entries are wanted, as far as this stream is concerned.</summary>
    public bool HasRoom
    {
        get
        {
            lock (gate)
                return bounds is not null && !isDone && failure is null && !isUncommitted && (segments.Count < 2 || !IsFull(filling));
        }
    }

    /// <summary>Entries still to come are counted in the reply that is being read.</summary>
    public int Taken { get; set; }

    public async ValueTask<SourceBatch?> NextAsync(BatchBounds newBounds, CancellationToken stop)
    {
        lock (gate)
            bounds = newBounds;
        session.Wake();
        while (true)
        {
            Task change;
            TimeSpan? left = null;
            lock (gate)
            {
                if (isUncommitted)
                {
                    isUncommitted = false;
                    return new RedisBatch(this, new EntrySegment(time.GetTimestamp(), read));
                }

                if (segments.TryPeek(out var first))
                {
                    left = newBounds.MaxInterval - time.GetElapsedTime(first.Began);
                    if (IsFull(first) || first.IsClosed || isDone || failure is not null || stop.IsCancellationRequested || left <= TimeSpan.Zero)
                        return Take();
                }
                else if (failure is not null)
                {
                    throw failure;
                }
                else if (isDone || stop.IsCancellationRequested)
                {
                    return null;
                }

                change = changed.Task;
            }

            await WaitAsync(change, left, stop);
        }
    }

    public ValueTask AcknowledgeAsync(BatchEnd committed, CancellationToken cancellationToken)
    {
        RedisPosition at;
        lock (gate)
            at = completed;
        session.MoveGroup(this, at);
        return ValueTask.CompletedTask;
    }

    public SourceLag Lag()
    {
        lock (gate)
        {
            // What was read since the last look at the stream is known as well.
            var last = info is { LastGeneratedId: var generated } && generated > read.Id ? generated : read.Id;
            if (last <= completed.Id && completed.Pending is null)
                return SourceLag.None;
            var added = Math.Max(info?.EntriesAdded ?? 0, read.EntriesRead ?? 0);
            var oldest = segments.TryPeek(out var first) && first.FirstMs > 0 ? first.FirstMs : last.Ms;
            var now = time.GetUtcNow() + clockAhead;
            var age = oldest < (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? now - DateTimeOffset.FromUnixTimeMilliseconds((long)oldest) : (TimeSpan?)null;
            return new SourceLag(completed.EntriesRead is { } entries ? Math.Max(0, added - entries) : null, age is { } positive && positive < TimeSpan.Zero ? TimeSpan.Zero : age);
        }
    }

    public ValueTask DisposeAsync()
    {
        session.Remove(this);
        lock (gate)
        {
            while (segments.TryDequeue(out var segment))
                session.Release(segment);
            filling = null;
            failure ??= new ObjectDisposedException(Name);
            format.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>On the loop.</summary>
    public void OnEntry(in StreamEntry entry)
    {
        lock (gate)
        {
            // What follows an entry that was not taken is not taken either: a commit has no gaps.
            refused = refused || failure is not null || isDone || (segments.Count >= 2 && IsFull(filling)) || !session.HasRoom;
            if (refused)
                return;
            if (read.Pending is null && end is { } last && entry.Id > last)
            {
                refused = isDone = true;
                Signal();
                return;
            }

            Add(entry);
            Taken++;
            isDone = IsAtEnd();
            if (IsFull(filling) || isDone)
                Signal();
        }
    }

    /// <summary>Before a reply of entries.</summary>
    public void BeginReply()
    {
        lock (gate)
            (refused, Taken) = (false, 0);
    }

    /// <summary>After a reply to a request that did not wait. With none taken and none refused there is nothing more.</summary>
    public void EndReply()
    {
        lock (gate)
        {
            if (Taken > 0 && segments.TryPeek(out var first) && ReferenceEquals(first, filling))
                Signal();
            if (end is not null && Taken == 0 && !refused && read.Pending is null && !isDone)
            {
                isDone = true;
                Signal();
            }
        }
    }

    /// <summary>All pending entries of the group that is taken over are in hand.</summary>
    public void EndPending()
    {
        lock (gate)
        {
            read = read with { Pending = null };
            if (filling is not null)
                filling.End = read;
            isDone = IsAtEnd();
            Signal();
        }
    }

    /// <summary>A pending entry that is no longer in the stream.</summary>
    public void SkipPending(StreamId id)
    {
        lock (gate)
            read = read with { Pending = id, Lost = read.Lost + 1 };
        opening.Notice(RedisFailures.Lost(Key, 1, id));
    }

    /// <summary>Holds what the server says against what was read; on the loop, between replies.</summary>
    /// <exception cref="DiagnosticException"><see cref="SourceCodes.SourceRegressed"/>.</exception>
    public void Observe(StreamInfo? now, TimeSpan serverAhead)
    {
        Diagnostic? loss = null;
        lock (gate)
        {
            (info, clockAhead) = (now, serverAhead);
            var checkedRead = StreamChecks.Verify(Key, read, now, out var lost);
            if (lost > 0)
                loss = RedisFailures.Lost(Key, lost, read.Id);
            read = checkedRead;
        }

        if (loss is not null)
            opening.Notice(loss);
    }

    public void Notice(Diagnostic diagnostic) => opening.Notice(diagnostic);

    public void Fail(Exception why)
    {
        lock (gate)
        {
            failure ??= why;
            Signal();
        }
    }

    /// <summary>Bytes of the first commit, where it can be closed before its time.</summary>
    public long ClosableBytes
    {
        get
        {
            lock (gate)
                return segments.TryPeek(out var first) && !first.IsClosed ? first.Bytes : 0;
        }
    }

    /// <summary>Memory is short: what is in hand becomes a commit now.</summary>
    public void Close()
    {
        lock (gate)
        {
            foreach (var segment in segments)
                segment.IsClosed = true;
            filling = null;
            Signal();
        }
    }

    public void Completed(RedisPosition at)
    {
        lock (gate)
            completed = at;
    }

    public void Release(EntrySegment segment) => session.Release(segment);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(in StreamEntry entry)
    {
        if (filling is null || IsFull(filling) || filling.IsClosed)
        {
            filling = new EntrySegment(time.GetTimestamp(), read) { FirstMs = entry.Id.Ms };
            segments.Enqueue(filling);
        }

        var chunk = filling.Chunk(session.Chunks);
        var before = chunk.Bytes;
        format.Add(entry, chunk);
        read = read.After(entry.Id);
        filling.End = read;
        filling.Rows++;
        var bytes = chunk.Bytes - before + EntryOverhead;
        filling.Bytes += bytes;
        session.Hold(bytes);
    }

    /// <summary>Position, ends of payload and position.</summary>
    private const int EntryOverhead = 24;

    private bool IsFull(EntrySegment? segment) =>
        segment is not null && (segment.IsClosed || (bounds is { } most && (segment.Rows >= most.MaxRows || segment.Bytes >= most.MaxBytes)));

    private bool IsAtEnd() => end is { } last && read.Pending is null && read.Id >= last;

    private RedisBatch Take()
    {
        var segment = segments.Dequeue();
        if (ReferenceEquals(segment, filling))
            filling = null;
        session.Wake();
        return new RedisBatch(this, segment);
    }

    /// <summary>Within the lock.</summary>
    private void Signal()
    {
        changed.TrySetResult();
        changed = NewSignal();
    }

    private async Task WaitAsync(Task change, TimeSpan? left, CancellationToken stop)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var wait = left is { } most && most > TimeSpan.Zero ? most : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(change, Task.Delay(wait, time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
    }
}
