using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Watching;

internal interface IStoreIndex<in TItem>
    where TItem : class
{
    /// <summary>Called under the store's lock.</summary>
    void Update(ObjectKey key, TItem? before, TItem? after);
}

/// <summary>Items of a store by another key.</summary>
public sealed class StoreIndex<TItem, TIndex> : IStoreIndex<TItem>
    where TItem : class
    where TIndex : notnull
{
    private readonly Lock gate;
    private readonly Func<ObjectKey, TItem, IEnumerable<TIndex>> indexKeys;
    private readonly Dictionary<TIndex, Dictionary<ObjectKey, TItem>> entries = [];

    internal StoreIndex(Lock gate, Func<ObjectKey, TItem, IEnumerable<TIndex>> indexKeys)
    {
        this.gate = gate;
        this.indexKeys = indexKeys;
    }

    /// <summary>A snapshot.</summary>
    public IReadOnlyList<TItem> Find(TIndex indexKey)
    {
        lock (gate)
            return entries.TryGetValue(indexKey, out var found) ? [.. found.Values] : [];
    }

    void IStoreIndex<TItem>.Update(ObjectKey key, TItem? before, TItem? after)
    {
        foreach (var indexKey in before is null ? [] : indexKeys(key, before))
        {
            if (entries.TryGetValue(indexKey, out var items) && items.Remove(key) && items.Count == 0)
                entries.Remove(indexKey);
        }

        foreach (var indexKey in after is null ? [] : indexKeys(key, after))
        {
            if (!entries.TryGetValue(indexKey, out var items))
                entries.Add(indexKey, items = []);
            items[key] = after!;
        }
    }
}
