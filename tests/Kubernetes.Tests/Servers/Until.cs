namespace LakehouseOperator.Kubernetes.Tests.Servers;

internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Waits for what another thread brings about.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
                Assert.Fail($"did not come about: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>As <see cref="TrueAsync"/>, while a clock moves.</summary>
    public static Task TrueAsync(Testing.ManualTime time, TimeSpan step, Func<bool> condition, string what) => TrueAsync(() =>
    {
        if (condition())
            return true;
        time.Advance(step);
        return false;
    }, what);
}
