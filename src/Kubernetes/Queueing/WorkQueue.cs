namespace LakehouseOperator.Kubernetes.Queueing;

/// <summary>Keys that need work. A key added many times before it is taken is worked on once; one added while it is worked on is worked on again; none is worked on twice at a time.</summary>
public sealed class WorkQueue<TKey>
    where TKey : notnull
{
    public WorkQueue(string name, TimeProvider time)
    {
    }

    /// <summary>Keys that wait to be taken.</summary>
    public int Count => throw new NotImplementedException();

    public void Add(TKey key) => throw new NotImplementedException();

    /// <summary>Waits for the next key; it is worked on until <see cref="Done"/>.</summary>
    public ValueTask<TKey> TakeAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public void Done(TKey key) => throw new NotImplementedException();
}
