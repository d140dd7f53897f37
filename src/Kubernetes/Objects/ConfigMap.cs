namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>At most 1 MiB together.</summary>
public sealed record ConfigMap : IKubernetesObject
{
    public string? ApiVersion { get; init => field = value ?? "v1"; } = "v1";

    public string? Kind { get; init => field = value ?? "ConfigMap"; } = "ConfigMap";

    public ObjectMeta Metadata { get; init => field = value ?? ObjectMeta.Empty; } = ObjectMeta.Empty;

    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>In base64 on the wire.</summary>
    public IReadOnlyDictionary<string, byte[]>? BinaryData { get; init; }

    public bool? Immutable { get; init; }
}
