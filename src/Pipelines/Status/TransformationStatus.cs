using System.ComponentModel;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

[Description("What the operator knows of the Transformation: a cache of its table's commits, and of its runs.")]
public sealed record TransformationStatus(
    [property: Description("The generation of the spec that this status speaks of."), NumberBounds(0, 9e15)] long? ObservedGeneration = null,
    [property: Description("Ready, Reconciling, Stalled."), ItemBounds(0, 16)] IReadOnlyList<Condition>? Conditions = null,
    [property: Description("What the committed output was made from."), ItemBounds(0, 1000)] IReadOnlyList<InputStatus>? Inputs = null,
    [property: Description("The committed output.")] OutputStatus? Output = null,
    [property: Description("The last run that ended.")] LastRunStatus? LastRun = null,
    [property: Description("The scheduled time of the last run that was started for one.")] DateTimeOffset? LastScheduleTime = null,
    [property: Description("When the schedule comes next.")] DateTimeOffset? NextScheduleTime = null,
    [property: Description("The last value of lakehouse.dev/requested-at that a run answered."), LengthBounds(0, 4096)] string? LastHandledRequest = null,
    [property: Description("The last runs, newest first."), ItemBounds(0, 10)] IReadOnlyList<PastRunStatus>? History = null,
    [property: Description("The latest scheduled time that was left out, since no run could be started within startingDeadlineSeconds.")] DateTimeOffset? MissedScheduleTime = null);

[Description("The table that is written.")]
public sealed record OutputStatus(
    [property: Description("The table, layer.table; it is immutable."), LengthBounds(1, 128)] string Table,
    [property: Description("Identity of the table; one that was dropped and made anew has another."), LengthBounds(1, 64)] string? TableId = null,
    [property: Description("Its newest version.")] long? Version = null,
    [property: Description("Last version that changed rows.")] long? DataVersion = null,
    [property: Description("Its rows. Absent: statistics do not say.")] long? Rows = null,
    [property: Description("Where it lies."), LengthBounds(1, 2048)] string? Location = null,
    [property: Description("When its newest version was committed.")] DateTimeOffset? LastCommitTime = null,
    [property: Description("Over the SQL and what shapes its result, as they were for this version."), LengthBounds(1, 128)] string? SqlHash = null,
    [property: Description("The gates that let this version pass."), ItemBounds(0, 1000)] IReadOnlyList<GateStatus>? Gates = null);
