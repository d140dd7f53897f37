using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator;

/// <summary>The kinds that the operator serves: one line each.</summary>
internal static class ResourceKinds
{
    private const string Group = "lakehouse.dev";
    private const string Version = "v1alpha1";

    public static IReadOnlyList<(ResourceKind Kind, ResourceType<CustomResource> Type)> All { get; } =
    [
        (ResourceKind.Lakehouse, ResourceTypes.Custom(Group, Version, "Lakehouse", "lakehouses")),
        (ResourceKind.Ingestion, ResourceTypes.Custom(Group, Version, "Ingestion", "ingestions")),
        (ResourceKind.Transformation, ResourceTypes.Custom(Group, Version, "Transformation", "transformations")),
        (ResourceKind.QualityCheck, ResourceTypes.Custom(Group, Version, "QualityCheck", "qualitychecks")),
    ];

    public static ResourceType<CustomResource> TypeOf(ResourceKind kind) => All.First(one => one.Kind == kind).Type;
}
