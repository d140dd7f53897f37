using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>The layers of a Lakehouse: bronze, silver, gold, and those that it declares.</summary>
public static class Layers
{
    public static IReadOnlyList<string> Always { get; } = ["bronze", "silver", "gold"];

    public static bool IsName(string layer) => TableName.IsPart(layer) && !layer.StartsWith('_');

    public static IReadOnlyList<string> Of(LakehouseSpec lakehouse) =>
        [.. Always, .. (lakehouse.Layers?.Keys ?? []).Where(layer => IsName(layer) && !Always.Contains(layer, StringComparer.Ordinal)).Order(StringComparer.Ordinal)];
}
