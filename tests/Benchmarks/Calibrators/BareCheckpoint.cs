using System.Globalization;
using LakehouseOperator.DuckDb;

namespace LakehouseOperator.Benchmarks.Calibrators;

/// <summary>What DuckDB takes to give the values of every live file out of a checkpoint, when nobody keeps them.</summary>
internal static class BareCheckpoint
{
    public static long Read(string checkpoint)
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threads"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        });
        using var connection = database.Connect();
        using var result = connection.Stream(
            $"""SELECT "add".path, "add".partitionValues, "add".size, "add".modificationTime, "add".stats FROM read_parquet('{checkpoint}') WHERE "add".path IS NOT NULL""");
        var files = 0L;
        while (result.NextChunk() is { } chunk)
            files += chunk.RowCount;
        return files;
    }
}
