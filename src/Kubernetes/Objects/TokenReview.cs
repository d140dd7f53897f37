namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>Asks the API server who holds a token; created, never stored.</summary>
public sealed record TokenReview : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "authentication.k8s.io/v1"; } = "authentication.k8s.io/v1";

    public string? Kind { get; init => field = value ?? "TokenReview"; } = "TokenReview";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public TokenReviewSpec? Spec { get; init; }

    public TokenReviewStatus? Status { get; init; }
}

public sealed record TokenReviewSpec
{
    public string? Token { get; init; }

    public IReadOnlyList<string>? Audiences { get; init; }
}

public sealed record TokenReviewStatus
{
    public bool? Authenticated { get; init; }

    public UserInfo? User { get; init; }

    /// <summary>Those of the asked ones that the token is for.</summary>
    public IReadOnlyList<string>? Audiences { get; init; }

    public string? Error { get; init; }
}

public sealed record UserInfo
{
    /// <summary><c>system:serviceaccount:namespace:name</c> for a ServiceAccount.</summary>
    public string? Username { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Holds <c>authentication.kubernetes.io/pod-name</c> and <c>pod-uid</c> for a token bound to a pod.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}
