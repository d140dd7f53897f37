using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>An ingested table's columns, and the SELECT that makes them of parsed rows: what was declared, the partition columns, where each row came from.</summary>
internal sealed class IngestedShape
{
    public const string IngestedAt = "_ingested_at";
    public const string Source = "_source";

    private readonly IReadOnlyList<string> expressions;

    private IngestedShape(TableSchema schema, IReadOnlyList<string> expressions, string? watermarkColumn)
    {
        Schema = schema;
        this.expressions = expressions;
        WatermarkColumn = watermarkColumn;
    }

    public TableSchema Schema { get; }

    /// <summary>The column whose greatest value says how far the table has come: the one it is partitioned by, else its first required instant.</summary>
    public string? WatermarkColumn { get; }

    /// <exception cref="DiagnosticException">A type, a partition or a name that no table can have; validation refuses most of them before.</exception>
    public static IngestedShape Of(IngestedTableSpec table)
    {
        var declared = table.Columns.Select(static column => ColumnType.TryParseSql(column.Type, out var type, out var refusal)
            ? new TableColumn(column.Name, type)
            : throw Unfit(column.Name, refusal)).ToList();
        var partitioned = declared.ToDictionary(static column => column.Name, static column => SqlText.Name(column.Name), StringComparer.Ordinal);
        var columns = new List<TableColumn>(declared);
        var partitions = new List<string>();
        foreach (var partition in table.PartitionBy ?? [])
        {
            var source = declared.Find(column => string.Equals(column.Name, partition.Column, StringComparison.OrdinalIgnoreCase))
                ?? throw Unfit(partition.Column, new TypeRefusal("there is no such column to partition by", "name one of columns"));
            var type = Partitioning.TypeOf(partition, source.Type, out var refusal) ?? throw Unfit(partition.Column, refusal!);
            var name = Partitioning.NameOf(partition);
            if (string.Equals(name, source.Name, StringComparison.OrdinalIgnoreCase))
                name = source.Name; // the schema's spelling: other readers look partition columns up by it
            else
                columns.Add(new TableColumn(name, type));
            partitioned[name] = Partitioning.Expression(partition.Transform, source.Type, SqlText.Name(source.Name));
            partitions.Add(name);
        }

        columns.Add(new TableColumn(IngestedAt, ColumnType.Timestamp));
        columns.Add(new TableColumn(Source, ColumnType.String));
        columns.Add(new TableColumn(QuarantineColumns.Position, ColumnType.String));
        if (ColumnNames.Refuse(columns.Select(static column => column.Name)) is { } name2)
            throw new DiagnosticException(SourceCodes.ShapeChanged, name2.Message, name2.Help);
        return new IngestedShape(
            new TableSchema(columns, partitions),
            [.. columns.Select(column => partitioned.GetValueOrDefault(column.Name) ?? SqlText.Name(column.Name)).Zip(columns, static (sql, column) => $"{sql} AS {SqlText.Name(column.Name)}")],
            WatermarkOf(table, declared));
    }

    /// <summary>A SELECT over a relation that has the declared columns, <c>_ingested_at</c>, <c>_source</c> and <c>_source_position</c>.</summary>
    public string Select(string relation) => $"SELECT {string.Join(", ", expressions)} FROM {relation}";

    private static string? WatermarkOf(IngestedTableSpec table, List<TableColumn> declared)
    {
        var instants = declared.Where(static column => column.Type == ColumnType.Timestamp).Select(static column => column.Name).ToList();
        return instants.Find(name => table.PartitionBy?.Any(partition => partition.Column == name) == true)
            ?? instants.Find(name => table.Columns.Any(column => column.Name == name && column.Required));
    }

    private static DiagnosticException Unfit(string column, TypeRefusal refusal) =>
        new(SourceCodes.ShapeChanged, $"column \"{column}\": {refusal.Message}", refusal.Help);
}

/// <summary>Columns of a quarantine table.</summary>
internal static class QuarantineShape
{
    public static readonly TableSchema Schema = IngestedColumns.Quarantine;

    /// <summary>A SELECT over a relation of <see cref="QuarantineColumns"/> with <c>_ingested_at</c> and <c>_source</c>.</summary>
    public static string Select(string relation) =>
        $"""
        SELECT payload, payload_bytes, {IngestedShape.Source} AS source, {QuarantineColumns.Position} AS position, error_code, field, message, {IngestedShape.IngestedAt} AS ingested_at
        FROM {relation}
        """;
}
