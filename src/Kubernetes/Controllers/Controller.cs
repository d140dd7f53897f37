using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>
/// Reconciles keys, several at a time, none twice at a time. A reconcile is given a key and looks at the state, never at an event. One that fails is repeated after a backoff of
/// its key, one that throws <see cref="TerminalException"/> only when the key is added again.
/// </summary>
public sealed class Controller<TKey> : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    private readonly Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile;
    private readonly int concurrency;
    private readonly WorkQueue<TKey> queue;
    private readonly DelayedKeys<TKey> delayed;
    private readonly KeyBackoff<TKey> backoff;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly KeyValuePair<string, object?> tag;

    /// <param name="concurrency">Keys at a time.</param>
    /// <param name="random">Spreads retries; asked only now, for a seed.</param>
    public Controller(
        string name, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile, int concurrency, WorkQueue<TKey> queue, TimeProvider time, Random random, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        Name = name;
        this.reconcile = reconcile;
        this.concurrency = concurrency;
        this.queue = queue;
        this.time = time;
        this.logger = logger;
        delayed = new DelayedKeys<TKey>(queue, time);
        backoff = new KeyBackoff<TKey>(new Backoff(FirstRetry, LongestRetry, new Random(random.Next())));
        tag = Meters.Tag("controller", name);
    }

    public string Name { get; }

    /// <summary>Keys that wait for their time.</summary>
    internal int Waiting => delayed.Count;

    /// <summary>The key needs work now.</summary>
    public void Enqueue(TKey key) => queue.Add(key);

    /// <summary>The key needs work after a while; the earliest of several wins.</summary>
    public void EnqueueAfter(TKey key, TimeSpan delay) => delayed.Add(key, delay);

    /// <summary>Runs until cancelled, then until every reconcile in hand has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Meters.MaxConcurrentReconciles.Record(concurrency, tag);
        var workers = new Task[concurrency];
        for (var i = 0; i < concurrency; i++)
            workers[i] = WorkAsync(cancellationToken);
        await Task.WhenAll(workers);
    }

    public void Dispose() => delayed.Dispose();

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await queue.TakeAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Meters.ActiveWorkers.Add(1, tag);
            try
            {
                await ReconcileAsync(key, cancellationToken);
            }
            finally
            {
                Meters.ActiveWorkers.Add(-1, tag);
                queue.Done(key);
            }
        }
    }

    /// <summary>The boundary of a reconcile: whatever it throws is this key's failure alone.</summary>
    private async Task ReconcileAsync(TKey key, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        string result;
        try
        {
            var wanted = await reconcile(key, cancellationToken);
            backoff.Forget(key);
            if (wanted.After is { } after)
                delayed.Add(key, after);
            result = wanted.After is null ? "success" : "requeue_after";
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            result = "requeue";
        }
        catch (TerminalException e)
        {
            backoff.Forget(key);
            Meters.TerminalErrors.Add(1, tag);
            Meters.ReconcileErrors.Add(1, tag);
            ControllerLog.Terminal(logger, Name, key, e.Message);
            result = "error";
        }
        catch (Exception e)
        {
            Retry(key, e);
            result = "error";
        }

        Meters.Reconciles.Add(1, tag, Meters.Tag("result", result));
        Meters.ReconcileTime.Record(time.GetElapsedTime(started).TotalSeconds, tag);
    }

    private void Retry(TKey key, Exception cause)
    {
        var delay = backoff.Next(key);
        if (cause is UnavailableException { RetryAfter: { } asked } && asked > delay)
            delay = asked;
        switch (cause)
        {
            case ConflictException:
                ControllerLog.Conflict(logger, Name, key, delay, cause.Message);
                break;
            case KubernetesException:
                ControllerLog.Failed(logger, Name, key, delay, cause.Message);
                break;
            default:
                ControllerLog.Unexpected(logger, cause, Name, key, delay);
                break;
        }

        Meters.ReconcileErrors.Add(1, tag);
        Meters.QueueRetries.Add(1, Meters.Tag("name", queue.Name));
        delayed.Add(key, delay);
    }
}
