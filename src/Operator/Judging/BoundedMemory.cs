using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Operator.Judging;

/// <summary>
/// What was learnt, of so many bytes by estimate, and what was used longest ago goes first. Safe from every thread.
/// </summary>
/// <param name="keepsLast">Whether what alone is larger is kept until something else is, or not at all.</param>
/// <param name="time">Needed by <see cref="ForgetUnused"/> alone.</param>
internal sealed class BoundedMemory<TKey, T>(long mostBytes, bool keepsLast = false, TimeProvider? time = null)
    where TKey : notnull
{
    /// <summary>What an entry takes beside its value: two nodes, the digest twice, a slot of the table.</summary>
    private const long Entry = 250;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Kept>> entries = [];

    /// <summary>The last one used is the first.</summary>
    private readonly LinkedList<Kept> used = [];

    private long bytes;

    public long Bytes
    {
        get
        {
            lock (gate)
                return bytes;
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out T value)
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
            node.Value = node.Value with { UsedAt = Now };
            value = node.Value.Value;
            return true;
        }
    }

    /// <param name="size">Bytes of the value, by estimate.</param>
    public void Keep(TKey key, T value, long size)
    {
        lock (gate)
            Put(key, value, size);
    }

    /// <summary>Changes what is known by one step that nobody comes between, and says what became of it.</summary>
    public T Change(TKey key, Func<T?, T> change, long size)
    {
        lock (gate)
        {
            var value = change(entries.TryGetValue(key, out var node) ? node.Value.Value : default);
            Put(key, value, size);
            return value;
        }
    }

    public void Forget(TKey key)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node))
                Remove(node);
        }
    }

    /// <returns>Bytes, by estimate, of what nobody has asked for since.</returns>
    public long ForgetUnused(TimeSpan since)
    {
        lock (gate)
        {
            var before = bytes;
            while (used.Last is { } last && time!.GetElapsedTime(last.Value.UsedAt) >= since)
                Remove(last);
            return before - bytes;
        }
    }

    private long Now => time?.GetTimestamp() ?? 0;

    private void Put(TKey key, T value, long size)
    {
        if (entries.TryGetValue(key, out var before))
            Remove(before);
        var whole = size + Entry;
        if (whole > mostBytes && !keepsLast)
            return;
        while (bytes + whole > mostBytes && used.Last is { } last)
            Remove(last);
        entries[key] = used.AddFirst(new Kept(key, value, whole, Now));
        bytes += whole;
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        entries.Remove(node.Value.Key);
        used.Remove(node);
        bytes -= node.Value.Bytes;
    }

    private readonly record struct Kept(TKey Key, T Value, long Bytes, long UsedAt);
}
