using System.Text.Json;
using System.Text.RegularExpressions;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>The exact lines of our commits (ADR 0004). A change here is a change of a format that others read: write it into the ADR.</summary>
public sealed partial class CommitGoldenTests : IDisposable
{
    private static readonly PositionDomain Position = new("generator", "seed=1/users=100", "0");

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_streams_first_batch_creates_the_table() => Check("stream-create", await StreamAsync(1));

    [Fact]
    public async Task A_streams_next_batch_sets_what_changed_alone() => Check("stream-append", await StreamAsync(2));

    [Fact]
    public async Task A_replace_removes_what_was_there() => Check("replace", await ReplaceAsync());

    [Fact]
    public async Task A_pending_side_names_all_that_its_commit_needs()
    {
        var pending = new PendingSideRecord(Position.Name, 7, "bronze.events__quarantine", [PendingFile.Of(File("part-q.parquet", 3, null))]);
        var table = await Table().CommitAsync(TestTables.Append(null).With(PendingSideRecord.Domain, pending.ToJson()));
        Assert.Equal(pending.Files[0].ToDataFile() with { PartitionValues = NoPartition }, PendingSideRecord.Read(table)!.Files[0].ToDataFile() with { PartitionValues = NoPartition });
        Check("pending-side", pending.ToJson());
    }

    private static readonly IReadOnlyDictionary<string, string?> NoPartition = TestTables.NoPartition;

    private DeltaTable Table() => new(TestTables.Name, new FolderStore(folder.Path, time), time, new DuckDbCheckpoints(), CheckpointRule.Never);

    private DataFile File(string path, long rows, string? date) => new(
        path,
        1234,
        time.GetUtcNow(),
        date is null ? NoPartition : new Dictionary<string, string?>(StringComparer.Ordinal) { ["date"] = date },
        $"{{\"numRecords\":{rows},\"minValues\":{{\"name\":\"a\\\"b\"}}}}",
        rows);

    private async Task<string> StreamAsync(int batches)
    {
        var lake = new LakePlan("main", new Dictionary<string, string>(StringComparer.Ordinal), 1 << 27, TimeSpan.FromDays(7), TimeSpan.FromDays(2));
        var schema = new TableSchema([new("id", ColumnType.Long, Nullable: false), new("name", ColumnType.String), new("date", ColumnType.Date)], ["date"]);
        var writer = new PositionWriter(Position);
        Snapshot? snapshot = null;
        for (var batch = 1; batch <= batches; batch++)
        {
            using var position = JsonDocument.Parse($"{{\"index\":{batch * 1000}}}");
            var step = writer.Next(snapshot, position.RootElement.Clone());
            var change = new TableChange(
                ChangeKind.Append,
                snapshot,
                schema,
                batch == 1 ? [File("part-1.parquet", 5, "2026-01-01"), File("part-2.parquet", 7, null) with { PartitionValues = new Dictionary<string, string?> { ["date"] = null } }] : [File("part-3.parquet", 1, "2026-01-02")],
                new Dictionary<string, string> { [step.DomainEntry.Key] = step.DomainEntry.Value },
                step.Transaction,
                TableProperties.For(new ResourceId(ResourceKind.Ingestion, "events"), lake, appendOnly: true),
                "STREAMING UPDATE",
                new Dictionary<string, string> { ["outputMode"] = "Append" },
                "run-1",
                "sha256:abc");
            snapshot = await Table().CommitAsync(change);
            time.Advance(TimeSpan.FromSeconds(10));
        }

        return await LogAsync(batches - 1);
    }

    private async Task<string> ReplaceAsync()
    {
        var first = await Table().CommitAsync(TestTables.Append(null, File("part-1.parquet", 5, null)));
        time.Advance(TimeSpan.FromSeconds(10));
        var change = TestTables.Replace(first, File("part-2.parquet", 7, null)).With("lakehouse.inputs", "{\"sqlHash\":\"sha256:def\"}");
        await Table().CommitAsync(change with { OperationParameters = new Dictionary<string, string> { ["mode"] = "Overwrite" } });
        return await LogAsync(1);
    }

    private Task<string> LogAsync(long version) => System.IO.File.ReadAllTextAsync(folder[$"_delta_log/{version:D20}.json"]);

    private static void Check(string name, string text)
    {
        var masked = Unique().Replace(text, "00000000-0000-0000-0000-000000000000").TrimEnd('\n') + "\n";
        var path = Path.Combine(Repository.Root, "tests", "Engine.Tests", "Tables", "golden", name + ".json");
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_WRITE_GOLDEN") == "1")
            System.IO.File.WriteAllText(path, masked);
        Assert.Equal(System.IO.File.ReadAllText(path), masked);
    }

    [GeneratedRegex("[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", RegexOptions.None, 1000)]
    private static partial Regex Unique();
}
