using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Where tables live, and the defaults and limits of what runs on them.")]
public sealed record LakehouseSpec(
    [property: Description("The object store that layers lie in. Exactly one kind. Immutable. Omitted: a folder, ./lake or what --lake names.")]
    StorageSpec? Storage = null,
    [property: Description("Layers beside bronze, silver and gold, or other locations for those three. Immutable."), ItemBounds(0, 32)]
    IReadOnlyDictionary<string, LayerSpec>? Layers = null,
    [property: Description("How tables are written and how long their past is kept.")]
    TablesSpec? Tables = null,
    [property: Description("Defaults and limits for runs.")]
    LakehouseRunnerSpec? Runner = null);

[Description("One layer.")]
public sealed record LayerSpec(
    [property: Description("Where the layer's tables live: s3://bucket/prefix in the storage of this Lakehouse, or a folder as file:///path. Omitted: s3://<storage's bucket>/<layer>, or <lake>/<layer>."), LengthBounds(1, 1024)]
    string? Location = null);

public sealed record TablesSpec(
    [property: Description("Size at which a data file is closed and the next one begun. 1Mi to 4Gi. Default 256Mi.")]
    Quantity? TargetFileSize = null,
    [property: Description("How long versions of a table can be read back. At least 24h. Default 168h.")]
    Duration? LogRetention = null,
    [property: Description("How long files that no version names any more are kept. At least 24h. Default 168h.")]
    Duration? FileRetention = null);

public sealed record LakehouseRunnerSpec(
    [property: Description("Memory bound of a run's SQL.")] ResourcesSpec? Resources = null,
    [property: Description("Space for staged inputs, spilled state and outputs of one run.")] ScratchSpec? Scratch = null,
    [property: Description("How many runs may be under way at once; the others wait. Default 10; on one machine never more than its cores."), NumberBounds(1, 10_000)]
    int? MaxConcurrentRuns = null);

public sealed record RunnerSpec(
    [property: Description("Memory bound of this resource's SQL.")] ResourcesSpec? Resources = null,
    [property: Description("Space for staged inputs, spilled state and outputs of one run.")] ScratchSpec? Scratch = null);

public sealed record ResourcesSpec(
    [property: Description("Upper bounds; a run that outgrows its memory is ended and reported as OutOfMemory.")] ResourceLimits? Limits = null);

public sealed record ResourceLimits([property: Description("Memory, such as 2Gi.")] Quantity? Memory = null);

public sealed record ScratchSpec([property: Description("Most bytes that one run keeps there. Default 10Gi.")] Quantity? SizeLimit = null);

[Description("The Lakehouse that this belongs to.")]
public sealed record LakehouseRef([property: Description("Name of a Lakehouse in the same namespace."), LengthBounds(1, 253)] string Name);
