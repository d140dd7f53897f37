using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What a watch has shown so far of the objects of a type. Reads are safe from every thread; only its informer writes.</summary>
public sealed class Store<TItem>
    where TItem : class
{
    private const string AllNamespaces = "";

    /// <summary>Held while something changes and its handlers are called, so that they see changes in order. Taken before <see cref="gate"/>.</summary>
    private readonly Lock changing = new();

    private readonly Lock gate = new();
    private readonly Dictionary<string, StoreSection<TItem>> sections = new(StringComparer.Ordinal);
    private readonly List<Action<ObjectKey, TItem?, TItem?>> handlers = [];
    private readonly List<IStoreIndex<TItem>> indexes = [];

    private readonly Action? onSynced;
    private bool toldSynced;

    /// <param name="namespaces">A null stands for all.</param>
    /// <param name="onSynced">Called once, when all have been listed.</param>
    internal Store(IReadOnlyList<string?> namespaces, Action? onSynced = null)
    {
        this.onSynced = onSynced;
        foreach (var ns in namespaces)
            sections[ns ?? AllNamespaces] = new StoreSection<TItem>();
    }

    /// <summary>
    /// Whether every namespace has been listed once; before that, absence means nothing. One of several that may not be listed, or is not there, keeps nobody waiting: it counts as empty, and absence means
    /// nothing in it (<see cref="IsServed"/>). Where none may be listed, nothing is synced.
    /// </summary>
    public bool IsSynced
    {
        get
        {
            lock (gate)
                return sections.Values.All(static section => section.IsServed || section.IsRefused) && sections.Values.Any(static section => section.IsServed);
        }
    }

    /// <summary>Whether a namespace has been listed, and may be watched: else nothing of it shows, whatever there is.</summary>
    public bool IsServed(string? ns)
    {
        lock (gate)
            return (sections.GetValueOrDefault(AllNamespaces) ?? sections.GetValueOrDefault(ns ?? AllNamespaces))?.IsServed == true;
    }

    /// <summary>Objects, undecodable ones included.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return sections.Values.Sum(static section => section.Entries.Count);
        }
    }

    /// <summary>A snapshot of what was read; objects that could not be are in <see cref="Errors"/>.</summary>
    public IReadOnlyList<TItem> Items
    {
        get
        {
            lock (gate)
                return [.. sections.Values.SelectMany(static section => section.Entries.Values).Select(static entry => entry.Item).OfType<TItem>()];
        }
    }

    /// <summary>A snapshot of which objects there are, undecodable ones included.</summary>
    public IReadOnlyList<ObjectKey> Keys
    {
        get
        {
            lock (gate)
                return [.. sections.Values.SelectMany(static section => section.Entries.Keys)];
        }
    }

    /// <summary>The objects that do not fit their type, with the reason.</summary>
    public IReadOnlyList<KeyValuePair<ObjectKey, string>> Errors
    {
        get
        {
            lock (gate)
            {
                return [.. sections.Values.SelectMany(static section => section.Entries)
                    .Where(static pair => pair.Value.Error is not null)
                    .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Error!))];
            }
        }
    }

    /// <exception cref="UndecodableException">The object is there and does not fit its type: nobody may take it for absent.</exception>
    /// <exception cref="ArgumentException">The key is in a namespace that is not watched.</exception>
    public bool TryGet(ObjectKey key, [MaybeNullWhen(false)] out TItem item)
    {
        lock (gate)
        {
            var entry = SectionOf(key).Entries.GetValueOrDefault(key);
            if (entry?.Error is { } error)
                throw new UndecodableException(key, error);
            item = entry?.Item;
            return item is not null;
        }
    }

    /// <summary>Whether everything that was written to the object up to a resourceVersion shows here: the gate for reading one's own writes.</summary>
    public bool HasSeen(ObjectKey key, string resourceVersion)
    {
        lock (gate)
        {
            var section = SectionOf(key);
            return ResourceVersions.IsAtLeast(section.Position, resourceVersion)
                || ResourceVersions.IsAtLeast(section.Entries.GetValueOrDefault(key)?.ResourceVersion, resourceVersion);
        }
    }

    /// <summary>
    /// Whether the object with this uid no longer shows here, or shows as deleted: the gate for reading one's own deletions. How long somebody's finalizer keeps it is not ours to wait for.
    /// </summary>
    public bool HasLost(ObjectKey key, string uid)
    {
        lock (gate)
        {
            var section = SectionOf(key);
            return section.Position is not null && (section.Entries.GetValueOrDefault(key) is not { } there || there.IsGoing || !string.Equals(there.Uid, uid, StringComparison.Ordinal));
        }
    }

    /// <summary>
    /// Calls for what is there now and for every change from now on, in order, after the change shows. Null before: it is new, or could not be read; null after: it is gone, or
    /// cannot be read. The handler must be quick and not throw: it enqueues keys.
    /// </summary>
    public void OnChanged(Action<ObjectKey, TItem?, TItem?> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (changing)
        {
            handlers.Add(handler);
            List<StoreChange<TItem>> present;
            lock (gate)
                present = [.. sections.Values.SelectMany(static section => section.Entries).Select(static pair => new StoreChange<TItem>(pair.Key, null, pair.Value.Item))];
            foreach (var (key, before, after) in present)
                handler(key, before, after);
        }
    }

    /// <summary>Keeps items findable by another key, such as their owner.</summary>
    public StoreIndex<TItem, TIndex> IndexBy<TIndex>(Func<ObjectKey, TItem, IEnumerable<TIndex>> indexKeys)
        where TIndex : notnull
    {
        var index = new StoreIndex<TItem, TIndex>(gate, indexKeys);
        lock (gate)
        {
            indexes.Add(index);
            foreach (var (key, entry) in sections.Values.SelectMany(static section => section.Entries))
                ((IStoreIndex<TItem>)index).Update(key, null, entry.Item);
        }

        return index;
    }

    /// <summary>A new list begins to come in; what was there stays until it is whole.</summary>
    internal void BeginList(string? ns)
    {
        lock (gate)
            sections[ns ?? AllNamespaces].Incoming = [];
    }

    /// <summary>An item of the list; one that has not changed keeps the item that is there, so that a relist holds no second copy.</summary>
    internal void AddToList(string? ns, ObjectKey key, StoreEntry<TItem> entry)
    {
        lock (gate)
        {
            var section = sections[ns ?? AllNamespaces];
            var list = section.Incoming ?? throw new InvalidOperationException("an item comes without a list");
            list[key] = section.Entries.GetValueOrDefault(key) is { } old && old.IsSame(entry) ? old : entry;
        }
    }

    /// <summary>The list is whole and takes the place of what was there: what is missing from it was deleted meanwhile.</summary>
    internal void EndList(string? ns, string resourceVersion)
    {
        lock (changing)
        {
            var changes = new List<StoreChange<TItem>>();
            lock (gate)
            {
                var section = sections[ns ?? AllNamespaces];
                var old = section.Entries;
                var list = section.Incoming ?? throw new InvalidOperationException("a list ends without having begun");
                changes.AddRange(old.Where(pair => !list.ContainsKey(pair.Key)).Select(static pair => new StoreChange<TItem>(pair.Key, pair.Value.Item, null)));
                changes.AddRange(list.Where(pair => !ReferenceEquals(old.GetValueOrDefault(pair.Key), pair.Value))
                    .Select(pair => new StoreChange<TItem>(pair.Key, old.GetValueOrDefault(pair.Key)?.Item, pair.Value.Item)));
                section.Entries = list;
                section.Incoming = null;
                section.Position = resourceVersion;
                Reindex(changes);
            }

            Tell(changes);
            TellSynced();
        }
    }

    /// <summary>Nothing may be listed or watched here any more: what was known is dropped.</summary>
    internal void Refuse(string? ns)
    {
        lock (changing)
        {
            List<StoreChange<TItem>> changes;
            lock (gate)
            {
                var section = sections[ns ?? AllNamespaces];
                changes = [.. section.Entries.Select(static pair => new StoreChange<TItem>(pair.Key, pair.Value.Item, null))];
                section.Entries = [];
                section.Incoming = null;
                section.Position = null;
                section.IsRefused = true;
                Reindex(changes);
            }

            Tell(changes);
            TellSynced();
        }
    }

    /// <summary>A watch is open: what shows is kept up to date from here on.</summary>
    internal void Serve(string? ns)
    {
        lock (changing)
        {
            lock (gate)
                sections[ns ?? AllNamespaces].IsRefused = false;
            TellSynced();
        }
    }

    internal void Set(string? ns, ObjectKey key, StoreEntry<TItem> entry)
    {
        lock (changing)
        {
            StoreChange<TItem> change;
            lock (gate)
            {
                var section = sections[ns ?? AllNamespaces];
                var old = section.Entries.GetValueOrDefault(key);
                section.Entries[key] = entry;
                section.Position = entry.ResourceVersion ?? section.Position;
                if (old is not null && old.IsSame(entry))
                    return;
                change = new StoreChange<TItem>(key, old?.Item, entry.Item);
                Reindex([change]);
            }

            Tell([change]);
        }
    }

    internal void Remove(string? ns, ObjectKey key, string? resourceVersion)
    {
        lock (changing)
        {
            StoreChange<TItem> change;
            lock (gate)
            {
                var section = sections[ns ?? AllNamespaces];
                section.Position = resourceVersion ?? section.Position;
                if (!section.Entries.Remove(key, out var old))
                    return;
                change = new StoreChange<TItem>(key, old.Item, null);
                Reindex([change]);
            }

            Tell([change]);
        }
    }

    /// <summary>Nothing happened up to here.</summary>
    internal void Advance(string? ns, string resourceVersion)
    {
        lock (gate)
            sections[ns ?? AllNamespaces].Position = resourceVersion;
    }

    private void TellSynced()
    {
        if (toldSynced || !IsSynced)
            return;
        toldSynced = true;
        onSynced?.Invoke();
    }

    private StoreSection<TItem> SectionOf(ObjectKey key) =>
        sections.TryGetValue(AllNamespaces, out var all) ? all
        : sections.TryGetValue(key.Namespace ?? AllNamespaces, out var section) ? section
        : throw new ArgumentException($"the namespace of {key} is not watched", nameof(key));

    private void Reindex(IReadOnlyList<StoreChange<TItem>> changes)
    {
        foreach (var index in indexes)
        {
            foreach (var (key, before, after) in changes)
                index.Update(key, before, after);
        }
    }

    private void Tell(IReadOnlyList<StoreChange<TItem>> changes)
    {
        foreach (var (key, before, after) in changes)
        {
            foreach (var handler in handlers)
                handler(key, before, after);
        }
    }
}
