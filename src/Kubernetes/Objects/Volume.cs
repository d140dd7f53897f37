namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>A name and exactly one source.</summary>
public sealed record Volume
{
    public string? Name { get; init; }

    public EmptyDirVolumeSource? EmptyDir { get; init; }

    public ConfigMapVolumeSource? ConfigMap { get; init; }

    public SecretVolumeSource? Secret { get; init; }

    public ProjectedVolumeSource? Projected { get; init; }

    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }
}

public sealed record EmptyDirVolumeSource
{
    /// <summary>Memory, or the node's disk where absent.</summary>
    public string? Medium { get; init; }

    /// <summary>A quantity.</summary>
    public string? SizeLimit { get; init; }
}

public sealed record ConfigMapVolumeSource
{
    public string? Name { get; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    public int? DefaultMode { get; init; }

    public bool? Optional { get; init; }
}

public sealed record SecretVolumeSource
{
    public string? SecretName { get; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    public int? DefaultMode { get; init; }

    /// <summary>Whether the pod starts without it.</summary>
    public bool? Optional { get; init; }
}

public sealed record KeyToPath
{
    public string? Key { get; init; }

    public string? Path { get; init; }

    public int? Mode { get; init; }
}

public sealed record ProjectedVolumeSource
{
    public IReadOnlyList<VolumeProjection>? Sources { get; init; }

    public int? DefaultMode { get; init; }
}

public sealed record VolumeProjection
{
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }
}

public sealed record ServiceAccountTokenProjection
{
    public string? Audience { get; init; }

    /// <summary>At least 600.</summary>
    public long? ExpirationSeconds { get; init; }

    public string? Path { get; init; }
}

public sealed record PersistentVolumeClaimVolumeSource
{
    public string? ClaimName { get; init; }

    public bool? ReadOnly { get; init; }
}
