using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Scenarios;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Sources;

namespace LakehouseOperator.Benchmarks.Calibrators;

/// <summary>The pieces of an ingestion, each without those after it: the same records of the same generator. Each says how many there were.</summary>
internal static class BareIngestion
{
    private const string Row = "event_id, user_id, event_type, page, \"timestamp\", source, CAST(\"timestamp\" AS DATE) AS event_date, now() AS _ingested_at, 'generator' AS _source, _source_position";

    /// <summary>Records as bytes, thrown away.</summary>
    public static Task<long> GenerateAsync(Events events) => EachAsync(events, long.MaxValue, static feed =>
    {
        var batch = new RecordBatch();
        var records = 0L;
        while (feed.TryNext(batch))
        {
            records += batch.Count;
            batch.Clear();
        }

        return records;
    });

    /// <summary>Parsed by DuckDB's scan, and counted.</summary>
    public static async Task<long> ParseAsync(Events events, string folder)
    {
        using var database = Open();
        using var connection = Connect(database);
        return await ReadAsync(connection, events, folder, long.MaxValue, sql => connection.ExecuteScalarLong($"SELECT count(*) FROM {sql}"));
    }

    /// <summary>Rows that DuckDB has in memory already, written as Parquet. The CPU time of that alone.</summary>
    public static async Task<(long Rows, TimeSpan Wall, TimeSpan Cpu)> EncodeAsync(Events events, string folder)
    {
        using var database = Open();
        using var connection = Connect(database);
        await ReadAsync(connection, events, folder, long.MaxValue, sql => connection.Execute($"CREATE TABLE rows AS SELECT {Row} FROM {sql}"));
        var (watch, cpu) = (Stopwatch.StartNew(), Usage.OfSelf());
        var rows = connection.ExecuteScalarLong(BareStatements.Copy("SELECT * FROM rows", Path.Combine(folder, "encoded.parquet")));
        return (rows, watch.Elapsed, Usage.OfSelf() - cpu);
    }

    /// <summary>Generated, parsed and written by day, in batches as large as ours commits, and committed to nothing.</summary>
    public static async Task<long> WriteAsync(Events events, string folder)
    {
        using var database = Open();
        using var connection = Connect(database);
        var batch = 0;
        return await ReadAsync(connection, events, folder, Events.CommitRows, sql =>
        {
            var target = Path.Combine(folder, (++batch).ToString(CultureInfo.InvariantCulture));
            return connection.ExecuteScalarLong($"COPY (SELECT {Row} FROM {sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date))");
        });
    }

    private static DuckDbDatabase Open() => DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["threads"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
    });

    private static DuckDbConnection Connect(DuckDbDatabase database)
    {
        var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false");
        return connection;
    }

    private static Task<long> ReadAsync(DuckDbConnection connection, Events events, string folder, long batchRows, Func<string, long> read)
    {
        var tables = RecordTables.Register(connection);
        var contract = RecordContract.Compile(connection, events.Table.Columns, events.Table.Contract);
        return EachAsync(events, batchRows, feed =>
        {
            using var pass = tables.Open(contract, feed, new RecordParseOptions(folder, Environment.ProcessorCount));
            return read(pass.RowsSql);
        });
    }

    private static async Task<long> EachAsync(Events events, long batchRows, Func<IRecordFeed, long> read)
    {
        var source = SourceCatalog.Create(events.Source, NoSecrets.Instance, TimeProvider.System);
        await using var disposal = source;
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var stream = await source.OpenAsync(new StreamOpening(events.Table, none, none, Drain: true, static _ => { }), CancellationToken.None);
        var bounds = new BatchBounds(batchRows, long.MaxValue, TimeSpan.FromMinutes(1));
        var records = 0L;
        while (await stream.NextAsync(bounds, CancellationToken.None) is { } batch)
        {
            await using (batch)
            {
                records += batch.Content is BatchContent.JsonRecords json ? read(json.Feed) : throw new InvalidOperationException("the generator gives JSON");
                _ = await batch.CompleteAsync(CancellationToken.None);
            }
        }

        return records;
    }
}
