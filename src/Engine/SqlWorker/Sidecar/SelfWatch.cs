using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Engine.SqlWorker.Serving;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Sidecar;

/// <summary>
/// Holds this process to the bounds of its request, for a container has nobody beside it who could: DuckDB's own bounds do not hold for every operator. A thread of its
/// own looks, so that a busy pool cannot delay it; it sleeps while no request runs.
/// </summary>
/// <param name="ceiling">What the container may hold at most; null: not known.</param>
/// <param name="onPressure">Told once a request, when it holds more than half of its memory.</param>
/// <param name="onExceeded">Does not return to anything that goes on: the process ends by it.</param>
internal sealed class SelfWatch(string scratch, long? ceiling, Func<long> memory, Action onPressure, Action<WorkerEnd, string> onExceeded) : IRequestBounds, IDisposable
{
    /// <summary>Of a container's memory, what the kernel and pages of files take is left to them.</summary>
    private const double ShareOfContainer = 0.92;

    private const int IntervalMs = 10;
    private const int DiskEvery = 20;

    private readonly ManualResetEventSlim busy = new(false);
    private readonly ManualResetEventSlim stop = new(false);
    private readonly Lock gate = new();
    private Request? current;
    private Thread? thread;

    public SqlLimits Begin(SqlLimits limits, string? output)
    {
        var held = ceiling is { } most && (long)(most * ShareOfContainer) is var share && share < limits.MemoryBytes ? limits with { MemoryBytes = share } : limits;
        lock (gate)
        {
            current = new Request(held, output);
            busy.Set();
            if (thread is null)
            {
                thread = new Thread(Run) { IsBackground = true, Name = "sql-self-watch", Priority = ThreadPriority.AboveNormal };
                thread.Start();
            }
        }

        return held;
    }

    public void End()
    {
        lock (gate)
        {
            current = null;
            busy.Reset();
        }
    }

    public void Dispose()
    {
        stop.Set();
        busy.Set();
        thread?.Join();
        stop.Dispose();
        busy.Dispose();
    }

    private void Run()
    {
        for (var round = 0; !stop.Wait(IntervalMs); round++)
        {
            busy.Wait();
            Request? now;
            lock (gate)
                now = current;
            if (now is not null)
                Check(now, withDisk: round % DiskEvery == 0);
        }
    }

    private void Check(Request request, bool withDisk)
    {
        var held = memory();
        if (held > request.Limits.MemoryBytes)
            onExceeded(WorkerEnd.Memory, $"the SQL needed more than its {request.Limits.MemoryBytes >> 20} MiB of memory");
        else if (withDisk && Watchdog.BytesIn(scratch) + Watchdog.BytesIn(request.Output) > request.Limits.ScratchBytes)
            onExceeded(WorkerEnd.ScratchFull, $"the SQL needed more than its {request.Limits.ScratchBytes >> 20} MiB of scratch space");
        if (held > request.Limits.MemoryBytes / 2 && !request.IsPressed)
        {
            request.IsPressed = true;
            onPressure();
        }
    }

    private sealed record Request(SqlLimits Limits, string? Output)
    {
        public bool IsPressed { get; set; }
    }
}
