namespace LakehouseOperator.Pipelines.Types;

/// <summary>A column, or a field of a struct.</summary>
/// <param name="Nullable">False where another writer promised that it holds no NULL.</param>
public sealed record TableColumn(string Name, ColumnType Type, bool Nullable = true)
{
    /// <summary>What other writers attached to the field in the log, as a JSON object; kept when the schema is written again, no part of equality.</summary>
    public string? Metadata { get; init; }

    public bool Equals(TableColumn? other) => other is not null && Name == other.Name && Nullable == other.Nullable && Type == other.Type;

    public override int GetHashCode() => HashCode.Combine(Name, Nullable, Type);
}

/// <summary>Columns in order; partition columns are among them. Equality is by value.</summary>
public sealed partial record TableSchema(IReadOnlyList<TableColumn> Columns, IReadOnlyList<string> PartitionColumns)
{
    /// <summary>Those whose values are in the files.</summary>
    public IEnumerable<TableColumn> FileColumns => Columns.Where(column => !IsPartition(column.Name));

    public bool IsPartition(string column) => PartitionColumns.Contains(column, StringComparer.OrdinalIgnoreCase);

    /// <summary>By name as SQL compares names, without case; null where there is none.</summary>
    public TableColumn? Find(string column) =>
        Columns.FirstOrDefault(candidate => string.Equals(candidate.Name, column, StringComparison.OrdinalIgnoreCase));

    public bool Equals(TableSchema? other) =>
        other is not null && Columns.SequenceEqual(other.Columns) && PartitionColumns.SequenceEqual(other.PartitionColumns, StringComparer.Ordinal);

    public override int GetHashCode() => Columns.Aggregate(PartitionColumns.Count, static (hash, column) => HashCode.Combine(hash, column));
}
