using System.Globalization;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Writing;

/// <summary>Values of partition columns as the log holds them (Delta protocol, "Partition Value Serialization").</summary>
public static class PartitionValue
{
    private const string DuckDbInstant = "yyyy-MM-dd HH:mm:ss.FFFFFF";
    private const string UtcSuffix = "+00";

    /// <summary>
    /// From DuckDB's text in a UTC session, as COPY reports it. Only instants are spelled differently: as ISO 8601 with Z, which no reader
    /// takes for its own time zone. An empty string is NULL in Delta, so that both become null here.
    /// </summary>
    /// <exception cref="FormatException">The instant is infinite, not in UTC, or beyond the years 1 to 9999.</exception>
    public static string? FromDuckDb(string? text, ColumnType type)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (type != ColumnType.Timestamp)
            return text;
        if (!text.EndsWith(UtcSuffix, StringComparison.Ordinal)
            || !DateTime.TryParseExact(text.AsSpan(0, text.Length - UtcSuffix.Length), DuckDbInstant, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            throw new FormatException($"the partition value {text} is not an instant in UTC");
        }

        return instant.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }
}
