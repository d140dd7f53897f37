using System.Globalization;
using LakehouseOperator.DuckDb;

namespace LakehouseOperator.Benchmarks.Calibrators;

/// <summary>
/// DuckDB and nothing else: opens a database in memory, runs statements out of a text one after the other, ends. Threads and writing are set as they are
/// for ours, so that both write the same kind of files.
/// </summary>
internal static class BareStatements
{
    private const string Separator = "\n;;\n";

    public static string Join(IEnumerable<string> statements) => string.Join(Separator, statements);

    /// <summary>The rows that the last statement counted.</summary>
    public static long Run(string statements)
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threads"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        });
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false");
        var rows = 0L;
        foreach (var statement in statements.Split(Separator))
        {
            using var result = connection.Query(statement);
            if (result.ReadRows() is [[long count, ..], ..])
                rows = count;
        }

        return rows;
    }

    /// <summary>A result as Parquet, the way that ours writes it but for names and statistics.</summary>
    public static string Copy(string sql, string file) => $"COPY (\n{sql}\n) TO '{file}' (FORMAT parquet, COMPRESSION zstd)";

    /// <summary>What a reader who knows these files would write: their columns, and the partition column by its definition.</summary>
    public static string EventsView(IEnumerable<string> files) =>
        $"CREATE SCHEMA bronze; CREATE VIEW bronze.events AS SELECT *, CAST(\"timestamp\" AS DATE) AS event_date "
        + $"FROM read_parquet([{string.Join(", ", files.Select(static file => $"'{file}'"))}], hive_partitioning = false)";
}
