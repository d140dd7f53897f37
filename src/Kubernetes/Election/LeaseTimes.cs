namespace LakehouseOperator.Kubernetes.Election;

/// <summary>How long a lease lasts unrenewed, how long renewing may take before the holder gives up, and how often it is tried.</summary>
public sealed record LeaseTimes
{
    /// <summary>Nobody waits longer than the retry period and this much of it.</summary>
    internal const double Jitter = 1.2;

    /// <summary>15 s, 10 s and 2 s.</summary>
    public static readonly LeaseTimes Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <exception cref="ArgumentException">A holder could still lead when its lease has run out, or has no second try.</exception>
    public LeaseTimes(TimeSpan duration, TimeSpan renewDeadline, TimeSpan retryPeriod)
    {
        if (duration < TimeSpan.FromSeconds(1) || duration.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentException("a lease lasts whole seconds, one or more", nameof(duration));
        if (duration <= renewDeadline)
            throw new ArgumentException("a lease lasts longer than its renewal may take", nameof(renewDeadline));
        if (retryPeriod <= TimeSpan.Zero || renewDeadline <= retryPeriod * Jitter)
            throw new ArgumentException($"a renewal's deadline leaves room for more than {Jitter} retry periods, which are longer than nothing", nameof(retryPeriod));
        Duration = duration;
        RenewDeadline = renewDeadline;
        RetryPeriod = retryPeriod;
    }

    public TimeSpan Duration { get; }

    public TimeSpan RenewDeadline { get; }

    public TimeSpan RetryPeriod { get; }
}
