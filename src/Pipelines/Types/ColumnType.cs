using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// A type that a table can hold: one row of the type table that ingestion, SQL outputs, statistics and the reader share. Parsed from DuckDB's
/// or Delta's spelling, printed as either.
/// </summary>
public abstract partial record ColumnType
{
    /// <summary>DuckDB's spelling of the type as stored, such as <c>DECIMAL(12,2)</c>.</summary>
    public abstract string Sql { get; }

    /// <summary>True when DuckDB's type is stored as it is or by a checked, lossless cast (HUGEINT as BIGINT, UUID as VARCHAR, …).</summary>
    /// <param name="sql">A type as DuckDB's <c>DESCRIBE</c> or a spec's author writes it.</param>
    /// <param name="refusal">Why not, and the fix.</param>
    public static partial bool TryParseSql(string sql, [NotNullWhen(true)] out ColumnType? type, [NotNullWhen(false)] out TypeRefusal? refusal);
}

/// <param name="Message">Such as <c>TIMESTAMP has no time zone</c>.</param>
/// <param name="Help">Such as <c>AT TIME ZONE 'UTC'</c>.</param>
public sealed record TypeRefusal(string Message, string Help);

public sealed record TableColumn(string Name, ColumnType Type, bool Nullable = true);

/// <summary>Columns in order; partition columns are among them.</summary>
public sealed record TableSchema(IReadOnlyList<TableColumn> Columns, IReadOnlyList<string> PartitionColumns);
