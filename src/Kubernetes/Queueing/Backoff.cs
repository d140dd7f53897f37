namespace LakehouseOperator.Kubernetes.Queueing;

/// <summary>How long to wait after each failure in a row: twice as long each time up to a limit, and between half of that and all of it, so that many do not come back at once.</summary>
/// <param name="random">Not used by anybody else at the same time.</param>
public sealed class Backoff(TimeSpan first, TimeSpan limit, Random random)
{
    private readonly Lock gate = new();

    /// <param name="failures">In a row, this one included; 1 or more.</param>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var full = Math.Min(first.TotalSeconds * Math.Pow(2, failures - 1), limit.TotalSeconds);
        lock (gate)
            return TimeSpan.FromSeconds(full * (0.5 + (random.NextDouble() / 2)));
    }
}

/// <summary>A <see cref="Backoff"/> for each key.</summary>
public sealed class KeyBackoff<TKey>(Backoff backoff)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, int> failures = [];

    /// <summary>The key failed once more.</summary>
    public TimeSpan Next(TKey key)
    {
        int count;
        lock (gate)
        {
            count = failures.GetValueOrDefault(key) + 1;
            failures[key] = count;
        }

        return backoff.After(count);
    }

    /// <summary>Failures in a row.</summary>
    public int Failures(TKey key)
    {
        lock (gate)
            return failures.GetValueOrDefault(key);
    }

    /// <summary>The key no longer fails.</summary>
    public void Forget(TKey key)
    {
        lock (gate)
            failures.Remove(key);
    }
}
