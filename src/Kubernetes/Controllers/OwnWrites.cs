namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>The gate for reading one's own writes: no decision about a key from a store that does not yet show what was last written for it.</summary>
public sealed class OwnWrites<TKey>
    where TKey : notnull
{
    /// <summary>Something was written for the key.</summary>
    /// <param name="shows">Whether a store shows it, such as <c>() =&gt; jobs.HasSeen(key, resourceVersion)</c>.</param>
    public void Record(TKey key, Func<bool> shows) => throw new NotImplementedException();

    /// <summary>Whether everything recorded for the key shows; what does is forgotten. The change that makes it show enqueues the key anew.</summary>
    public bool AllShow(TKey key) => throw new NotImplementedException();
}
