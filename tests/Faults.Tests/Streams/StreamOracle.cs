using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing.Streams;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>
/// Compares a lake with the streams themselves: every entry is one row of bronze or one of quarantine, by what it is, and nothing else is there. The log is replayed
/// and the files are read without the engine.
/// </summary>
internal static class StreamOracle
{
    private const int Page = 5000;

    /// <param name="complete">Else the newest entries may still be missing.</param>
    /// <exception cref="ViolationException">They differ.</exception>
    public static async Task<StreamCounts> CheckAsync(string lake, RedisConnection connection, IReadOnlyList<string> keys, Orders orders, bool complete)
    {
        using var database = new OracleDatabase();
        var counts = new StreamCounts(0, 0);
        for (var stream = 0; stream < keys.Count; stream++)
        {
            var table = StreamPlace.Table(stream);
            var rows = Read(database, lake, table, "_source_position", "id");
            var quarantined = Read(database, lake, table + "__quarantine", "position", "NULL::BIGINT");
            Compare(table, await IdsAsync(connection, keys[stream]), orders, rows, quarantined, complete);
            counts = new StreamCounts(counts.Rows + rows.Count, counts.Quarantined + quarantined.Count);
        }

        return counts;
    }

    private static void Compare(
        string table, IReadOnlyList<StreamId> ids, Orders orders, SortedDictionary<StreamId, long?> rows, SortedDictionary<StreamId, long?> quarantined, bool complete)
    {
        var last = rows.Keys.Concat(quarantined.Keys).DefaultIfEmpty().Max();
        var lastRow = rows.Keys.DefaultIfEmpty().Last(); // once: it goes through them all
        for (var index = 0; index < ids.Count; index++)
        {
            var id = ids[index];

            // The quarantine table may be a batch behind where the process was killed in between; the main commit names what is to come.
            if (complete || id <= lastRow)
            {
                var isThere = orders.IsPoison(index) ? quarantined.ContainsKey(id) || !complete : rows.ContainsKey(id);
                if (!isThere)
                    throw new ViolationException($"{table}: entry {id}, number {index} of {ids.Count}, is lost; the last that is there is {last}");
            }

            if (rows.TryGetValue(id, out var number) && (orders.IsPoison(index) || number != index))
                throw new ViolationException($"{table}: entry {id}, number {index}, is a row with the id {number}");
            if (quarantined.ContainsKey(id) && !orders.IsPoison(index))
                throw new ViolationException($"{table}: entry {id}, number {index}, is quarantined");
        }

        if (rows.Keys.Concat(quarantined.Keys).Except(ids).Select(static id => (StreamId?)id).FirstOrDefault() is { } foreign)
            throw new ViolationException($"{table}: {foreign} is no entry of the stream");
    }

    /// <summary>By position; one that is there twice is a violation at once.</summary>
    private static SortedDictionary<StreamId, long?> Read(OracleDatabase database, string lake, string table, string position, string number)
    {
        var found = new SortedDictionary<StreamId, long?>();
        var folder = Path.Combine(lake, table.Replace('.', '/'));
        if (DeltaLog.Read(folder) is not [.., var newest] || newest.Files.Count == 0)
            return found;
        var files = string.Join(", ", newest.Files.Select(file => $"'{Path.Combine(folder, file.Path)}'"));
        foreach (var row in database.Query($"SELECT {position}, {number} FROM read_parquet([{files}], hive_partitioning = false)"))
        {
            var id = StreamId.Parse((string)row[0]!);
            if (!found.TryAdd(id, (long?)row[1]))
                throw new ViolationException($"{table}: entry {id} is there twice");
        }

        return found;
    }

    private static async Task<IReadOnlyList<StreamId>> IdsAsync(RedisConnection connection, string key)
    {
        var ids = new Ids();
        var from = StreamId.Min;
        while (await connection.ReadRangeAsync(key, from, StreamId.Max, Page, ids, CancellationToken.None) == Page)
            from = new StreamId(ids.All[^1].Ms, ids.All[^1].Seq + 1);
        return ids.All;
    }

    private sealed class Ids : IStreamEntries
    {
        public List<StreamId> All { get; } = [];

        public void OnEntry(in StreamEntry entry) => All.Add(entry.Id);
    }
}
