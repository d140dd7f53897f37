using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Storage;

namespace LakehouseOperator.Engine.Tests.Storage;

internal enum StoreOperation
{
    PutIfAbsent,
    Put,
    PutFile,
    Get,
    GetRange,
    Stage,
    Head,
    List,
    Delete,
}

internal enum Fault
{
    None,

    /// <summary>The process is gone before the operation has any effect.</summary>
    KillBefore,

    /// <summary>The process is gone after the operation had its effect, and before it was told.</summary>
    KillAfter,

    /// <summary>The operation has no effect, and its outcome is not known.</summary>
    LoseRequest,

    /// <summary>The operation has its effect, and its outcome is not known.</summary>
    LoseReply,
}

/// <summary>What a test's killed process would have thrown, were it still there.</summary>
internal sealed class KilledException : Exception;

/// <summary>A store whose operations fail by plan: each is counted, and the plan says what becomes of it. One plan covers the stores below, too.</summary>
internal sealed class FaultyStore(IObjectStore inner, FaultPlan plan, string prefix = "") : IObjectStore
{
    public string Location => inner.Location;

    public IObjectStore At(string below) => new FaultyStore(inner.At(below), plan, prefix + below + "/");

    public async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var fault = await plan.NextAsync(StoreOperation.PutIfAbsent, prefix + key);
        if (fault == Fault.LoseRequest)
            return PutOutcome.Unknown;
        var outcome = await inner.PutIfAbsentAsync(key, content, cancellationToken);
        plan.After(fault);
        return fault == Fault.LoseReply ? PutOutcome.Unknown : outcome;
    }

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Put, key, () => inner.PutAsync(key, content, cancellationToken));

    public Task PutFileAsync(string key, string path, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.PutFile, key, () => inner.PutFileAsync(key, path, cancellationToken));

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Get, key, () => inner.GetAsync(key, cancellationToken));

    public Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.GetRange, key, () => inner.GetRangeAsync(key, offset, length, cancellationToken));

    public Task<string?> StageAsync(string key, string directory, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Stage, key, () => inner.StageAsync(key, directory, cancellationToken));

    public Task PruneAsync(CancellationToken cancellationToken) => inner.PruneAsync(cancellationToken);

    public Task<ObjectEntry?> HeadAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Head, key, () => inner.HeadAsync(key, cancellationToken));

    public async IAsyncEnumerable<ObjectEntry> ListAsync(
        string listed, string? startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fault = await plan.NextAsync(StoreOperation.List, prefix + listed);
        await foreach (var entry in inner.ListAsync(listed, startAfter, cancellationToken))
            yield return entry;
        plan.After(fault);
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fault = await plan.NextAsync(StoreOperation.List, prefix + folder);
        await foreach (var name in inner.ListFoldersAsync(folder, cancellationToken))
            yield return name;
        plan.After(fault);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Delete, key, () => inner.DeleteAsync(key, cancellationToken));

    private async Task RunAsync(StoreOperation operation, string key, Func<Task> run)
    {
        var fault = await plan.NextAsync(operation, prefix + key);
        await run();
        plan.After(fault);
    }

    private async Task<T> RunAsync<T>(StoreOperation operation, string key, Func<Task<T>> run)
    {
        var fault = await plan.NextAsync(operation, prefix + key);
        var result = await run();
        plan.After(fault);
        return result;
    }
}

/// <summary>Counts the operations of a store and decides over each. A killed process does nothing more.</summary>
/// <param name="decide">Given the operation's number (from 1), what it is, and its whole key.</param>
internal sealed class FaultPlan(Func<int, StoreOperation, string, Fault> decide)
{
    private int count;
    private bool killed;

    public static FaultPlan None { get; } = new(static (_, _, _) => Fault.None);

    /// <summary>Operations so far.</summary>
    public int Count => count;

    /// <summary>Runs before every operation that is let through, such as another process that comes first.</summary>
    public Func<StoreOperation, string, Task>? Before { get; set; }

    /// <summary>Kills at the n-th operation, before or after its effect.</summary>
    public static FaultPlan KillAt(int number, Fault how) => new((n, _, _) => n == number ? how : Fault.None);

    public async Task<Fault> NextAsync(StoreOperation operation, string key)
    {
        if (killed)
            throw new KilledException();
        var fault = decide(Interlocked.Increment(ref count), operation, key);
        if (fault == Fault.KillBefore)
        {
            killed = true;
            throw new KilledException();
        }

        if (Before is { } first)
            await first(operation, key);
        return fault;
    }

    public void After(Fault fault)
    {
        if (fault != Fault.KillAfter)
            return;
        killed = true;
        throw new KilledException();
    }
}
