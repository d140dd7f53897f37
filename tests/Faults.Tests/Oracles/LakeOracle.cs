using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Faults.Tests.Oracles;

/// <summary>How the oracle finds a table's files.</summary>
public enum Reading
{
    ByLog,

    /// <summary>As a reader would that knows nothing of the log; it must be found out.</summary>
    ByGlob,
}

/// <summary>
/// Judges a lake by its files, at every version of every table. What holds after any fault: each version is whole; bronze holds each record of the positions that
/// it has reached exactly once, in rows or in quarantine; positions move by one batch a commit, with its rows, and no writer comes back after a later one; each
/// version of silver and gold is its SQL over the very versions that it names.
/// </summary>
internal sealed class LakeOracle : IDisposable
{
    private const string Inputs = "lakehouse.inputs";
    private const string PendingSide = "lakehouse.pendingSide";
    private const string Side = "__quarantine";

    private static readonly string[] Bronze = ["bronze.events", "bronze.orders"];

    private static readonly (string Table, string Sql)[] Derived =
    [
        ("silver.events", PipelineDocuments.SilverEvents), ("silver.orders", PipelineDocuments.SilverOrders), ("gold.spending", PipelineDocuments.GoldSpending),
    ];

    private readonly string lake;
    private readonly OracleDatabase database = new();
    private readonly Dictionary<string, IReadOnlyList<LogVersion>> logs = new(StringComparer.Ordinal);

    private LakeOracle(string lake) => this.lake = lake;

    /// <summary>Every law that holds at any moment. What the lake holds, for comparison with a reference.</summary>
    /// <exception cref="ViolationException">A law does not hold.</exception>
    public static async Task<LakeTruth> CheckAsync(string lake, Reading reading = Reading.ByLog)
    {
        using var oracle = new LakeOracle(lake);
        oracle.Read(reading);
        foreach (var table in Bronze)
            oracle.CheckBronze(table);
        foreach (var (table, sql) in Derived)
            oracle.CheckDerived(table, sql);
        await oracle.RequireReadersAgreeAsync();
        return oracle.Truth();
    }

    /// <summary>As <see cref="CheckAsync"/>, and everything is there: all that is derived is made of the newest rows, and nothing quarantined is still to come.</summary>
    public static async Task<LakeTruth> CheckCompleteAsync(string lake, LakeTruth? reference, Reading reading = Reading.ByLog)
    {
        using var oracle = new LakeOracle(lake);
        oracle.Read(reading);
        foreach (var table in Bronze)
        {
            oracle.CheckBronze(table);
            oracle.RequireSideComplete(table);
        }

        foreach (var (table, sql) in Derived)
        {
            oracle.CheckDerived(table, sql);
            oracle.RequireNewest(table);
        }

        await oracle.RequireReadersAgreeAsync();
        var truth = oracle.Truth();
        foreach (var (table, rows) in reference?.Rows ?? new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal))
        {
            if (!truth.Rows.GetValueOrDefault(table, []).SequenceEqual(rows, StringComparer.Ordinal))
                throw new ViolationException($"{table} holds {truth.Rows.GetValueOrDefault(table, []).Count} rows, which are not the {rows.Count} of an undisturbed run");
        }

