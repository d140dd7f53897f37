using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Telemetry;
using LakehouseOperator.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Election;

/// <summary>Somebody else may lead by now: the process must end.</summary>
public sealed class LeaseLostException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// One leader among the processes that contend for a Lease. At most one leads at a time as long as clocks run equally fast: a holder gives up when it could not renew within a
/// deadline that is shorter than the time that others wait. Clocks need not agree.
/// </summary>
public sealed class LeaderElection : IHealth
{
    private const long Never = -1;

    private readonly KubernetesClient client;
    private readonly ObjectKey lease;
    private readonly string identity;
    private readonly LeaseTimes times;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ILogger logger;
    private readonly LeaseRecord record;
    private readonly KeyValuePair<string, object?> tag;

    /// <summary>When the last successful renewal was begun, by the clock that only goes forward; negative while we do not hold the lease. Read by every thread.</summary>
    private long renewedAt = Never;

    /// <summary>When the Lease was last read; negative before. Read by every thread.</summary>
    private long readAt = Never;

    private volatile bool hasLed;

    /// <summary>The Lease as we last wrote it.</summary>
    private Lease? held;

    /// <param name="client">Without <see cref="ClientOptions.MayWrite"/>: it writes the Lease itself.</param>
    /// <param name="identity">Of this process and no other, such as the pod's name and a new UUID.</param>
    /// <param name="random">Spreads tries; asked only now, for a seed.</param>
    public LeaderElection(KubernetesClient client, ObjectKey lease, string identity, LeaseTimes times, TimeProvider time, Random random, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(identity);
        ArgumentNullException.ThrowIfNull(random);
        this.client = client;
        this.lease = lease;
        this.identity = identity;
        this.times = times;
        this.time = time;
        this.random = new Random(random.Next());
        this.logger = logger;
        record = new LeaseRecord(time);
        tag = Meters.Tag("name", lease.Name);
    }

    private enum Outcome
    {
        Held,
        HeldByOther,
    }

    /// <summary>Of the Lease.</summary>
    public string Name => $"lease {lease}";

    /// <summary>Whether the lease is surely still ours, by the clock: right even in a process that was paused, and at the moment that a write is sent.</summary>
    public bool IsLeading => Left > TimeSpan.Zero;

    /// <summary>Whether the Lease could be read lately: what a standby needs to be ready.</summary>
    public bool IsReady => IsLeading || (Volatile.Read(ref readAt) is var at && at != Never && time.GetElapsedTime(at) < times.Duration);

    /// <summary>False where we led and no longer do: the process should have ended.</summary>
    public bool IsHealthy => !hasLed || IsLeading;

    /// <summary>Who holds the lease, as last seen.</summary>
    public string? Leader { get; private set; }

