namespace LakehouseOperator.Pipelines.Graph;

/// <summary>A resource as the graph sees it.</summary>
/// <param name="Reads">Tables that must be there before it can run.</param>
/// <param name="Writes">Tables that it alone makes, quarantine tables included.</param>
/// <param name="Prefers">Tables that should be up to date first but do not hold it up, such as those that its gates refer to.</param>
public sealed record GraphNode(ResourceId Id, IReadOnlyList<LakeTable> Reads, IReadOnlyList<LakeTable> Writes, IReadOnlyList<LakeTable> Prefers);