        return truth;
    }

    public void Dispose() => database.Dispose();

    private void Read(Reading reading)
    {
        foreach (var table in Bronze.Concat(Bronze.Select(static table => table + Side)).Concat(Derived.Select(static one => one.Table)))
        {
            var folder = Path.Combine(lake, table.Replace('.', '/'));
            var versions = DeltaLog.Read(folder);
            if (reading == Reading.ByGlob && versions.Count > 0)
                versions = [.. versions.SkipLast(1), versions[^1] with { Files = Globbed(folder, versions[^1]) }];
            logs[table] = versions;
            foreach (var file in versions.SelectMany(static version => version.Files).DistinctBy(static file => file.Path))
            {
                var there = new FileInfo(Path.Combine(folder, file.Path));
                if (!there.Exists || there.Length != file.Size)
                    throw new ViolationException($"{table} names {file.Path} of {file.Size} bytes, of which {(there.Exists ? there.Length : 0)} are there");
            }

            var rows = Load(folder, table, versions);
            foreach (var file in versions.SelectMany(static version => version.Files).DistinctBy(static file => file.Path))
            {
                if (rows.GetValueOrDefault(file.Path) != file.Rows)
                    throw new ViolationException($"{table}: {file.Path} holds {rows.GetValueOrDefault(file.Path)} rows and not {file.Rows}");
            }
        }
    }

    private IReadOnlyDictionary<string, long> Load(string folder, string table, IReadOnlyList<LogVersion> versions)
    {
        try
        {
            return database.Load(folder, table, versions.SelectMany(static version => version.Files));
        }
        catch (DuckDb.DuckDbException e)
        {
            throw new ViolationException($"{table} cannot be read: {e.Message}");
        }
    }

    private List<LiveFile> Globbed(string folder, LogVersion newest)
    {
        var known = newest.Files.ToDictionary(static file => file.Path, StringComparer.Ordinal);
        return [.. Directory.EnumerateFiles(folder, "*.parquet").Where(static path => !Path.GetFileName(path).StartsWith('.')).Select(path =>
            known.GetValueOrDefault(Path.GetFileName(path)) ?? new LiveFile(
                Path.GetFileName(path),
                new FileInfo(path).Length,
                (long)database.Query($"SELECT count(*) FROM read_parquet('{path}')")[0][0]!,
                newest.Files.Count > 0 ? newest.Files[0].Partitions : new Dictionary<string, string?>(StringComparer.Ordinal)))];
    }

    /// <summary>The engine's own reader, which begins at checkpoints, sees the same tables and the same files of them, and nothing that is no object.</summary>
    private async Task RequireReadersAgreeAsync()
    {
        var layers = Directory.Exists(lake) ? LakeLocations.In(lake) : new Dictionary<string, string>(StringComparer.Ordinal);
        var engine = LakeLocations.Open(layers, TimeProvider.System);
        var found = new List<string>();
        await foreach (var table in LakeTables.FindAsync(engine, CancellationToken.None))
            found.Add(table.Name.ToString());
        var expected = logs.Where(static log => log.Value.Count > 0).Select(static log => log.Key);
        if (!found.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            throw new ViolationException($"the lake shows {string.Join(", ", found)}");
        foreach (var table in found)
        {
            var newest = logs[table][^1];
            var snapshot = await SnapshotAsync(engine.Table(TableName.Parse(table)));
            if (snapshot?.Version != newest.Number || !snapshot.Files.Select(static file => file.Path).Order(StringComparer.Ordinal).SequenceEqual(newest.Files.Select(static file => file.Path).Order(StringComparer.Ordinal), StringComparer.Ordinal))
                throw new ViolationException($"{table}: a reader sees version {snapshot?.Version} with {snapshot?.Files.Count} files, and its log says {newest.Number} with {newest.Files.Count}");
            if (newest.Domains.Any(domain => snapshot.Domains.GetValueOrDefault(domain.Key) != domain.Value) || newest.Transactions.Any(one => snapshot.Transactions.GetValueOrDefault(one.Key) != one.Value))
                throw new ViolationException($"{table}: a reader of version {newest.Number} misses what its log sets");
        }

        foreach (var (_, layer) in engine.Layers)
        {
            await foreach (var entry in layer.ListAsync("", null, CancellationToken.None))
            {
                if (entry.Key.EndsWith(".tmp", StringComparison.Ordinal))
                    throw new ViolationException($"{entry.Key} is listed, and is no object");
            }
        }
    }

    private static async Task<Snapshot?> SnapshotAsync(DeltaTable table)
    {
        try
        {
            return await table.ReadSnapshotAsync(null, CancellationToken.None);
        }
        catch (DiagnosticException e)
        {
            throw new ViolationException($"{table.Name} cannot be read: {e.Message}");
        }
    }

    private void CheckBronze(string table)
    {
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        var run = "";
        var (batch, writer, quarantined) = (0L, 0L, 0L);
        IReadOnlyList<LiveFile> before = [];
        foreach (var version in logs[table])
        {
            var domain = version.Set.SingleOrDefault(static one => one.StartsWith("lakehouse.position/", StringComparison.Ordinal) && one.Split('/').Length == 4)
                ?? throw new ViolationException($"{table} version {version.Number} moved no position");
            using var record = JsonDocument.Parse(version.Domains[domain]);
            var (nextBatch, nextWriter) = (record.RootElement.GetProperty("batch").GetInt64(), record.RootElement.GetProperty("writer").GetInt64());
            if (nextBatch != batch + 1 || version.Transactions.GetValueOrDefault(domain) != nextBatch)
                throw new ViolationException($"{table} version {version.Number} is batch {nextBatch} after batch {batch}, and its txn {version.Transactions.GetValueOrDefault(domain)}");
            if (nextWriter < writer)
                throw new ViolationException($"{table} version {version.Number} is of writer {nextWriter}, whom writer {writer} had replaced");
            if (version.RunId != run && !replaced.Add(version.RunId))
                throw new ViolationException($"{table} version {version.Number} is of run {version.RunId}, which another had replaced");
            run = version.RunId;
            if (before.Count > 0 && !version.Files.Select(static file => file.Path).ToHashSet(StringComparer.Ordinal).IsSupersetOf(before.Select(static file => file.Path)))
                throw new ViolationException($"{table} version {version.Number} removed rows");
            quarantined += version.Set.Contains(PendingSide) ? Pending(version).Sum(static file => file.Rows) : 0;
            var read = Records(record.RootElement.GetProperty("position"));
            if (read != version.Rows + quarantined)
                throw new ViolationException($"{table} version {version.Number}: {read} records read, {version.Rows} rows, {quarantined} quarantined");
            (batch, writer, before) = (nextBatch, nextWriter, version.Files);
        }

        CheckSide(table);
        CheckPositions(table);
    }

    /// <summary>The quarantine table holds what the main table's commits named, up to some batch and nothing else.</summary>
    private void CheckSide(string table)
    {
        var named = logs[table].Where(static version => version.Set.Contains(PendingSide)).Select(Pending).ToList();
        foreach (var version in logs[table + Side])
        {
            var expected = named.Take((int)version.Number + 1).SelectMany(static files => files.Select(static file => file.Path)).Order(StringComparer.Ordinal);
            if (!expected.SequenceEqual(version.Files.Select(static file => file.Path).Order(StringComparer.Ordinal), StringComparer.Ordinal))
                throw new ViolationException($"{table + Side} version {version.Number} does not hold what {table} quarantined");
        }
    }

    private void RequireSideComplete(string table)
    {
        var named = logs[table].Count(static version => version.Set.Contains(PendingSide));
        if (named != logs[table + Side].Count)
            throw new ViolationException($"{table} quarantined in {named} batches, and {table + Side} has {logs[table + Side].Count} versions");
    }

    /// <summary>No record comes twice, be it in rows or in quarantine; the generator's leave no gap either.</summary>
    private void CheckPositions(string table)
    {
        var sql = new List<string>();
        if (logs[table].Count > 0 && database.Has(table))
        {
            database.Pin(table, logs[table][^1]);
            sql.Add($"SELECT _source_position AS position FROM {table}");
        }

        if (logs[table + Side].Count > 0 && database.Has(table + Side))
        {
            database.Pin(table + Side, logs[table + Side][^1]);
            sql.Add($"SELECT position FROM {table + Side}");
        }

        if (sql.Count == 0)
            return;
        var all = string.Join(" UNION ALL ", sql);
        foreach (var row in database.Query($"SELECT position, count(*) FROM ({all}) GROUP BY ALL HAVING count(*) > 1 LIMIT 1"))
            throw new ViolationException($"{table}: the record at {row[0]} is there {row[1]} times");
        if (table != Bronze[0])
            return;
        var counted = database.Query($"SELECT count(*), max(position::BIGINT) + 1 FROM ({all})")[0];
        if (!Equals(counted[0], counted[1]))
            throw new ViolationException($"{table} holds {counted[0]} of the first {counted[1]} records");
    }

    private void CheckDerived(string table, string sql)
    {
        foreach (var version in logs[table])
        {
            if (!version.DataChange)
                continue;
            foreach (var (input, dataVersion) in Consumed(version))
                database.Pin(input, logs[input][(int)dataVersion]);
            database.Pin(table, version);
            var wrong = database.Query($"SELECT count(*) FROM ((({sql}) EXCEPT ALL FROM {table}) UNION ALL (FROM {table} EXCEPT ALL ({sql})))")[0][0];
            if (!Equals(wrong, 0L))
                throw new ViolationException($"{table} version {version.Number} differs in {wrong} rows from its SQL over the inputs that it names");
        }
    }

    private void RequireNewest(string table)
    {
        if (logs[table].Count == 0)
            throw new ViolationException($"{table} is not there");
        foreach (var (input, dataVersion) in Consumed(logs[table][^1]))
        {
            var newest = logs[input].Last(static version => version.DataChange || version.Number == 0).Number;
            if (dataVersion != newest)
                throw new ViolationException($"{table} is made of version {dataVersion} of {input}, whose rows are of version {newest}");
        }
    }

    private LakeTruth Truth()
    {
        var rows = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (table, versions) in logs.Where(log => log.Value.Count > 0 && database.Has(log.Key)))
        {
            database.Pin(table, versions[^1]);
            rows[table] = database.Texts(table switch
            {
                "bronze.events" => $"SELECT * EXCLUDE (\"timestamp\", event_date, _ingested_at), epoch_us(\"timestamp\") - {Start(versions[^1])} AS happened, event_date = \"timestamp\"::DATE AS dated FROM bronze.events",
                "silver.events" => "SELECT * EXCLUDE (event_date) FROM silver.events",
                _ when table.EndsWith(Side, StringComparison.Ordinal) => $"SELECT * EXCLUDE (ingested_at) FROM {table}",
                _ when table.StartsWith("bronze.", StringComparison.Ordinal) => $"SELECT * EXCLUDE (_ingested_at) FROM {table}",
                _ => $"FROM {table}",
            });
        }

        return new LakeTruth(rows);
    }

    /// <summary>The generator's start in microseconds: a run that had to wait for a retry before its first commit begins later, and all its events with it.</summary>
    private static long Start(LogVersion version)
    {
        using var record = JsonDocument.Parse(version.Domains.Single(static one => one.Key.StartsWith("lakehouse.position/generator/", StringComparison.Ordinal) && one.Key.Split('/').Length == 4).Value);
        var start = record.RootElement.GetProperty("position").GetProperty("start").GetDateTimeOffset();
        return (start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    private static long Records(JsonElement position) =>
        position.TryGetProperty("record", out var next) ? next.GetInt64() : position.GetProperty("records").GetInt64();

    private static List<(string Path, long Rows)> Pending(LogVersion version)
    {
        using var pending = JsonDocument.Parse(version.Domains[PendingSide]);
        return [.. pending.RootElement.GetProperty("files").EnumerateArray().Select(static file => (file.GetProperty("path").GetString()!, file.GetProperty("rows").GetInt64()))];
    }

    private static List<(string Table, long DataVersion)> Consumed(LogVersion version)
    {
        if (!version.Domains.TryGetValue(Inputs, out var json))
            throw new ViolationException(string.Create(CultureInfo.InvariantCulture, $"version {version.Number} does not say what it was made from"));
        using var consumed = JsonDocument.Parse(json);
        return [.. consumed.RootElement.GetProperty("inputs").EnumerateArray().Select(static one => (one.GetProperty("table").GetString()!, one.GetProperty("dataVersion").GetInt64()))];
    }
}
