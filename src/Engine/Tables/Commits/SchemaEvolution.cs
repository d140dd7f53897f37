using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>What a table's schema becomes by a change.</summary>
internal static class SchemaEvolution
{
    /// <summary>The table's columns and, after them, the new ones, which must be nullable. A column that the change does not bring stays, as NULL.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.SchemaChange"/>.</exception>
    public static TableSchema Append(TableSchema table, TableSchema wanted)
    {
        if (!table.PartitionColumns.SequenceEqual(wanted.PartitionColumns, StringComparer.OrdinalIgnoreCase))
        {
            throw Refuse(
                $"the table is partitioned by ({string.Join(", ", table.PartitionColumns)}) and not by ({string.Join(", ", wanted.PartitionColumns)})",
                "write a new table; partitions cannot change while rows are appended");
        }

        var columns = new List<TableColumn>(table.Columns);
        foreach (var column in wanted.Columns)
        {
            var there = table.Find(column.Name);
            if (there is null)
                columns.Add(column.Nullable ? column : throw Refuse($"the new column \"{column.Name}\" is not nullable", "earlier rows have no value for it: make it nullable"));
            else if (there.Name != column.Name)
                throw Refuse($"column \"{column.Name}\" differs from the table's \"{there.Name}\" only in case", $"write \"{there.Name}\"");
            else if (there.Type != column.Type)
                throw Refuse($"column \"{column.Name}\" is {there.Type.Sql} in the table and {column.Type.Sql} now", "give it the table's type, or a new name");
            else if (column.Nullable && !there.Nullable)
                throw Refuse($"column \"{column.Name}\" holds no NULL in the table and may hold it now", "declare it as not nullable");
        }

        foreach (var column in table.Columns)
        {
            if (!column.Nullable && wanted.Find(column.Name) is null)
                throw Refuse($"the table's column \"{column.Name}\" holds no NULL and is not written", "bring the column back");
        }

        return columns.Count == table.Columns.Count ? table : new TableSchema(columns, table.PartitionColumns);
    }

    /// <summary>The wanted schema; columns that stay as they are keep what other writers attached to them.</summary>
    public static TableSchema Replace(TableSchema table, TableSchema wanted)
    {
        if (wanted.Equals(table))
            return table;
        var columns = wanted.Columns.Select(column =>
            table.Columns.FirstOrDefault(column.Equals) is { Metadata: { } metadata } ? column with { Metadata = column.Metadata ?? metadata } : column);
        return wanted with { Columns = [.. columns] };
    }

    private static DiagnosticException Refuse(string message, string help) => new(TableCodes.SchemaChange, message, help);
}
