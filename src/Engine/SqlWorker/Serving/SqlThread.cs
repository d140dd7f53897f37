using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>One thread that runs DuckDB's calls. Its stack is large: DuckDB recurses over a statement's tree, however deep it is nested.</summary>
internal sealed class SqlThread : IDisposable
{
    private const int StackBytes = 256 << 20;

    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;

    public SqlThread()
    {
        thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "sql" };
        thread.Start();
    }

    /// <summary>Runs after everything that was given before.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the work throws belongs to its caller.")]
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }

    private void Run()
    {
        foreach (var action in work.GetConsumingEnumerable())
            action();
    }
}
