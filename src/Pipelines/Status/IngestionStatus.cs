using System.ComponentModel;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

[Description("What the operator knows of the Ingestion; counts are those of its tables, up to 10 s old.")]
public sealed record IngestionStatus(
    [property: Description("The generation of the spec that this status speaks of."), NumberBounds(0, 9e15)] long? ObservedGeneration = null,
    [property: Description("Ready, Reconciling, Stalled, SourceConnected."), ItemBounds(0, 16)] IReadOnlyList<Condition>? Conditions = null,
    [property: Description("The tables, in the order of the spec; then those of their quarantines that there are."), ItemBounds(0, 128)] IReadOnlyList<IngestedTableStatus>? Tables = null,
    [property: Description("Records that the source holds beyond the tables, together. Absent: the source cannot say.")] long? LagRecords = null,
    [property: Description("Age of the oldest of them. Absent: the source cannot say.")] double? LagSeconds = null,
    [property: Description("Rows of all tables together.")] long? Rows = null,
    [property: Description("The newest commit of any of the tables.")] DateTimeOffset? LastCommitTime = null,
    [property: Description("Kind of source that was first taken up: it is immutable."), LengthBounds(1, 64)] string? SourceKind = null,
    [property: Description("The last run that ended: a stream's end is a fault, a batch's is not.")] LastRunStatus? LastRun = null,
    [property: Description("The last value of lakehouse.dev/requested-at that was answered."), LengthBounds(0, 4096)] string? LastHandledRequest = null);

[Description("A bronze table.")]
public sealed record IngestedTableStatus(
    [property: Description("The table, layer.table."), LengthBounds(1, 128)] string Name,
    [property: Description("Identity of the table; one that was dropped and made anew has another."), LengthBounds(1, 64)] string? TableId = null,
    [property: Description("Its newest version. Absent: nothing is committed yet.")] long? Version = null,
    [property: Description("Last version that changed rows.")] long? DataVersion = null,
    [property: Description("Its rows. Absent: statistics do not say.")] long? Rows = null,
    [property: Description("Rows of its quarantine.")] long? Quarantined = null,
    [property: Description("Records that the source holds beyond it.")] long? LagRecords = null,
    [property: Description("Age of the oldest of them.")] double? LagSeconds = null,
    [property: Description("When its newest version was committed.")] DateTimeOffset? LastCommitTime = null,
    [property: Description("The greatest value that its time column has had.")] DateTimeOffset? WatermarkTime = null);
