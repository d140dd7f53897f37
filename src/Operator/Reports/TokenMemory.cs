using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Operator.Reports;

/// <summary>What was learnt of tokens, by their hashes: each for the same while, and of no more than so many; the oldest goes first. Safe from every thread.</summary>
internal sealed class TokenMemory<T>(TimeSpan keptFor, int most, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (T Value, DateTimeOffset At)> known = new(StringComparer.Ordinal);

    /// <summary>In the order of their coming; a token that came again is there once more.</summary>
    private readonly Queue<(string Hash, DateTimeOffset At)> order = [];

    public bool TryGet(string hash, [MaybeNullWhen(false)] out T value)
    {
        lock (gate)
        {
            var there = known.TryGetValue(hash, out var entry) && IsFresh(entry.At, time.GetUtcNow());
            value = there ? entry.Value : default;
            return there;
        }
    }

    public void Keep(string hash, T value)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            while (order.TryPeek(out var first) && (order.Count >= most || !IsFresh(first.At, now)))
            {
                order.Dequeue();
                if (known.TryGetValue(first.Hash, out var entry) && entry.At == first.At)
                    known.Remove(first.Hash);
            }

            known[hash] = (value, now);
            order.Enqueue((hash, now));
        }
    }

    /// <summary>A clock that was set back makes nothing last longer.</summary>
    private bool IsFresh(DateTimeOffset at, DateTimeOffset now) => at <= now && now - at < keptFor;
}
