namespace LakehouseOperator.Redis.Resp;

/// <summary>Cancels one call when its caller does, or when nothing has moved for a while by the given clock. Used for one call at a time.</summary>
internal sealed class Deadline(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource source = new(Timeout.InfiniteTimeSpan, time);
    private CancellationTokenRegistration caller;

    public CancellationToken Token => source.Token;

    public void Begin(TimeSpan silence, CancellationToken cancellationToken)
    {
        caller = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        source.CancelAfter(silence);
    }

    /// <summary>Something has moved: the time starts again.</summary>
    public void Moved(TimeSpan silence)
    {
        source.CancelAfter(silence);
    }

    /// <summary>After a call that went well. After another one there is no next.</summary>
    public void End()
    {
        caller.Dispose();
        source.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        caller.Dispose();
        source.Dispose();
    }
}
