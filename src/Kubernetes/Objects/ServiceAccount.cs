namespace LakehouseOperator.Kubernetes.Objects;

public sealed record ServiceAccount : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string? Kind { get; init => field = value ?? "ServiceAccount"; } = "ServiceAccount";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public bool? AutomountServiceAccountToken { get; init; }

    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }
}

/// <summary>authentication.k8s.io/v1, the subresource <c>token</c> of a ServiceAccount.</summary>
public sealed record TokenRequest : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "authentication.k8s.io/v1"; } = "authentication.k8s.io/v1";

    public string? Kind { get; init => field = value ?? "TokenRequest"; } = "TokenRequest";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public TokenRequestSpec? Spec { get; init; }

    public TokenRequestStatus? Status { get; init; }
}

public sealed record TokenRequestSpec
{
    public IReadOnlyList<string>? Audiences { get; init; }

    public long? ExpirationSeconds { get; init; }

    public BoundObjectReference? BoundObjectRef { get; init; }
}

public sealed record BoundObjectReference
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }
}

public sealed record TokenRequestStatus
{
    public string? Token { get; init; }

    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
