using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Benchmarks.Baselines;

/// <param name="Rows">Of one stream, that are put together.</param>
/// <param name="TakesPending">At start, what was delivered to it before and not acknowledged is read again: at least once. Else it is left: at most once.</param>
internal sealed record PlainOptions(string Url, IReadOnlyList<string> Keys, string Folder, int Rows, bool TakesPending)
{
    public const string Group = "plain";

    public static PlainOptions Parse(IReadOnlyList<string> arguments) =>
        new(arguments[0], arguments[1].Split(','), arguments[2], int.Parse(arguments[3], CultureInfo.InvariantCulture), arguments[4] == "pending");

    public string[] Arguments => [Url, string.Join(',', Keys), Folder, Rows.ToString(CultureInfo.InvariantCulture), TakesPending ? "pending" : "new"];
}

/// <summary>
/// What one would write without tables: XREADGROUP, collect, write Parquet, put it, XACK. The file is put whole, under a name of its own; nothing ties it to the
/// position in the stream.
/// </summary>
internal sealed class PlainDesign(PlainOptions options, IPlainTarget target) : IStreamEntries
{
    private const int Count = 1000;
    private const int AcknowledgedTogether = 10_000;
    private const char Separator = '\u0001';

    private readonly Buffered[] buffers = [.. options.Keys.Select(static _ => new Buffered())];
    private readonly string run = Guid.NewGuid().ToString("N");
    private long put;

    /// <summary>Until the group has nothing new; the entries that were put.</summary>
    public async Task<long> RunAsync()
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threads"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        });
        using var duckdb = database.Connect();
        duckdb.Execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false");
        await using var connection = await RedisConnection.ConnectAsync(RedisAddress.Parse(options.Url), null, RedisOptions.Default, TimeProvider.System, CancellationToken.None);
        if (options.TakesPending)
            await TakePendingAsync(connection, duckdb);
        var request = new XReadRequest([.. options.Keys.Select(static key => new StreamPosition(key, default))], Count) { Group = new GroupMember(PlainOptions.Group, "one") };
        while (await connection.ReadStreamsAsync(request, this, CancellationToken.None) > 0)
            await PutAsync(connection, duckdb, options.Rows);
        await PutAsync(connection, duckdb, 1);
        return put;
    }

    public void OnEntry(in StreamEntry entry)
    {
        entry.TryGet("data"u8, out var value);
        buffers[entry.Stream].Add(entry.Id, value);
    }

    private async Task TakePendingAsync(RedisConnection connection, DuckDbConnection duckdb)
    {
        foreach (var (key, stream) in options.Keys.Select(static (key, stream) => (key, stream)))
        {
            var pending = await connection.PendingEntriesAsync(key, PlainOptions.Group, StreamId.Min, StreamId.Max, int.MaxValue, CancellationToken.None);
            foreach (var page in pending.Chunk(Count))
                await connection.ReadRangeAsync(key, page[0].Id, page[^1].Id, int.MaxValue, new Pending(buffers[stream], page.Select(static entry => entry.Id).ToHashSet()), CancellationToken.None);
        }

        await PutAsync(connection, duckdb, 1);
    }

    private async Task PutAsync(RedisConnection connection, DuckDbConnection duckdb, int least)
    {
        foreach (var (buffer, stream) in buffers.Select(static (buffer, stream) => (buffer, stream)))
        {
            if (buffer.Ids.Count < least)
                continue;
            var name = string.Create(CultureInfo.InvariantCulture, $"orders{stream}-{run}-{put}");
            var (text, unfinished) = (Path.Combine(options.Folder, name + ".txt"), Path.Combine(options.Folder, name + ".part"));
            await buffer.SaveAsync(text);
            duckdb.Execute(Copy(text, unfinished));
            File.Delete(text);
            await target.PutAsync(unfinished, name + ".parquet");
            put += buffer.Ids.Count;
            foreach (var ids in buffer.Ids.Chunk(AcknowledgedTogether))
                await connection.CallAsync(StreamCommands.XAck(options.Keys[stream], PlainOptions.Group, ids), CancellationToken.None);
            buffer.Clear();
        }
    }

    /// <summary>Values that do not fit become NULL; the entry's id is kept in any case, so that it can be counted.</summary>
    private static string Copy(string text, string target) =>
        $"""
        COPY (
          SELECT _source_position, TRY_CAST(data->>'id' AS BIGINT) AS id, TRY_CAST(data->>'user_id' AS BIGINT) AS user_id, TRY_CAST(data->>'restaurant_id' AS INTEGER) AS restaurant_id,
            data->>'status' AS status, data->>'currency' AS currency, TRY_CAST(data->>'total' AS DECIMAL(12,2)) AS total,
            TRY_CAST(data->>'placed_at' AS TIMESTAMPTZ) AS placed_at, TRY_CAST(data->>'placed_at' AS DATE) AS placed_date
          FROM (SELECT _source_position, CASE WHEN json_valid(data) THEN data::JSON END AS data
                FROM read_csv('{text}', delim = '{Separator}', quote = '', escape = '', header = false, columns = struct_pack(_source_position := 'VARCHAR', data := 'VARCHAR')))
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (placed_date))
        """;

    /// <summary>Entries of one stream as lines: id, 0x01, value.</summary>
    private sealed class Buffered
    {
        private readonly MemoryStream lines = new();

        public List<StreamId> Ids { get; } = [];

        public void Add(StreamId id, ReadOnlySpan<byte> value)
        {
            Span<byte> text = stackalloc byte[StreamId.MaxLength];
            Ids.Add(id);
            lines.Write(text[..id.Format(text)]);
            lines.WriteByte((byte)Separator);
            lines.Write(value);
            lines.WriteByte((byte)'\n');
        }

        public Task SaveAsync(string file) => File.WriteAllBytesAsync(file, lines.ToArray());

        public void Clear()
        {
            Ids.Clear();
            lines.SetLength(0);
        }
    }

    private sealed class Pending(Buffered buffer, IReadOnlySet<StreamId> ids) : IStreamEntries
    {
        public void OnEntry(in StreamEntry entry)
        {
            entry.TryGet("data"u8, out var value);
            if (ids.Contains(entry.Id))
                buffer.Add(entry.Id, value);
        }
    }
}
