namespace LakehouseOperator.Kubernetes.Tests.Servers;

/// <summary>A clock that runs faster than the world, so that waits are short.</summary>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset start = System.GetUtcNow();
    private readonly long origin = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => (System.GetTimestamp() - origin) * factor;

    public override DateTimeOffset GetUtcNow() => start + GetElapsedTime(0, GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period)), this);

    private TimeSpan Scaled(TimeSpan wait) => wait > TimeSpan.Zero ? wait / factor : wait;

    private sealed class FastTimer(ITimer timer, FastTime owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(owner.Scaled(dueTime), owner.Scaled(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
