namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>Only what is asked of one: which versions it serves and whether it is established.</summary>
public sealed record CustomResourceDefinition : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "apiextensions.k8s.io/v1"; } = "apiextensions.k8s.io/v1";

    public string? Kind { get; init => field = value ?? "CustomResourceDefinition"; } = "CustomResourceDefinition";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public CustomResourceDefinitionSpec? Spec { get; init; }

    public CustomResourceDefinitionStatus? Status { get; init; }
}

public sealed record CustomResourceDefinitionSpec
{
    public string? Group { get; init; }

    public string? Scope { get; init; }

    public IReadOnlyList<CustomResourceDefinitionVersion>? Versions { get; init; }
}

public sealed record CustomResourceDefinitionVersion
{
    public string? Name { get; init; }

    public bool? Served { get; init; }

    public bool? Storage { get; init; }
}

public sealed record CustomResourceDefinitionStatus
{
    /// <summary>Established and NamesAccepted.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
