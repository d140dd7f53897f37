using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>Valid resources of one Lakehouse, with what their SQL reads; what the loop works through.</summary>
/// <param name="Inputs">By Transformation.</param>
/// <param name="HeldBy">Writers of tables, by the invalid gate that they wait for.</param>
public sealed record LocalSet(
    LakehouseResource Lakehouse,
    IReadOnlyList<IngestionResource> Ingestions,
    IReadOnlyList<TransformationResource> Transformations,
    IReadOnlyList<QualityCheckResource> Checks,
    IReadOnlyDictionary<ResourceId, IReadOnlyList<PlannedInput>> Inputs,
    IReadOnlyDictionary<ResourceId, ResourceId> HeldBy)
{
    /// <summary>In the order in which they are shown and, among equals, considered: sources, then tables after those they are made from, then checks.</summary>
    public IEnumerable<Resource> InOrder() => [.. Ingestions, .. Transformations, .. Checks];

    /// <summary>Every table that a resource writes, reads or checks.</summary>
    public IReadOnlySet<string> Tables() => Ingestions.SelectMany(ingestion => ingestion.Spec.Tables.Select(table => table.Name))
        .Concat(Transformations.Select(transformation => transformation.Spec.Table))
        .Concat(Inputs.Values.SelectMany(inputs => inputs.Select(input => input.Table)))
        .Concat(Checks.Select(check => check.Spec.Table))
        .ToHashSet(StringComparer.Ordinal);
}
