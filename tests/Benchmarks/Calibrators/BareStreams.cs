using System.Diagnostics;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Scenarios;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Benchmarks.Calibrators;

/// <summary>The two ends of an ingestion from streams, each alone: what Redis gives, and what DuckDB takes.</summary>
internal static class BareStreams
{
    private const int Count = 1000;
    private const string Row = "id, user_id, restaurant_id, status, currency, total, placed_at, CAST(placed_at AS DATE) AS placed_date, now() AS _ingested_at, 'shop' AS _source, _source_position";

    /// <summary>XREAD of all streams over one connection, from the first entry to the last; the values of the field are looked up and thrown away.</summary>
    public static async Task<long> DrainAsync(string url, IReadOnlyList<string> keys)
    {
        await using var connection = await RedisConnection.ConnectAsync(RedisAddress.Parse(url), null, RedisOptions.Default, TimeProvider.System, CancellationToken.None);
        var drain = new Drain(new StreamId[keys.Count]);
        int read;
        do
        {
            var request = new XReadRequest([.. keys.Select((key, stream) => new StreamPosition(key, drain.Positions[stream]))], Count);
            read = await connection.ReadStreamsAsync(request, drain, CancellationToken.None);
        }
        while (read > 0);
        return drain.Bytes > 0 ? drain.Entries : throw new InvalidOperationException("the streams hold nothing");
    }

    /// <summary>Rows that DuckDB has in memory already, written as zstd Parquet by day. The CPU time of that alone.</summary>
    public static async Task<(long Rows, TimeSpan Wall, TimeSpan Cpu)> EncodeAsync(string url, IReadOnlyList<string> keys, string folder)
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threads"] = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false");
        await using var redis = await RedisConnection.ConnectAsync(RedisAddress.Parse(url), null, RedisOptions.Default, TimeProvider.System, CancellationToken.None);
        var tables = RecordTables.Register(connection);
        var contract = RecordContract.Compile(connection, OrderStreams.Columns, null);
        using var parse = tables.Open(contract, new StreamFeed(redis, keys), new RecordParseOptions(folder, 1));
        connection.Execute($"CREATE TABLE rows AS SELECT {Row} FROM {parse.RowsSql}");
        var (watch, cpu) = (Stopwatch.StartNew(), Usage.OfSelf());
        var rows = connection.ExecuteScalarLong($"COPY rows TO '{Path.Combine(folder, "encoded")}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (placed_date))");
        return (rows, watch.Elapsed, Usage.OfSelf() - cpu);
    }

    private sealed class Drain(StreamId[] positions) : IStreamEntries
    {
        public StreamId[] Positions { get; } = positions;

        public long Entries { get; private set; }

        public long Bytes { get; private set; }

        public void OnEntry(in StreamEntry entry)
        {
            Positions[entry.Stream] = entry.Id;
            Entries++;
            if (entry.TryGet("data"u8, out var value))
                Bytes += value.Length;
        }
    }

    /// <summary>All entries of all streams, for one scan of DuckDB's.</summary>
    private sealed class StreamFeed(RedisConnection connection, IReadOnlyList<string> keys) : IRecordFeed, IStreamEntries
    {
        private readonly StreamId[] positions = new StreamId[keys.Count];
        private readonly Lock gate = new();
        private RecordBatch? batch;

        public bool TryNext(RecordBatch into)
        {
            lock (gate)
            {
                batch = into;
                var request = new XReadRequest([.. keys.Select((key, stream) => new StreamPosition(key, positions[stream]))], Count);
                while (into.Count == 0)
                {
                    // Called on a thread of DuckDB's, which has nothing else to do.
                    if (connection.ReadStreamsAsync(request, this, CancellationToken.None).GetAwaiter().GetResult() == 0)
                        return false;
                }

                return true;
            }
        }

        public void OnEntry(in StreamEntry entry)
        {
            positions[entry.Stream] = entry.Id;
            Span<byte> id = stackalloc byte[StreamId.MaxLength];
            if (entry.TryGet("data"u8, out var value))
                batch!.Add(value, id[..entry.Id.Format(id)]);
        }
    }
}
