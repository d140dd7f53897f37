using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <summary>
/// Starts child processes from one thread that lives as long as the process: a child asks the kernel to be killed with its parent, and the
/// kernel takes the thread that forked it for the parent. Threads of the pool come and go.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> Work = [];
    private static readonly Lazy<Thread> Starter = new(Start);

    [SuppressMessage("Design", "CA1031", Justification = "The failure to start belongs to the caller.")]
    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        _ = Starter.Value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                // Nothing that this process has open, through .NET or DuckDB, is for its children.
                _ = Libc.close_range(3, uint.MaxValue, Libc.CloseRangeCloexec);
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException("no process was started"));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static Thread Start()
    {
        var thread = new Thread(static () =>
        {
            foreach (var action in Work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "sql-worker-starter" };
        thread.Start();
        return thread;
    }
}
