using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Times at which a run is started.")]
public sealed record ScheduleSpec(
    [property: Description("Five fields: minute, hour, day of month, month, day of week (\"0 4 * * MON-FRI\"), or @hourly, @daily, @weekly, @monthly, @yearly. Where both kinds of day are given, one of them is enough."), LengthBounds(1, 256)]
    string Cron,
    [property: Description("An IANA time zone, such as Europe/Berlin. Default UTC. A time that a clock change skips runs right after it; one that comes twice runs once."), LengthBounds(1, 64)]
    string? TimeZone = null,
    [property: Description("A run that could not be started for so long after its time is left out. Default: however late, the latest of those missed is made up for."), NumberBounds(10, 31_536_000)]
    int? StartingDeadlineSeconds = null,
    [property: Description("Forbid: while a run is under way no other is started; the latest time missed meanwhile is made up for.")]
    ConcurrencyPolicy ConcurrencyPolicy = ConcurrencyPolicy.Forbid);

public enum ConcurrencyPolicy
{
    Forbid,
}

public enum DeletionPolicy
{
    Retain,
    Delete,
}
