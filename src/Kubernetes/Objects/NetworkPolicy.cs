namespace LakehouseOperator.Kubernetes.Objects;

public sealed record NetworkPolicy : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "networking.k8s.io/v1"; } = "networking.k8s.io/v1";

    public string? Kind { get; init => field = value ?? "NetworkPolicy"; } = "NetworkPolicy";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public NetworkPolicySpec? Spec { get; init; }
}

public sealed record NetworkPolicySpec
{
    public LabelSelector? PodSelector { get; init; }

    public IReadOnlyList<string>? PolicyTypes { get; init; }

    /// <summary>A list of rules.</summary>
    public RawJson? Ingress { get; init; }

    /// <summary>A list of rules; those that a user adds are handed on verbatim.</summary>
    public RawJson? Egress { get; init; }
}
