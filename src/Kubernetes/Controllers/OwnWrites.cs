namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>The gate for reading one's own writes: no decision about a key from a store that does not yet show what was last written for it.</summary>
public sealed class OwnWrites<TKey>
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, List<Func<bool>>> pending = [];

    /// <summary>Something was written for the key.</summary>
    /// <param name="shows">Whether a store shows it, such as <c>() =&gt; jobs.HasSeen(job, resourceVersion)</c> or <c>() =&gt; jobs.HasLost(job, uid)</c>.</param>
    public void Record(TKey key, Func<bool> shows)
    {
        lock (gate)
        {
            if (pending.TryGetValue(key, out var writes))
                writes.Add(shows);
            else
                pending.Add(key, [shows]);
        }
    }

    /// <summary>
    /// Whether everything recorded for the key shows; what does is forgotten. Where it does not, a reconcile asks to come back: mostly the change that it waits for brings it
    /// earlier, but a store may also catch up by what is said of other objects.
    /// </summary>
    public bool AllShow(TKey key)
    {
        lock (gate)
        {
            if (!pending.TryGetValue(key, out var writes))
                return true;
            writes.RemoveAll(static shows => shows());
            if (writes.Count > 0)
                return false;
            pending.Remove(key);
            return true;
        }
    }

    /// <summary>The key is no longer reconciled.</summary>
    public void Forget(TKey key)
    {
        lock (gate)
            pending.Remove(key);
    }
}
