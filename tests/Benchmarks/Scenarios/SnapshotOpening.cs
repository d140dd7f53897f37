using System.Globalization;
using LakehouseOperator.Benchmarks.Calibrators;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P10: the snapshot of a table with 100,000 live files and as many tombstones, out of one checkpoint that DuckDB wrote.</summary>
internal sealed class SnapshotOpening : IScenario
{
    private const string Schema = """{"type":"struct","fields":[{"name":"event_id","type":"string","nullable":true,"metadata":{}},{"name":"user_id","type":"long","nullable":true,"metadata":{}},{"name":"event_date","type":"date","nullable":true,"metadata":{}}]}""";

    public string Name => "snapshot";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var files = 100_000 / bench.Scale;
        var table = bench.Sub("snapshot", "bronze", "events");
        var checkpoint = Path.Combine(bench.Sub("snapshot", "bronze", "events", "_delta_log"), "00000000000000001000.checkpoint.parquet");
        WriteCheckpoint(checkpoint, files);
        var size = Unit.Mebibytes.Write(new FileInfo(checkpoint).Length);
        await File.WriteAllTextAsync(Path.Combine(table, "_delta_log", "_last_checkpoint"), string.Create(CultureInfo.InvariantCulture, $$"""{"version":1000,"size":{{(2 * files) + 2}}}"""));
        var pairs = await Pairs.AlternateAsync(bench.Repetitions, _ => CountAsync("open-snapshot", table, files), _ => CountAsync("read-checkpoint", checkpoint, files));
        Workbench.Remove(bench.Sub("snapshot"));
        return
        [
            new Section(
                "P10: opening a snapshot",
                string.Create(CultureInfo.InvariantCulture, $"a process reads the newest snapshot of a table with {files:#,0} live files and as many tombstones (checkpoint of {size}), from start to end of the process."),
                "a bare process has DuckDB read the adds out of the same checkpoint, and keeps nothing.",
                [
                    Figure.Bound("wall time", Unit.Milliseconds, pairs, static sample => sample.Wall.TotalMilliseconds, "≤ 1,000 ms", static milliseconds => milliseconds <= 1000),
                    Figure.Bound("peak memory", Unit.Mebibytes, pairs, static sample => sample.PeakBytes, "≤ 256 MiB", static bytes => bytes <= 256 << 20),
                    Figure.Ratio("CPU time", Unit.Milliseconds, pairs, static sample => sample.Cpu.TotalMilliseconds),
                ]),
        ];
    }

    /// <summary>As a process of its own.</summary>
    public static async Task<long> OpenAsync(string folder)
    {
        var table = new DeltaTable(new TableName("bronze", "events"), StoreFactory.Open(folder, TimeProvider.System), TimeProvider.System);
        var snapshot = await table.ReadSnapshotAsync(null, CancellationToken.None) ?? throw new InvalidOperationException("there is no table");
        return snapshot.Files.Count;
    }

    private static async Task<Sample> CountAsync(string what, string path, int files)
    {
        var sample = await Programs.BareAsync(what, path);
        Workbench.Require(long.Parse(sample.Output, CultureInfo.InvariantCulture) == files, "files of the snapshot");
        return sample;
    }

    /// <summary>Statistics and paths as long as those of real tables, of a thousand partitions.</summary>
    private static void WriteCheckpoint(string path, int files)
    {
        var actions = BareStatements.Join(
        [
            "CREATE TABLE actions (txn STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT), \"add\" STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR)), "
            + "remove STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT), "
            + "\"metaData\" STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT), "
            + "protocol STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[]), \"domainMetadata\" STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN))",
            "INSERT INTO actions (protocol) VALUES ({minReaderVersion: 1, minWriterVersion: 7, readerFeatures: NULL, writerFeatures: ['appendOnly', 'invariants', 'domainMetadata']})",
            $"INSERT INTO actions (\"metaData\") VALUES ({{id: 'aa9e3c1c-5f1e-4b7e-9d56-0d9b1c6c6f10', name: NULL, description: NULL, format: {{provider: 'parquet', options: MAP {{}}}}, schemaString: '{Schema}', partitionColumns: ['event_date'], configuration: MAP {{}}, createdTime: 1767225600000}})",
            $$$"""
            INSERT INTO actions ("add") SELECT {path: 'part-' || md5('add' || i) || '.parquet', partitionValues: MAP {'event_date': CAST(DATE '2024-01-01' + CAST(i % 1000 AS INTEGER) AS VARCHAR)},
              size: 1000000 + i, modificationTime: 1767225600000 + i, dataChange: false,
              stats: '{"numRecords":' || (1000 + i % 50) || ',"minValues":{"event_id":"' || md5('least' || i) || '","user_id":1},"maxValues":{"event_id":"' || md5('most' || i) || '","user_id":' || i || '},"nullCount":{"event_id":0,"user_id":0}}', tags: NULL}
            FROM range({{{files}}}) AS files(i)
            """,
            $$"""
            INSERT INTO actions (remove) SELECT {path: 'part-' || md5('remove' || i) || '.parquet', deletionTimestamp: 1767225600000 + i, dataChange: false, extendedFileMetadata: true,
              partitionValues: MAP {'event_date': CAST(DATE '2024-01-01' + CAST(i % 1000 AS INTEGER) AS VARCHAR)}, size: 1000000 + i}
            FROM range({{files}}) AS files(i)
            """,
            BareStatements.Copy("SELECT * FROM actions", path),
        ]);
        BareStatements.Run(actions);
    }
}
