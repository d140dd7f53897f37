using System.Globalization;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>What a subject's schedule says at one moment.</summary>
/// <param name="Due">The latest scheduled time, where a run is owed for it or its run may be attempted again.</param>
/// <param name="Missed">The latest scheduled time, where it is too long past to be made up for.</param>
/// <param name="Next">The first one to come.</param>
internal sealed record ScheduleSlot(DateTimeOffset? Due, DateTimeOffset? Missed, DateTimeOffset? Next)
{
    private static readonly ScheduleSlot None = new(null, null, null);

    /// <summary>Only the latest time counts: of several that went by, one is made up for. Any run that began since then has served it.</summary>
    internal static ScheduleSlot Of(Subject subject, DateTimeOffset now)
    {
        if (subject.Schedule is not { } schedule || subject.Suspended || subject.Stalled is not null)
            return None;
        var coming = None with { Next = schedule.Next(now) };
        if (schedule.Previous(now) is not { } latest)
            return coming;
        var attempted = subject.LastRun is { } last && last.Key == TriggerKeys.Of(latest);
        if (attempted)
            return coming with { Due = latest };
        if (latest <= (subject.LastScheduleTime ?? DateTimeOffset.MinValue) || latest <= (subject.ScheduledSince ?? subject.LastScheduleTime ?? now) || subject.LastRun?.StartTime >= latest)
            return coming;
        return now - latest > schedule.StartingDeadline ? coming with { Missed = latest } : coming with { Due = latest };
    }

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
