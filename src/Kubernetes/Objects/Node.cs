namespace LakehouseOperator.Kubernetes.Objects;

public sealed record Node : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string? Kind { get; init => field = value ?? "Node"; } = "Node";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public NodeSpec? Spec { get; init; }

    public NodeStatus? Status { get; init; }
}

public sealed record NodeSpec
{
    public bool? Unschedulable { get; init; }
}

public sealed record NodeStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }

    public IReadOnlyDictionary<string, string>? Capacity { get; init; }

    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }

    public IReadOnlyList<NodeAddress>? Addresses { get; init; }
}

public sealed record NodeAddress
{
    public string? Type { get; init; }

    public string? Address { get; init; }
}
