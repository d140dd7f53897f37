using LakehouseOperator.Kubernetes.Queueing;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>Reconciles keys, several at a time, none twice at a time.</summary>
public sealed class Controller<TKey>
    where TKey : notnull
{
    /// <param name="random">Spreads retries.</param>
    public Controller(
        string name, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile, int concurrency, WorkQueue<TKey> queue, TimeProvider time, Random random, ILogger logger)
    {
    }

    public string Name => throw new NotImplementedException();

    /// <summary>The key needs work now.</summary>
    public void Enqueue(TKey key) => throw new NotImplementedException();

    /// <summary>The key needs work after a while; the earliest of several wins.</summary>
    public void EnqueueAfter(TKey key, TimeSpan delay) => throw new NotImplementedException();

    /// <summary>Runs until cancelled, then until every reconcile in hand has ended.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
