using System.Collections.Concurrent;

namespace LakehouseOperator.Kubernetes.Tests.Election;

/// <summary>Runs everything that is awaited within it on one thread, one after the other, so that a test can wait until nothing is left to do.</summary>
internal sealed class Pump : SynchronizationContext
{
    /// <summary>Of a millisecond.</summary>
    private const int MostWaits = 200;

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> posted = [];
    private readonly Queue<TaskCompletionSource> idle = [];
    private int waited;

    public static void Run(Func<Pump, Task> main)
    {
        var before = Current;
        var pump = new Pump();
        SetSynchronizationContext(pump);
        try
        {
            var running = main(pump);
            while (!running.IsCompleted)
                pump.Step();
            running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => posted.Add((d, state));

    /// <summary>Completes when nothing is left to do. What other threads were given, such as a callback of a cancellation, has a moment to come back.</summary>
    public Task IdleAsync()
    {
        var waiting = new TaskCompletionSource();
        idle.Enqueue(waiting);
        return waiting.Task;
    }

    private void Step()
    {
        if (posted.TryTake(out var next, TimeSpan.FromMilliseconds(1)))
            next.Callback(next.State);
        else if (IsElsewhereDone() && idle.TryDequeue(out var waiting))
            waiting.SetResult();
    }

    /// <summary>Whether other threads have taken up what they were given. Other tests keep them busy, too, so that this is waited for a while and not for ever.</summary>
    private bool IsElsewhereDone()
    {
        if (ThreadPool.PendingWorkItemCount > 0 && ++waited < MostWaits)
            return false;
        waited = 0;
        return true;
    }
}
