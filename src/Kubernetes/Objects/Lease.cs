using System.Text.Json.Serialization;

namespace LakehouseOperator.Kubernetes.Objects;

public sealed record Lease : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "coordination.k8s.io/v1"; } = "coordination.k8s.io/v1";

    public string? Kind { get; init => field = value ?? "Lease"; } = "Lease";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public LeaseSpec? Spec { get; init; }
}

/// <summary>The times are the holder's clock and only ever compared for equality.</summary>
public sealed record LeaseSpec
{
    /// <summary>Empty or absent: given back.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}
