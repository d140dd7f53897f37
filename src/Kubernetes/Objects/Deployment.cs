namespace LakehouseOperator.Kubernetes.Objects;

public sealed record Deployment : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "apps/v1"; } = "apps/v1";

    public string? Kind { get; init => field = value ?? "Deployment"; } = "Deployment";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public DeploymentSpec? Spec { get; init; }

    public DeploymentStatus? Status { get; init; }
}

public sealed record DeploymentSpec
{
    public int? Replicas { get; init; }

    public LabelSelector? Selector { get; init; }

    public PodTemplateSpec? Template { get; init; }

    public DeploymentStrategy? Strategy { get; init; }

    public int? MinReadySeconds { get; init; }

    public int? RevisionHistoryLimit { get; init; }

    public int? ProgressDeadlineSeconds { get; init; }

    public bool? Paused { get; init; }
}

public sealed record DeploymentStrategy
{
    /// <summary>Recreate or RollingUpdate.</summary>
    public string? Type { get; init; }
}

public sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; init; }

    public int? Replicas { get; init; }

    public int? UpdatedReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public int? UnavailableReplicas { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
