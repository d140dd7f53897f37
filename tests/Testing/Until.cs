namespace LakehouseOperator.Testing;

/// <summary>Waiting for what another thread brings about; for minutes, so that what never comes about fails a test and does not hang it.</summary>
public static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>What is asked may be dear, and takes the processor from those who are waited for.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(30);

    /// <exception cref="TimeoutException">It does not come about.</exception>
    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    /// <exception cref="TimeoutException">It does not come about.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, string what) => TrueAsync(condition, what, LongestPause);

    private static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan longestPause)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = Pause; !await condition(); pause = pause < longestPause ? pause * 1.5 : longestPause)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"did not come about: {what}");
            await Task.Delay(pause, TimeProvider.System);
        }
    }

    /// <summary>As <see cref="TrueAsync(Func{bool}, string)"/>, while a clock moves.</summary>
    public static Task TrueAsync(ManualTime time, TimeSpan step, Func<bool> condition, string what) => TrueAsync(() =>
    {
        if (condition())
            return Task.FromResult(true);
        time.Advance(step);
        return Task.FromResult(false);
    }, what, Pause);
}
