using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

[Description("One DuckDB SELECT that becomes one table, published only when its gates pass.")]
public sealed record TransformationSpec(
    LakehouseRef LakehouseRef,
    [property: Description("Exactly one SELECT over tables of this Lakehouse, written layer.table."), LengthBounds(1, 65_536)] string Sql,
    [property: Description("The table that it writes, layer.table. Immutable."), LengthBounds(1, 128)] string Table,
    [property: Description("How the result becomes the table. Exactly one; default replace.")] MaterializationSpec? Materialization = null,
    [property: Description("Partition columns out of the result, few values each."), ItemBounds(0, 8)] IReadOnlyList<PartitionSpec>? PartitionBy = null,
    [property: Description("What makes it run. Absent: onChange. {}: only on request. onChange and schedule may be set both.")] TriggerSpec? Trigger = null,
    [property: Description("Bounds and retries of one run.")] ExecutionSpec? Execution = null,
    [property: Description("Stop running; the last version stays.")] bool Suspend = false,
    [property: Description("What differs for this resource's runs from the Lakehouse's.")] RunnerSpec? Runner = null,
    [property: Description("When this resource is deleted: Retain keeps the table; Delete removes the table and exactly its objects. Without a cluster nothing is deleted.")]
    DeletionPolicy DeletionPolicy = DeletionPolicy.Retain);

[ExactlyOne]
public sealed record MaterializationSpec(ReplaceSpec? Replace = null);

[Description("Every run's result replaces the table as one version.")]
public sealed record ReplaceSpec;

public sealed record TriggerSpec(
    [property: Description("Run when an input has a new data version.")] OnChangeSpec? OnChange = null,
    [property: Description("Run at these times. \"lakehouse run --once\" does not wait for them: it runs what its inputs make due.")] ScheduleSpec? Schedule = null);

public sealed record OnChangeSpec(
    [property: Description("Least time between the starts of two runs. Default 0s.")] Duration? MinInterval = null,
    [property: Description("Longest wait for upstream runs that are owed; \"lakehouse run --once\" waits for all of them. Default 10m.")] Duration? MaxWait = null);

public sealed record ExecutionSpec(
    [property: Description("The run is ended after so long. Default 1800."), NumberBounds(1, 604_800)] int? ActiveDeadlineSeconds = null,
    [property: Description("Attempts after the first when a store or source could not be reached. Default 3."), NumberBounds(0, 100)] int? Retries = null,
    [property: Description("Threads of the SQL engine. Default: the cores."), NumberBounds(1, 1024)] int? Threads = null);
