namespace LakehouseOperator.Faults.Runs;

/// <summary>
/// The time of day stands still, so that equal workloads make equal rows. Waiting for a backoff does not: its timer fires soon, and the clock is then as late as
/// whoever waited expects. Longer timers are deadlines, and repeating ones are displays; those are the machine's.
/// </summary>
public sealed class HeldTime(DateTimeOffset at) : TimeProvider
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);
    private long skipped;

    public override DateTimeOffset GetUtcNow() => at.AddTicks(Interlocked.Read(ref skipped));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan || dueTime < ShortestBackoff || dueTime > LongestBackoff)
            return System.CreateTimer(callback, state, dueTime, period);
        return System.CreateTimer(
            passed =>
            {
                Interlocked.Add(ref skipped, dueTime.Ticks);
                callback(passed);
            },
            state,
            Soon,
            period);
    }
}
