using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables.Writing;

/// <summary>The rows of <c>COPY … (RETURN_STATS)</c>, one for each file: filename, count, sizes, statistics by quoted column path, partition keys.</summary>
internal static class CopyReport
{
    public static IEnumerable<StagedFile> Read(DuckDbResult result, IReadOnlyList<TableColumn> partitions)
    {
        var columns = result.Columns.Select(static column => column.Name).ToList();
        var (path, count, bytes) = (columns.IndexOf("filename"), columns.IndexOf("count"), columns.IndexOf("file_size_bytes"));
        var (statistics, keys) = (columns.IndexOf("column_statistics"), columns.IndexOf("partition_keys"));
        return result.ReadRows().Select(row => new StagedFile(
            (string)row[path]!,
            Convert.ToInt64(row[count], System.Globalization.CultureInfo.InvariantCulture),
            Convert.ToInt64(row[bytes], System.Globalization.CultureInfo.InvariantCulture),
            ReadPartition(row[keys], partitions),
            ReadStatistics(row[statistics])));
    }

    private static Dictionary<string, string?> ReadPartition(object? keys, IReadOnlyList<TableColumn> partitions)
    {
        var byName = Entries(keys).ToDictionary(static pair => (string)pair.Key, static pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);
        return partitions.ToDictionary(
            static column => column.Name,
            column => byName.TryGetValue(column.Name, out var value)
                ? PartitionValue.FromDuckDb(value, column.Type)
                : throw new InvalidOperationException($"DuckDB wrote a file without a value of partition column \"{column.Name}\""),
            StringComparer.Ordinal);
    }

    private static Dictionary<string, StagedColumnStats> ReadStatistics(object? statistics)
    {
        var columns = new Dictionary<string, StagedColumnStats>(StringComparer.Ordinal);
        foreach (var (column, values) in Entries(statistics))
        {
            var byName = Entries(values).ToDictionary(static pair => (string)pair.Key, static pair => (string?)pair.Value, StringComparer.Ordinal);
            columns[(string)column] = new StagedColumnStats(
                byName.GetValueOrDefault("min"),
                byName.GetValueOrDefault("max"),
                long.TryParse(byName.GetValueOrDefault("null_count"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var nulls) ? nulls : null,
                byName.GetValueOrDefault("has_nan") is "true");
        }

        return columns;
    }

    private static KeyValuePair<object, object?>[] Entries(object? map) => map as KeyValuePair<object, object?>[] ?? [];
}
