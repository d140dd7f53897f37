namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>An object of a kind that a CustomResourceDefinition declares; its spec and status are typed later, by who knows them, so that no spec makes a list unreadable.</summary>
public sealed record CustomResource : IKubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public RawJson? Spec { get; init; }

    public RawJson? Status { get; init; }
}
