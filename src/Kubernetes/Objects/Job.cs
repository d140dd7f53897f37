namespace LakehouseOperator.Kubernetes.Objects;

public sealed record Job : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "batch/v1"; } = "batch/v1";

    public string? Kind { get; init => field = value ?? "Job"; } = "Job";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public JobSpec? Spec { get; init; }

    public JobStatus? Status { get; init; }
}

/// <summary>Immutable once created.</summary>
public sealed record JobSpec
{
    public int? Parallelism { get; init; }

    public int? Completions { get; init; }

    public int? BackoffLimit { get; init; }

    public long? ActiveDeadlineSeconds { get; init; }

    public int? TtlSecondsAfterFinished { get; init; }

    public LabelSelector? Selector { get; init; }

    public bool? ManualSelector { get; init; }

    public PodTemplateSpec? Template { get; init; }
}

public sealed record JobStatus
{
    /// <summary>Complete or Failed, with a status of True, end a Job.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public int? Active { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }
}
