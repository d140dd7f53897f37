namespace LakehouseOperator.Kubernetes.Api;

/// <summary>A token bucket: so many requests a second, and a burst of so many at once.</summary>
internal sealed class RequestPace(double? qps, int burst, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = burst;
    private long filledAt = time.GetTimestamp();

    /// <summary>Waits for this request's turn; turns are given in the order of asking.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        if (qps is not { } rate)
            return Task.CompletedTask;
        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(burst, tokens + (time.GetElapsedTime(filledAt, now).TotalSeconds * rate)) - 1;
            filledAt = now;
            wait = TimeSpan.FromSeconds(Math.Max(0, -tokens / rate));
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
