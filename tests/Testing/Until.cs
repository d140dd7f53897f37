namespace LakehouseOperator.Testing;

/// <summary>Waiting for what another thread brings about; a minute, so that what never comes about fails a test and does not hang it.</summary>
public static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <exception cref="TimeoutException">It does not come about.</exception>
    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    /// <exception cref="TimeoutException">It does not come about.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"did not come about: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>As <see cref="TrueAsync(Func{bool}, string)"/>, while a clock moves.</summary>
    public static Task TrueAsync(ManualTime time, TimeSpan step, Func<bool> condition, string what) => TrueAsync(() =>
    {
        if (condition())
            return true;
        time.Advance(step);
        return false;
    }, what);
}
