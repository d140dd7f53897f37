using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Election;

/// <summary>The Lease as it was last seen, and since when it has looked like that: by our own clock that only goes forward, never by the times that stand in it.</summary>
internal sealed class LeaseRecord(TimeProvider time)
{
    private LeaseSpec? seen;
    private long since;

    public string? Holder => seen?.HolderIdentity is { Length: > 0 } holder ? holder : null;

    /// <summary>Takes note of what was read or written.</summary>
    public void Observe(LeaseSpec? spec)
    {
        if (seen is not null && seen == spec)
            return;
        seen = spec ?? new LeaseSpec();
        since = time.GetTimestamp();
    }

    /// <summary>Whether somebody else holds it, and may still.</summary>
    public bool IsHeldByOther(string identity, TimeSpan defaultDuration)
    {
        if (Holder is not { } holder || string.Equals(holder, identity, StringComparison.Ordinal))
            return false;
        var duration = seen?.LeaseDurationSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : defaultDuration;
        return time.GetElapsedTime(since) < duration;
    }
}
