namespace LakehouseOperator.Kubernetes.Queueing;

/// <summary>Keys that go into a queue after a while; of several times for one key the earliest counts.</summary>
public sealed class DelayedKeys<TKey> : IDisposable
    where TKey : notnull
{
    /// <summary>A timer waits no longer than this at a time; what is due later is looked at again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly WorkQueue<TKey> queue;
    private readonly TimeProvider time;
    private readonly ITimer timer;

    /// <summary>When each waiting key is due.</summary>
    private readonly Dictionary<TKey, long> due = [];

    /// <summary>The same by time; an entry whose time is not the one in <see cref="due"/> is a leftover.</summary>
    private readonly PriorityQueue<TKey, long> order = new();

    private bool disposed;

    public DelayedKeys(WorkQueue<TKey> queue, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        this.queue = queue;
        this.time = time;
        timer = time.CreateTimer(static state => ((DelayedKeys<TKey>)state!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that wait for their time.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return due.Count;
        }
    }

    public void Add(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            queue.Add(key);
            return;
        }

        lock (gate)
        {
            var at = time.GetTimestamp() + (long)Math.Ceiling(delay.TotalSeconds * time.TimestampFrequency);
            if (disposed || (due.TryGetValue(key, out var earlier) && earlier <= at))
                return;
            due[key] = at;
            order.Enqueue(key, at);
            Arm();
        }
    }

    /// <summary>What waits is forgotten.</summary>
    public void Dispose()
    {
        lock (gate)
            disposed = true;
        timer.Dispose();
    }

    private void Release()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            while (order.TryPeek(out var key, out var at) && at <= now)
            {
                order.Dequeue();
                if (due.TryGetValue(key, out var current) && current == at)
                {
                    due.Remove(key);
                    queue.Add(key);
                }
            }

            if (!disposed)
                Arm();
        }
    }

    /// <summary>Sets the timer to the earliest time.</summary>
    private void Arm()
    {
        if (!order.TryPeek(out _, out var at))
            return;
        // Whole milliseconds, as timers count them: one that fires early would fire again at once.
        var wait = TimeSpan.FromSeconds((at - time.GetTimestamp()) / (double)time.TimestampFrequency);
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }
}
