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

    /// <summary>What nobody has asked for since may be forgotten: streams report every ten seconds.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromSeconds(15);

    /// <param name="forget">Forgets what was not used for so long and can be made anew; says how many bytes that were, by estimate.</param>
    public static async Task WatchAsync(Func<TimeSpan, long> forget, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var (before, given, forgotten) = (0L, 0L, 0L);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var isQuiet = allocated - before < Quiet;
            if (isQuiet)
                forgotten += forget(Unused);
            if (isQuiet && allocated - given + forgotten > Worthwhile)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                (given, forgotten) = (allocated, 0);
            }

            before = allocated;
        }
    }
}
