using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What a watch has shown so far of the objects of a type. Reads are safe from every thread; only its informer writes.</summary>
public sealed class Store<TItem>
    where TItem : class
{
    /// <summary>Whether every namespace has been listed once; before that, absence means nothing.</summary>
    public bool IsSynced => throw new NotImplementedException();

    public int Count => throw new NotImplementedException();

    /// <summary>A snapshot of what was read; objects that could not be are in <see cref="Errors"/>.</summary>
    public IReadOnlyList<TItem> Items => throw new NotImplementedException();

    /// <summary>The objects that do not fit their type, with the reason.</summary>
    public IReadOnlyList<KeyValuePair<ObjectKey, string>> Errors => throw new NotImplementedException();

    /// <exception cref="UndecodableException">The object is there and does not fit its type: nobody may take it for absent.</exception>
    public bool TryGet(ObjectKey key, [MaybeNullWhen(false)] out TItem item) => throw new NotImplementedException();

    /// <summary>Whether everything that was written to the object up to a resourceVersion shows here: the gate for reading one's own writes.</summary>
    public bool HasSeen(ObjectKey key, string resourceVersion) => throw new NotImplementedException();

    /// <summary>Whether the object with this uid no longer shows here: the gate for reading one's own deletions.</summary>
    public bool HasLost(ObjectKey key, string uid) => throw new NotImplementedException();

    /// <summary>
    /// Calls for what is there now and for every change from now on, in order, after the change shows. Null before: it is new; null after: it is gone, or can no longer be read.
    /// The handler must be quick and not throw: it enqueues keys.
    /// </summary>
    public void OnChanged(Action<ObjectKey, TItem?, TItem?> handler) => throw new NotImplementedException();

    /// <summary>Keeps items findable by another key, such as their owner.</summary>
    public StoreIndex<TItem, TIndex> IndexBy<TIndex>(Func<ObjectKey, TItem, IEnumerable<TIndex>> indexKeys)
        where TIndex : notnull => throw new NotImplementedException();
}

/// <summary>Items of a store by another key.</summary>
public sealed class StoreIndex<TItem, TIndex>
    where TItem : class
    where TIndex : notnull
{
    /// <summary>A snapshot.</summary>
    public IReadOnlyList<TItem> Find(TIndex indexKey) => throw new NotImplementedException();
}
