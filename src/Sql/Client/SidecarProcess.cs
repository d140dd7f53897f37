namespace LakehouseOperator.Sql.Client;

/// <summary>
/// A worker in a container of its own, as one connection sees it. It cannot be killed from here: hanging up makes it give up the request, and itself where the request
/// does not heed that. Its bounds it keeps by itself.
/// </summary>
internal sealed class SidecarProcess(Stream connection, SidecarGuardian guardian, TimeProvider time) : IWorkerProcess
{
    private static readonly TimeSpan LastWordsWithin = TimeSpan.FromSeconds(1);

    private int end = -1;
    private volatile string? lastWords;

    public WorkerEnd? End => Volatile.Read(ref end) is >= 0 and var why ? (WorkerEnd)why : null;

    public string? LastWords => lastWords;

    public void Kill(WorkerEnd why)
    {
        Interlocked.CompareExchange(ref end, (int)why, -1);
        connection.Dispose();
    }

    public IDisposable Watch(SqlLimits limits, string? outputDirectory)
    {
        guardian.Begin();
        return Nothing.Instance;
    }

    /// <summary>The request's connection may break a moment before the guardian's does, over which the worker says why.</summary>
    public async Task<WorkerEnd> EndedAsync()
    {
        if (End is { } known)
            return known;
        try
        {
            var failure = await guardian.Ended.WaitAsync(LastWordsWithin, time).ConfigureAwait(false);
            lastWords = failure.End == WorkerEnd.Exited ? null : failure.Message;
            Kill(failure.End);
        }
        catch (TimeoutException)
        {
            Kill(WorkerEnd.Exited);
        }

        return End!.Value;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
        }
    }
}
