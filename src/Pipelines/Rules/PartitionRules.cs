using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Partition columns against the columns that they are taken from; what a transform gives is <see cref="Partitioning"/>'s.</summary>
internal static class PartitionRules
{
    /// <summary>The table's columns with the partition columns after the declared ones.</summary>
    /// <param name="columns">Null: not known yet, so only the partitions themselves are judged.</param>
    public static TableSchema? Judge(Subject subject, string field, IReadOnlyList<PartitionSpec>? partitions, IReadOnlyList<TableColumn>? columns)
    {
        var all = new List<TableColumn>(columns ?? []);
        var names = new List<string>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < (partitions?.Count ?? 0); i++)
        {
            var partition = partitions![i];
            var at = FieldPath.Item(field, i);
            if (!JudgeShape(subject, at, partition))
                continue;
            var name = Partitioning.NameOf(partition);
            if (!taken.Add(name))
            {
                subject.Error(DocumentCodes.DuplicateName, at, $"the partition column \"{name}\" comes twice");
                continue;
            }

            if (columns is not null && Added(subject, at, partition, columns) is { } column)
            {
                names.Add(column.Name);
                if (all.TrueForAll(c => c.Name != column.Name))
                    all.Add(column);
            }
        }

        if (columns is { Count: > 0 } && names.Count == columns.Count && names.Count == all.Count)
            subject.Error(DocumentCodes.InvalidPartition, field, "every column is a partition column, so there is nothing to store in files", "leave at least one column out");
        return columns is null ? null : new TableSchema(all, names);
    }

    private static bool JudgeShape(Subject subject, string at, PartitionSpec partition)
    {
        if (partition.Transform == PartitionTransform.Identity)
            return partition.As is null || partition.As == partition.Column || ColumnRules.JudgeName(subject, at + ".as", partition.As);
        if (partition.As is null)
        {
            var suggestion = $"{partition.Column}_{partition.Transform.ToString().ToLowerInvariant()}";
            subject.Error(DocumentCodes.InvalidPartition, at, $"a partition by {partition.Transform} needs a name of its own", $"add as: {suggestion}");
            return false;
        }

        return ColumnRules.JudgeName(subject, at + ".as", partition.As);
    }

    private static TableColumn? Added(Subject subject, string at, PartitionSpec partition, IReadOnlyList<TableColumn> columns)
    {
        var column = columns.FirstOrDefault(c => string.Equals(c.Name, partition.Column, StringComparison.OrdinalIgnoreCase));
        if (column is null)
        {
            subject.Error(DocumentCodes.UnknownColumn, at + ".column", $"there is no column \"{partition.Column}\"", Spelling.Suggest(partition.Column, columns.Select(c => c.Name), "columns"));
            return null;
        }

        if (Partitioning.TypeOf(partition, column.Type, out var refusal) is not { } type)
        {
            subject.Error(DocumentCodes.InvalidPartition, at, $"{column.Name}: {refusal!.Message}", refusal.Help);
            return null;
        }

        if (partition.Transform == PartitionTransform.Identity && string.Equals(Partitioning.NameOf(partition), column.Name, StringComparison.OrdinalIgnoreCase))
            return column;
        if (columns.Any(c => string.Equals(c.Name, partition.As, StringComparison.OrdinalIgnoreCase)))
        {
            subject.Error(DocumentCodes.DuplicateName, at + ".as", $"\"{partition.As}\" is a column of the table already", "choose another name");
            return null;
        }

        return new TableColumn(partition.As!, type, column.Nullable);
    }
}
