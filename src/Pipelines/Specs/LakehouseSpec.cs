using System.ComponentModel;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Where tables live, and the defaults and limits of what runs on them.")]
public sealed record LakehouseSpec(
    [property: Description("Where layers lie. Exactly one kind. Immutable. Omitted: a folder, ./lake or what --lake names; a cluster needs one.")]
    StorageSpec? Storage = null,
    [property: Description("Layers beside bronze, silver and gold, or other locations for those three. Immutable."), ItemBounds(0, 32)]
    IReadOnlyDictionary<string, LayerSpec>? Layers = null,
    [property: Description("How tables are written and how long their past is kept.")]
    TablesSpec? Tables = null,
    [property: Description("Defaults and limits for runs.")]
    LakehouseRunnerSpec? Runner = null,
    [property: Description("What runs may reach beside name service, the operator and every address that is not link-local.")]
    NetworkPolicySpec? NetworkPolicy = null);

public sealed record NetworkPolicySpec(
    [property: Description("Egress rules of a NetworkPolicy, added to our own as they are. Without a cluster nothing is restricted."), ItemBounds(0, 100), Verbatim]
    IReadOnlyList<JsonElement>? Egress = null);

[Description("One layer.")]
public sealed record LayerSpec(
    [property: Description("Where the layer's tables live: s3://bucket/prefix in the storage of this Lakehouse, or a folder as file:///path, in a cluster below file:///lake/ with storage.volume. Omitted: s3://<storage's bucket>/<layer>, or <lake>/<layer>."), LengthBounds(1, 1024)]
    string? Location = null);

public sealed record TablesSpec(
    [property: Description("Size at which a data file is closed and the next one begun. 1Mi to 4Gi. Default 256Mi.")]
    Quantity? TargetFileSize = null,
    [property: Description("How long versions of a table can be read back. At least 24h. Default 168h.")]
    Duration? LogRetention = null,
    [property: Description("How long files that no version names any more are kept. At least 24h. Default 168h.")]
    Duration? FileRetention = null);

[Description("The Lakehouse that this belongs to.")]
public sealed record LakehouseRef([property: Description("Name of a Lakehouse in the same namespace."), LengthBounds(1, 253)] string Name);
