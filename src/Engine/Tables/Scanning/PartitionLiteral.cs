using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables.Scanning;

/// <summary>A partition value of the log (Delta protocol, "Partition Value Serialization") as an SQL constant of the column's type.</summary>
internal static class PartitionLiteral
{
    /// <summary>Null and the empty string are NULL, for every type. A text that is not of the type fails when it is bound.</summary>
    public static string Sql(string? value, SqlColumn column)
    {
        if (string.IsNullOrEmpty(value))
            return $"CAST(NULL AS {column.Type})";
        if (!ColumnType.TryParseSql(column.Type, out var type, out _))
            return Cast(value, column.Type);
        // Spellings without a zone are UTC, whatever the session thinks.
        if (type == ColumnType.Timestamp && Instant.TryParse(value, out var micros))
            return Cast(Instant.ToMicrosText(micros), column.Type);
        // Bytes are serialised as characters of the same number.
        if (type == ColumnType.Binary && value.All(static c => c <= '\xff'))
            return $"from_hex('{Convert.ToHexString(System.Text.Encoding.Latin1.GetBytes(value))}')";
        return Cast(value, column.Type);
    }

    private static string Cast(string value, string type)
    {
        var parts = value.Split('\0').Select(SqlText.String);
        return $"CAST({string.Join(" || chr(0) || ", parts)} AS {type})";
    }
}
