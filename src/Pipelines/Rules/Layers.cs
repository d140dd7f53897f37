using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>The layers of a Lakehouse: bronze, silver, gold, and those that it declares.</summary>
public static class Layers
{
    public static IReadOnlyList<string> Always { get; } = ["bronze", "silver", "gold"];

    /// <summary>Schemas that DuckDB has of its own: tables of such a layer could not be named in SQL.</summary>
    public static IReadOnlySet<string> Reserved { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "information_schema", "main", "memory", "pg_catalog", "system", "temp" };

    public static bool IsName(string layer) => TableName.IsPart(layer) && !layer.StartsWith('_') && !Reserved.Contains(layer);

    public static IReadOnlyList<string> Of(LakehouseSpec lakehouse) =>
        [.. Always, .. (lakehouse.Layers?.Keys ?? []).Where(layer => IsName(layer) && !Always.Contains(layer, StringComparer.Ordinal)).Order(StringComparer.Ordinal)];
}
