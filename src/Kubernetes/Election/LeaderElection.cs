using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Election;

/// <summary>How long a lease lasts unrenewed, how long renewing may take before the holder gives up, and how often it is tried. Each clearly shorter than the one before.</summary>
public sealed record LeaseTimes
{
    public static readonly LeaseTimes Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <exception cref="ArgumentException">They are not in that order.</exception>
    public LeaseTimes(TimeSpan duration, TimeSpan renewDeadline, TimeSpan retryPeriod)
    {
        Duration = duration;
        RenewDeadline = renewDeadline;
        RetryPeriod = retryPeriod;
    }

    public TimeSpan Duration { get; }

    public TimeSpan RenewDeadline { get; }

    public TimeSpan RetryPeriod { get; }
}

/// <summary>Somebody else may lead by now: the process must end.</summary>
public sealed class LeaseLostException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>One leader among the processes that contend for a Lease.</summary>
public sealed class LeaderElection : IHealth
{
    /// <param name="client">Without <see cref="ClientOptions.MayWrite"/>: it writes the Lease itself.</param>
    public LeaderElection(KubernetesClient client, ObjectKey lease, string identity, LeaseTimes times, TimeProvider time, Random random, ILogger logger)
    {
    }

    public string Name => throw new NotImplementedException();

    /// <summary>Whether the lease is surely still ours, by the clock: right even in a process that was paused.</summary>
    public bool IsLeading => throw new NotImplementedException();

    /// <summary>Whether the Lease could be read lately: what a standby needs to be ready.</summary>
    public bool IsReady => throw new NotImplementedException();

    /// <summary>Ready, and not past a renewal's deadline.</summary>
    public bool IsHealthy => throw new NotImplementedException();

    /// <summary>Who holds the lease, as last read.</summary>
    public string? Leader => throw new NotImplementedException();

    /// <summary>Waits for the lease, leads, and gives it back when <paramref name="onLeading"/> has ended or we are cancelled.</summary>
    /// <exception cref="LeaseLostException">It could not be renewed in time; <paramref name="onLeading"/> has been cancelled, not waited for.</exception>
    public Task RunAsync(Func<CancellationToken, Task> onLeading, CancellationToken cancellationToken) => throw new NotImplementedException();
}
