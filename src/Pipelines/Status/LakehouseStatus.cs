using System.ComponentModel;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

[Description("What the operator found out about the Lakehouse.")]
public sealed record LakehouseStatus(
    [property: Description("The generation of the spec that this status speaks of."), NumberBounds(0, 9e15)] long? ObservedGeneration = null,
    [property: Description("Ready, Reconciling, Stalled."), ItemBounds(0, 16)] IReadOnlyList<Condition>? Conditions = null,
    [property: Description("What the last probe of the store found.")] StorageStatus? Storage = null,
    [property: Description("Tables in all layers, at the last probe.")] int? TableCount = null,
    [property: Description("The spec's storage and layers as they were first taken up: they are immutable."), LengthBounds(1, 128)] string? StorageHash = null,
    [property: Description("The last probe.")] LastRunStatus? LastRun = null,
    [property: Description("The last value of lakehouse.dev/requested-at that was answered by a probe."), LengthBounds(0, 4096)] string? LastHandledRequest = null);

[Description("A store as a probe found it.")]
public sealed record StorageStatus(
    [property: Description("Whether every layer could be reached.")] bool Reachable,
    [property: Description("Whether the store refuses to write an object that is there already; without that tables are not safe. Absent: not tried.")] bool? ConditionalWrites = null,
    [property: Description("When it was probed.")] DateTimeOffset? LastProbeTime = null);