    /// <summary>How long the lease is surely still ours.</summary>
    private TimeSpan Left =>
        Volatile.Read(ref renewedAt) is var at && at != Never && times.RenewDeadline - time.GetElapsedTime(at) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Waits for the lease, leads, and gives it back when <paramref name="onLeading"/> has ended, by itself or because we are cancelled.</summary>
    /// <exception cref="LeaseLostException">It could not be renewed in time; <paramref name="onLeading"/> has been cancelled, not waited for.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> onLeading, CancellationToken cancellationToken)
    {
        try
        {
            await AcquireAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        hasLed = true;
        Meters.MasterStatus.Record(1, tag);
        ElectionLog.Leads(logger, lease, identity);
        // Renewal goes on until the work has ended, also when that takes a while after it was cancelled.
        using var renewing = new CancellationTokenSource();
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.Run(() => onLeading(leading.Token), CancellationToken.None);
        var renewal = RenewAsync(renewing.Token);
        await Task.WhenAny(work, renewal);
        if (!work.IsCompleted)
        {
            Meters.MasterStatus.Record(0, tag);
            await leading.CancelAsync();
            await renewal;
        }

        await renewing.CancelAsync();
        await EndAsync(work, renewal, cancellationToken);
    }

    private async Task EndAsync(Task work, Task renewal, CancellationToken cancellationToken)
    {
        try
        {
            await renewal;
            await ReleaseAsync();
        }
        finally
        {
            Volatile.Write(ref renewedAt, Never);
            hasLed = false;
            Meters.MasterStatus.Record(0, tag);
        }

        try
        {
            await work;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        Meters.MasterStatus.Record(0, tag);
        while (true)
        {
            try
            {
                if (await TryAsync(times.RenewDeadline, cancellationToken) == Outcome.Held && IsLeading)
                    return;
            }
            catch (KubernetesException e)
            {
                ElectionLog.NotAcquired(logger, lease, e.Message);
            }

            await Task.Delay(times.RetryPeriod * (1 + (random.NextDouble() * (LeaseTimes.Jitter - 1))), time, cancellationToken);
        }
    }

    /// <summary>Renews until told to stop.</summary>
    private async Task RenewAsync(CancellationToken stopping)
    {
        Exception? last = null;
        while (true)
        {
            var left = Left;
            try
            {
                await Task.Delay(left < times.RetryPeriod ? left : times.RetryPeriod, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            left = Left;
            if (left == TimeSpan.Zero)
                throw Lost($"it could not be renewed for {times.RenewDeadline.TotalSeconds:0} s", last);
            try
            {
                // A try that hangs leaves time for one over another connection.
                var most = times.RenewDeadline / 2;
                if (await TryAsync(left < most ? left : most, CancellationToken.None) == Outcome.HeldByOther)
                    throw Lost($"{record.Holder} holds it", null);
            }
            catch (KubernetesException e)
            {
                last = e;
                ElectionLog.NotRenewed(logger, lease, e.Message);
            }
        }
    }

    private LeaseLostException Lost(string why, Exception? cause)
    {
        Volatile.Write(ref renewedAt, Never);
        return new LeaseLostException($"the lease {lease} is lost: {why}", cause);
    }

    /// <summary>Takes or renews the lease where that is possible.</summary>
    /// <exception cref="KubernetesException">It is not known whether it was.</exception>
    private async Task<Outcome> TryAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await TryAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"no answer about the lease {lease} within {limit.TotalSeconds:0.0} s", e);
        }
    }

    private async Task<Outcome> TryAsync(CancellationToken cancellationToken)
    {
        if (IsLeading && await RenewUnseenAsync(cancellationToken))
            return Outcome.Held;
        var begun = time.GetTimestamp();
        var current = await client.GetAsync(ResourceTypes.Leases, lease, cancellationToken);
        Volatile.Write(ref readAt, time.GetTimestamp());
        Note(current?.Spec);
        if (record.IsHeldByOther(identity, times.Duration))
            return Outcome.HeldByOther;
        try
        {
            var metadata = new ObjectMeta { Name = lease.Name, Namespace = lease.Namespace };
            held = current is null
                ? await client.CreateAsync(ResourceTypes.Leases, new Lease { Metadata = metadata, Spec = Ours(null) }, cancellationToken)
                : await client.ReplaceAsync(ResourceTypes.Leases, current with { Spec = Ours(current.Spec) }, cancellationToken);
            Note(held.Spec);
        }
        catch (ConflictException e)
        {
            // Somebody wrote in between; who, the next try reads.
            throw new UnavailableException(e.Message, e);
        }

        Volatile.Write(ref renewedAt, begun);
        return Outcome.Held;
    }

    /// <summary>A holder writes over what it wrote last without reading it first, as long as nobody else has written.</summary>
    /// <returns>False where somebody has.</returns>
    private async Task<bool> RenewUnseenAsync(CancellationToken cancellationToken)
    {
        if (held is not { } last)
            return false;
        // Where this fails, what stands there is not known: the next try reads it.
        held = null;
        var begun = time.GetTimestamp();
        try
        {
            held = await client.ReplaceAsync(ResourceTypes.Leases, last with { Spec = Ours(last.Spec) }, cancellationToken);
        }
        catch (Exception e) when (e is ConflictException or NotFoundException)
        {
            return false;
        }

        Note(held.Spec);
        Volatile.Write(ref renewedAt, begun);
        return true;
    }

    private LeaseSpec Ours(LeaseSpec? before)
    {
        var now = time.GetUtcNow();
        var isRenewal = string.Equals(before?.HolderIdentity, identity, StringComparison.Ordinal);
        return new LeaseSpec
        {
            HolderIdentity = identity,
            LeaseDurationSeconds = (int)times.Duration.TotalSeconds,
            AcquireTime = isRenewal ? before!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = before is null ? 0 : isRenewal ? before.LeaseTransitions : (before.LeaseTransitions ?? 0) + 1,
        };
    }

    private void Note(LeaseSpec? spec)
    {
        var before = record.Holder;
        record.Observe(spec);
        Leader = record.Holder;
        if (record.Holder is { } holder && !string.Equals(holder, before, StringComparison.Ordinal))
            ElectionLog.Holder(logger, lease, holder);
    }

    /// <summary>Lets others take the lease at once. Where that fails they wait for it to run out.</summary>
    private async Task ReleaseAsync()
    {
        using var deadline = new CancellationTokenSource(times.RetryPeriod, time);
        try
        {
            var current = await client.GetAsync(ResourceTypes.Leases, lease, deadline.Token);
            if (current?.Spec is not { } spec || !string.Equals(spec.HolderIdentity, identity, StringComparison.Ordinal))
                return;
            var free = spec with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = time.GetUtcNow() };
            await client.ReplaceAsync(ResourceTypes.Leases, current with { Spec = free }, deadline.Token);
            ElectionLog.Released(logger, lease, identity);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            ElectionLog.NotReleased(logger, lease, e.Message);
        }
    }
}
