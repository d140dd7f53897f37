namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Times as a status holds them.</summary>
internal static class StatusTimes
{
    /// <summary>A status was written by a clock near ours, or by somebody who is none.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromDays(1);

    /// <summary>As it is read back from a status: to the millisecond. What is compared with a status must be no finer.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    /// <summary>Nothing can have happened then. To believe it would be to wait for it.</summary>
    public static bool IsAhead(DateTimeOffset? time, DateTimeOffset now) => time is { } at && at - now > Doubt;
}
