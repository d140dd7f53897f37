using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>A column of a statement's result with the type that DuckDB derives, as <c>DESCRIBE</c> prints it.</summary>
public sealed record BoundColumn(string Name, string Type);

/// <summary>
/// From what a statement gives to what its table holds: the schema, and one <c>expression AS name</c> for each column over a relation named
/// <c>result</c>. The expressions cast to the stored types and fail, rather than write something else, where a value does not fit.
/// </summary>
public sealed record Projection(TableSchema Schema, IReadOnlyList<string> Expressions)
{
    /// <summary>The relation that the expressions read.</summary>
    public const string Relation = "result";

    /// <param name="columns">As bound.</param>
    /// <param name="partitionBy">Partition columns out of the result; transformed ones are added after the result's own.</param>
    /// <param name="projection">Null where something is refused.</param>
    /// <param name="refusals">Every column that cannot be stored, in order, with the fix.</param>
    public static bool TryCreate(
        IReadOnlyList<BoundColumn> columns,
        IReadOnlyList<PartitionSpec> partitionBy,
        [NotNullWhen(true)] out Projection? projection,
        out IReadOnlyList<TypeRefusal> refusals)
    {
        projection = null;
        var found = new List<TypeRefusal>();
        refusals = found;
        var stored = new List<TableColumn>();
        var expressions = new List<string>();
        foreach (var column in columns)
        {
            if (!ColumnType.TryParseSql(column.Type, out var type, out var refusal))
            {
                found.Add(refusal with { Message = $"column \"{column.Name}\": {refusal.Message}" });
                continue;
            }

            stored.Add(new TableColumn(column.Name, type));
            var identity = partitionBy.Any(p => p.Transform == PartitionTransform.Identity && SameName(p.Column, column.Name) && SameName(Partitioning.NameOf(p), column.Name));
            var value = CheckedCast.Expression($"{Relation}.{SqlText.Name(column.Name)}", type, column.Name);
            expressions.Add($"{(identity ? Partitioning.Expression(PartitionTransform.Identity, type, value) : value)} AS {SqlText.Name(column.Name)}");
        }

        if (found.Count == 0)
            AddPartitions(partitionBy, stored, expressions, found);
        if (ColumnNames.Refuse(columns.Select(static column => column.Name).Concat(stored.Skip(columns.Count).Select(static column => column.Name))) is { } name)
            found.Add(name);
        if (found.Count > 0)
            return false;
        var partitionColumns = partitionBy.Select(partition => stored.First(column => SameName(column.Name, Partitioning.NameOf(partition))).Name).ToArray();
        var schema = new TableSchema(stored, partitionColumns);
        if (!schema.FileColumns.Any())
        {
            found.Add(new TypeRefusal("every column is a partition column, so that no file could hold a row", "keep at least one column out of partitionBy"));
            return false;
        }

        projection = new Projection(schema, expressions);
        return true;
    }

    private static void AddPartitions(IReadOnlyList<PartitionSpec> partitionBy, List<TableColumn> stored, List<string> expressions, List<TypeRefusal> refusals)
    {
        var own = stored.Count;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var partition in partitionBy)
        {
            var source = stored.Take(own).FirstOrDefault(column => SameName(column.Name, partition.Column));
            if (source is null)
            {
                refusals.Add(new TypeRefusal($"there is no column \"{partition.Column}\" to partition by", $"columns are {string.Join(", ", stored.Take(own).Select(static column => column.Name))}"));
                continue;
            }

            var name = Partitioning.NameOf(partition);
            if (!names.Add(name))
                refusals.Add(new TypeRefusal($"partition column \"{name}\" comes twice", "name each once"));
            if (Partitioning.TypeOf(partition, source.Type, out var refusal) is not { } type)
            {
                refusals.Add(refusal! with { Message = $"partition column \"{name}\": {refusal.Message}" });
                continue;
            }

            if (SameName(name, source.Name) && partition.Transform == PartitionTransform.Identity)
                continue;
            stored.Add(new TableColumn(name, type));
            var value = Partitioning.Expression(partition.Transform, source.Type, CheckedCast.Expression($"{Relation}.{SqlText.Name(source.Name)}", source.Type, source.Name));
            expressions.Add($"{value} AS {SqlText.Name(name)}");
        }
    }

    private static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
