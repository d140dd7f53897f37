namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>What is read of an object that does not fit its type.</summary>
internal sealed record PartialObject
{
    public PartialMeta? Metadata { get; init; }
}

/// <summary>What identifies an object.</summary>
internal sealed record PartialMeta(string? Name, string? Namespace, string? Uid, string? ResourceVersion);

/// <summary>metav1.DeleteOptions.</summary>
internal sealed record DeleteOptionsBody(string ApiVersion, string Kind, Preconditions? Preconditions, string? PropagationPolicy, long? GracePeriodSeconds);

internal sealed record Preconditions(string? Uid, string? ResourceVersion);
