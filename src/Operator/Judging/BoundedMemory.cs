using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Operator.Judging;

/// <summary>
/// What was learnt, by the digest of what was asked: never more than so many bytes by estimate, and what was used longest ago goes first. What alone is larger is not kept at all. Safe from every thread.
/// </summary>
internal sealed class BoundedMemory<T>(long mostBytes)
{
    /// <summary>What an entry takes beside its value: two nodes, the digest twice, a slot of the table.</summary>
    private const long Entry = 250;

    private readonly Lock gate = new();
    private readonly Dictionary<Digest, LinkedListNode<(Digest Key, T Value, long Bytes)>> entries = [];

    /// <summary>The last one used is the first.</summary>
    private readonly LinkedList<(Digest Key, T Value, long Bytes)> used = [];

    private long bytes;

    public long Bytes
    {
        get
        {
            lock (gate)
                return bytes;
        }
    }

    public bool TryGet(Digest key, [MaybeNullWhen(false)] out T value)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }

            used.Remove(node);
            used.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <param name="size">Bytes of the value, by estimate.</param>
    public void Keep(Digest key, T value, long size)
    {
        lock (gate)
            Put(key, value, size);
    }

    /// <summary>Changes what is known by one step that nobody comes between, and says what became of it.</summary>
    public T Change(Digest key, Func<T?, T> change, long size)
    {
        lock (gate)
        {
            var value = change(entries.TryGetValue(key, out var node) ? node.Value.Value : default);
            Put(key, value, size);
            return value;
        }
    }

    public void Forget(Digest key)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node))
                Remove(node);
        }
    }

    private void Put(Digest key, T value, long size)
    {
        if (entries.TryGetValue(key, out var before))
            Remove(before);
        var whole = size + Entry;
        if (whole > mostBytes)
            return;
        while (bytes + whole > mostBytes)
            Remove(used.Last!);
        entries[key] = used.AddFirst((key, value, whole));
        bytes += whole;
    }

    private void Remove(LinkedListNode<(Digest Key, T Value, long Bytes)> node)
    {
        entries.Remove(node.Value.Key);
        used.Remove(node);
        bytes -= node.Value.Bytes;
    }
}
