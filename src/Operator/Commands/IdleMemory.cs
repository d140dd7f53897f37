namespace LakehouseOperator.Operator.Commands;

/// <summary>
/// Gives memory back when the operator falls quiet. A heap that once took in ten thousand resources is collected only when something is allocated, and an operator at rest allocates next to nothing: what
/// it needed for an hour of work it would hold for days.
/// </summary>
internal static class IdleMemory
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Bytes allocated in a period: leases, bookmarks and probes take less.</summary>
    private const long Quiet = 4 << 20;

    /// <summary>Bytes allocated since memory was last given back: less is not worth a collection.</summary>
    private const long Worthwhile = 16 << 20;

    public static async Task WatchAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var (before, given) = (0L, 0L);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before < Quiet && allocated - given > Worthwhile)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                given = allocated;
            }

            before = allocated;
        }
    }
}
