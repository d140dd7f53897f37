using System.ComponentModel;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Defaults of every pod that works on this Lakehouse, and its limits. Without a cluster there are no pods: memory, scratch and maxConcurrentRuns count, the rest is only checked.")]
public sealed record LakehouseRunnerSpec(
    [property: Description("What a run may use, and what is set aside for it.")] ResourcesSpec? Resources = null,
    [property: Description("Labels of the nodes that pods may run on."), ItemBounds(0, 64), LengthBounds(0, 63)] IReadOnlyDictionary<string, string>? NodeSelector = null,
    [property: Description("Taints of nodes that pods may run on all the same."), ItemBounds(0, 64)] IReadOnlyList<TolerationSpec>? Tolerations = null,
    [property: Description("The pods' affinity, as Kubernetes has it."), Verbatim] JsonElement? Affinity = null,
    [property: Description("The pods' topologySpreadConstraints, as Kubernetes has them."), ItemBounds(0, 16), Verbatim] IReadOnlyList<JsonElement>? TopologySpreadConstraints = null,
    [property: Description("The pods' PriorityClass."), LengthBounds(1, 253)] string? PriorityClassName = null,
    [property: Description("Space for staged inputs, spilled state and outputs of one run.")] ScratchSpec? Scratch = null,
    [property: Description("Labels and annotations that every pod gets beside ours.")] PodMetadataSpec? PodMetadata = null,
    [property: Description("Secrets that the runner's image is pulled with."), ItemBounds(0, 16)] IReadOnlyList<ImagePullSecretRef>? ImagePullSecrets = null,
    [property: Description("ServiceAccount of the pods, for the identity that an object store takes it for. Default: the namespace's default. Its token is never mounted."), LengthBounds(1, 253)]
    string? ServiceAccountName = null,
    [property: Description("How many runs may be under way at once; the others wait. Default 10; on one machine never more than its cores."), NumberBounds(1, 10_000)]
    int? MaxConcurrentRuns = null);

[Description("The pods of this resource, where they shall differ from the Lakehouse's. Each field that is set replaces the Lakehouse's whole.")]
public sealed record RunnerSpec(
    [property: Description("What a run may use, and what is set aside for it.")] ResourcesSpec? Resources = null,
    [property: Description("Labels of the nodes that pods may run on."), ItemBounds(0, 64), LengthBounds(0, 63)] IReadOnlyDictionary<string, string>? NodeSelector = null,
    [property: Description("Taints of nodes that pods may run on all the same."), ItemBounds(0, 64)] IReadOnlyList<TolerationSpec>? Tolerations = null,
    [property: Description("The pods' affinity, as Kubernetes has it."), Verbatim] JsonElement? Affinity = null,
    [property: Description("The pods' topologySpreadConstraints, as Kubernetes has them."), ItemBounds(0, 16), Verbatim] IReadOnlyList<JsonElement>? TopologySpreadConstraints = null,
    [property: Description("The pods' PriorityClass."), LengthBounds(1, 253)] string? PriorityClassName = null,
    [property: Description("Space for staged inputs, spilled state and outputs of one run.")] ScratchSpec? Scratch = null);

public sealed record ResourcesSpec(
    [property: Description("Upper bounds; a run that outgrows its memory is ended and reported as OutOfMemory.")] ResourceAmounts? Limits = null,
    [property: Description("What the node sets aside for the pod. Default: memory as limited.")] ResourceAmounts? Requests = null);

public sealed record ResourceAmounts(
    [property: Description("Memory, such as 2Gi. As a limit at least 64Mi.")] Quantity? Memory = null,
    [property: Description("Processor time, in cores: 2, 0.5 or 500m.")] CpuQuantity? Cpu = null);

public sealed record ScratchSpec([property: Description("Most bytes that one run keeps there. Default 10Gi.")] Quantity? SizeLimit = null);

public enum TolerationOperator
{
    Equal,
    Exists,
}

public enum TaintEffect
{
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

public sealed record TolerationSpec(
    [property: Description("The taint's key. Omitted, with Exists: every taint."), LengthBounds(1, 317)] string? Key = null,
    [property: Description("Equal: the taint has this value. Exists: whatever its value.")] TolerationOperator Operator = TolerationOperator.Equal,
    [property: Description("The taint's value; only with Equal."), LengthBounds(0, 63)] string? Value = null,
    [property: Description("The taint's effect. Omitted: every effect.")] TaintEffect? Effect = null,
    [property: Description("How long a pod stays on a node that gets the taint; only with NoExecute. Omitted: for good."), NumberBounds(0, 1e15)] long? TolerationSeconds = null);

public sealed record PodMetadataSpec(
    [property: Description("Labels; those of lakehouse.dev, kubernetes.io and k8s.io are not to be set."), ItemBounds(0, 64), LengthBounds(0, 63)] IReadOnlyDictionary<string, string>? Labels = null,
    [property: Description("Annotations; those of lakehouse.dev, kubernetes.io and k8s.io are not to be set."), ItemBounds(0, 64), LengthBounds(0, 65_536)] IReadOnlyDictionary<string, string>? Annotations = null);

public sealed record ImagePullSecretRef([property: Description("Name of the Secret, of type kubernetes.io/dockerconfigjson."), LengthBounds(1, 253)] string Name);
