namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>What every object of the API has. Items of a list come without <see cref="ApiVersion"/> and <see cref="Kind"/>; the types of this library fill them in.</summary>
public interface IKubernetesObject
{
    string? ApiVersion { get; }

    string? Kind { get; }

    ObjectMeta Metadata { get; }
}
