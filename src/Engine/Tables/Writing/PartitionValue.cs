using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Writing;

/// <summary>Values of partition columns as the log holds them (Delta protocol, "Partition Value Serialization").</summary>
public static class PartitionValue
{
    /// <summary>
    /// From DuckDB's text, as COPY reports it. Instants are spelled differently: as ISO 8601 with Z, which no reader
    /// takes for its own time zone. An empty string is NULL in Delta, so that both become null here.
    /// </summary>
    /// <exception cref="FormatException">The instant is infinite or beyond the years 1 to 9999.</exception>
    public static string? FromDuckDb(string? text, ColumnType type)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (type is ColumnType.Decimal)
            return DecimalText.WithDigit(text);
        if (type != ColumnType.Timestamp)
            return text;
        return Instant.TryParse(text, out var micros)
            ? Instant.ToMicrosText(micros)
            : throw new FormatException($"the partition value {text} is not an instant within the years 1 to 9999");
    }
}
