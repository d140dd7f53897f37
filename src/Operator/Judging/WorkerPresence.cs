using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Judging;

/// <summary>
/// Whether the SQL worker beside the operator answers. One loop finds that out and keeps hold of it; whoever has a question asks here first, so that nobody waits for a worker that is not there.
/// </summary>
internal sealed class WorkerPresence(TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>A worker that was ended is started again within this, by its keeper or by the kubelet; for longer, somebody should look.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan WhileThere = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileAway = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>By the clock that only goes forward; null while it is there. At first nobody knows.</summary>
    private long? awaySince = time.GetTimestamp();

    /// <summary>Cancelled while it is away.</summary>
    private CancellationTokenSource away = Cancelled();

    private bool isTold;

    public bool IsThere
    {
        get
        {
            lock (gate)
                return awaySince is null;
        }
    }

    /// <summary>It has been away for longer than it takes to start it again.</summary>
    public bool IsMissing
    {
        get
        {
            lock (gate)
                return awaySince is { } since && time.GetElapsedTime(since) > Patience;
        }
    }

    /// <summary>Cancelled when it is found to be away: whoever waits for his turn waits in vain.</summary>
    public CancellationToken Away
    {
        get
        {
            lock (gate)
                return away.Token;
        }
    }

    /// <summary>Completes when it was looked for once, whatever came of it.</summary>
    public Task LookedAsync(CancellationToken cancellationToken) => looked.Task.WaitAsync(cancellationToken);

    /// <summary>Looks for it until cancelled. A worker that nobody holds ends itself; one that was started anew is taken hold of again.</summary>
    /// <param name="open">Takes hold of it, or throws <see cref="SqlWorkerGoneException"/>.</param>
    public async Task HoldAsync(Func<CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await open(cancellationToken);
                Found();
            }
            catch (SqlWorkerGoneException e)
            {
                Lost(e.Message);
            }

            looked.TrySetResult();
            await Task.Delay(IsThere ? WhileThere : WhileAway, time, cancellationToken);
        }
    }

    /// <summary>Somebody found it gone.</summary>
    public void Lost(string message)
    {
        CancellationTokenSource? ending;
        lock (gate)
        {
            if (!isTold)
                Log.WorkerAway(log, message);
            isTold = true;
            ending = awaySince is null ? away : null;
            awaySince ??= time.GetTimestamp();
        }

        ending?.Cancel();
    }

    public void Dispose() => away.Dispose();

    private void Found()
    {
        lock (gate)
        {
            if (awaySince is null)
                return;
            if (isTold)
                Log.WorkerBack(log);
            isTold = false;
            awaySince = null;
            away.Dispose();
            away = new CancellationTokenSource();
        }
    }

    private static CancellationTokenSource Cancelled()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }
}
