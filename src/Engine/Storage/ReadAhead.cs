using System.Runtime.CompilerServices;

namespace LakehouseOperator.Engine.Storage;

/// <summary>Many reads in order: where each is a round trip, the next ones are under way while one is looked at.</summary>
internal static class ReadAhead
{
    private const int Remote = 16;

    /// <param name="read">Must not hang on the order in which reads end.</param>
    public static async IAsyncEnumerable<TResult> InOrderAsync<TItem, TResult>(
        IObjectStore store, IEnumerable<TItem> items, Func<TItem, CancellationToken, Task<TResult>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = store.IsRemote ? Remote : 1;
        var under = new Queue<Task<TResult>>();
        using var rest = items.GetEnumerator();
        try
        {
            while (true)
            {
                while (under.Count < ahead && rest.MoveNext())
                    under.Enqueue(read(rest.Current, stop.Token));
                if (!under.TryDequeue(out var next))
                    yield break;
                yield return await next;
            }
        }
        finally
        {
            // Whoever stops early does not hear how the others would have ended.
            await stop.CancelAsync();
            await Task.WhenAll(under).ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
