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

    /// <summary>Whether a layer's location is in a bucket and not a folder.</summary>
    public static bool IsInBucket(string location) => location.StartsWith("s3://", StringComparison.Ordinal);

    public static IReadOnlyList<string> Of(LakehouseSpec lakehouse) =>
        [.. Always, .. (lakehouse.Layers?.Keys ?? []).Where(layer => IsName(layer) && !Always.Contains(layer, StringComparer.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Where the Lakehouse itself says that a layer lies; null: nowhere, so in the folder that the command line names.</summary>
    public static string? LocationOf(LakehouseSpec lakehouse, string layer) =>
        lakehouse.Layers?.GetValueOrDefault(layer)?.Location ?? (lakehouse.Storage?.S3 is { } s3 ? $"s3://{s3.Bucket}/{layer}" : null);
}
