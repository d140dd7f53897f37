namespace LakehouseOperator.Testing;

/// <summary>A clock that stands still until it is told to move; timers fire, in order of their due times, while it moves.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start;

    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Timers that would fire some time.</summary>
    public int Armed
    {
        get
        {
            lock (gate)
                return timers.Count;
        }
    }

    /// <summary>Waits until somebody has set so many timers: what is moved forward before that, he does not notice.</summary>
    public Task ArmedAsync(int least = 1) => Until.TrueAsync(() => Armed >= least, $"{least} timers are set");

    /// <summary>Moves from one timer to the next until <paramref name="end"/> is there.</summary>
    /// <param name="armed">How many timers are set whenever nothing goes on but waiting.</param>
    public async Task PassUntilAsync(Task end, int armed)
    {
        while (!end.IsCompleted)
        {
            await Until.TrueAsync(() => end.IsCompleted || Armed >= armed, $"{armed} timers are set");
            lock (gate)
                now = timers.Count == 0 ? now : timers.Min(static timer => timer.Due);
            Advance(TimeSpan.Zero);
        }
    }

    /// <summary>Moves forward by <paramref name="by"/>, firing what falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset target;
        lock (gate)
            target = now + by;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
                now = next is null ? target : next.Due > now ? next.Due : now;
                next?.Rearm();
            }

            if (next is null)
                return;
            next.Fire();
        }
    }

    private sealed class ManualTimer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (owner.gate)
            {
                owner.timers.Remove(this);
                period = newPeriod;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = owner.now + dueTime;
                owner.timers.Add(this);
                return true;
            }
        }

        /// <summary>Called under the owner's lock.</summary>
        public void Rearm()
        {
            if (period > TimeSpan.Zero)
                Due += period;
            else
                owner.timers.Remove(this);
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
