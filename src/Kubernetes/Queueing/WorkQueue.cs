using LakehouseOperator.Kubernetes.Telemetry;

namespace LakehouseOperator.Kubernetes.Queueing;

/// <summary>Keys that need work. A key added many times before it is taken is worked on once; one added while it is worked on is worked on again; none is worked on twice at a time.</summary>
/// <param name="name">In the metrics.</param>
public sealed class WorkQueue<TKey>(string name, TimeProvider time) : IDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();

    /// <summary>In the order of their coming: exactly the keys that are dirty and not in process.</summary>
    private readonly Queue<TKey> queue = [];

    /// <summary>Keys that need work, and since when: those in the queue, and those that were added while they were in process.</summary>
    private readonly Dictionary<TKey, long> dirty = [];

    /// <summary>Keys that somebody works on, and since when.</summary>
    private readonly Dictionary<TKey, long> processing = [];

    /// <summary>Counts what is in the queue.</summary>
    private readonly SemaphoreSlim available = new(0);

    private readonly KeyValuePair<string, object?> tag = Meters.Tag("name", name);

    public string Name { get; } = name;

    /// <summary>Keys that wait to be taken.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return queue.Count;
        }
    }

    public void Add(TKey key)
    {
        lock (gate)
        {
            if (!dirty.TryAdd(key, time.GetTimestamp()))
                return;
            Meters.QueueAdds.Add(1, tag);
            if (!processing.ContainsKey(key))
                Enqueue(key);
        }
    }

    /// <summary>Waits for the next key; it is worked on until <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        await available.WaitAsync(cancellationToken);
        lock (gate)
        {
            var key = queue.Dequeue();
            dirty.Remove(key, out var since);
            var now = time.GetTimestamp();
            processing.Add(key, now);
            Meters.QueueDepth.Add(-1, tag);
            Meters.QueueDuration.Record(time.GetElapsedTime(since, now).TotalSeconds, tag);
            return key;
        }
    }

    /// <summary>The work on a taken key has ended, well or badly.</summary>
    /// <exception cref="InvalidOperationException">Nobody had taken the key.</exception>
    public void Done(TKey key)
    {
        lock (gate)
        {
            if (!processing.Remove(key, out var since))
                throw new InvalidOperationException($"the key {key} of the queue {Name} is done without having been taken");
            Meters.WorkDuration.Record(time.GetElapsedTime(since).TotalSeconds, tag);
            if (dirty.ContainsKey(key))
                Enqueue(key);
        }
    }

    public void Dispose() => available.Dispose();

    private void Enqueue(TKey key)
    {
        queue.Enqueue(key);
        Meters.QueueDepth.Add(1, tag);
        available.Release();
    }
}
