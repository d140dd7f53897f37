using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Tests.Ingest;

/// <summary>A lake in a folder, and ingestions into it. What the tables hold is read back by DuckDB from the files that the log names.</summary>
internal sealed class IngestionHouse : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public IngestionHouse(TimeProvider? time = null, Func<IObjectStore, IObjectStore>? wrap = null)
    {
        Time = time ?? TimeProvider.System;
        Directory.CreateDirectory(Scratch);
        Directory.CreateDirectory(Drop);
        Lake = OpenLake(wrap);
    }

    public TimeProvider Time { get; }

    public Lake Lake { get; private set; }

    public string Scratch => folder["scratch"];

    /// <summary>Where tests put source files.</summary>
    public string Drop => folder["drop"];

    public List<Diagnostic> Notices { get; } = [];

    /// <summary>Another process's view of the same folder.</summary>
    public Lake OpenLake(Func<IObjectStore, IObjectStore>? wrap = null)
    {
        var store = new FolderStore(folder["lake"], Time);
        return Lake = new Lake(
            new Dictionary<string, IObjectStore>(StringComparer.Ordinal) { ["bronze"] = (wrap ?? (static one => one))(store.At("bronze")) }, Time);
    }

    public RunPlan Plan(SourceSpec source, IReadOnlyList<IngestedTableSpec> tables, long maxRows = 100_000, bool drain = true, string name = "events") => new(
        RunPlan.CurrentProtocol,
        "run-1",
        "plan-1",
        ResourceKind.Ingestion,
        "default",
        name,
        1,
        new RunTrigger(TriggerKind.Stream, "test"),
        new LakePlan("main", new Dictionary<string, string>(StringComparer.Ordinal), 128L << 20, TimeSpan.FromDays(7), TimeSpan.FromDays(7)),
        new RunLimits(TimeSpan.Zero, 1L << 30, 10L << 30, 2),
        Ingestion: new IngestionPlan(source, tables, TimeSpan.FromSeconds(10), maxRows, 128L << 20, drain));

    public ISqlWorkerPool Workers { get; init; } = NoWorkers.Instance;

    public Task<RunReport> RunAsync(RunPlan plan, CancellationToken stop = default, Lake? lake = null, Secrets.ISecrets? secrets = null) =>
        IngestionRun.RunAsync(plan, lake ?? Lake, Workers, new RunScratch(Scratch), Time, new Listener(Notices), stop, new Defects(), secrets);

    public async Task<Snapshot?> SnapshotAsync(string table) =>
        await OpenLake().Table(TableName.Parse(table)).ReadSnapshotAsync(null, CancellationToken.None);

    /// <summary>Rows of <c>SELECT … FROM t</c>, where <c>t</c> is the table's live files with the values of its partitions.</summary>
    public async Task<IReadOnlyList<object?[]>> QueryAsync(string table, string sql)
    {
        var snapshot = await SnapshotAsync(table);
        if (snapshot is null || snapshot.Files.Count == 0)
            return [];
        var root = Path.Combine(folder["lake"], table.Replace('.', '/'));
        var files = snapshot.Files.Select(file =>
        {
            var partitions = string.Concat(file.PartitionValues.Select(value =>
                $", {(value.Value is null ? "NULL" : $"'{value.Value.Replace("'", "''", StringComparison.Ordinal)}'")}::{snapshot.Schema.Find(value.Key)!.Type.Sql} AS \"{value.Key}\""));
            return $"SELECT *{partitions} FROM read_parquet('{Path.Combine(root, Uri.UnescapeDataString(file.Path))}')";
        });
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        using var result = connection.Query($"WITH t AS ({string.Join(" UNION ALL BY NAME ", files)}) {sql}");
        return result.ReadRows();
    }

    public async Task<long> CountAsync(string table) => (await SnapshotAsync(table))?.Rows ?? 0;

    public void Dispose() => folder.Dispose();

    private sealed class Listener(List<Diagnostic> notices) : IRunProgress
    {
        public void Stage(ResourceId resource, RunStage stage)
        {
        }

        public void Rows(ResourceId resource, long rows)
        {
        }

        public void Committed(ResourceId resource, TableName table, long version, long rowsAdded)
        {
        }

        public void Noticed(ResourceId resource, Diagnostic diagnostic)
        {
            lock (notices)
                notices.Add(diagnostic);
        }
    }

    /// <summary>What a report only calls a defect is in the test's output.</summary>
    private sealed class Defects : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not Storage.KilledException)
                TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)}: {exception}");
        }
    }

    private sealed class NoWorkers : ISqlWorkerPool
    {
        public static readonly NoWorkers Instance = new();

        public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no user SQL is expected");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
