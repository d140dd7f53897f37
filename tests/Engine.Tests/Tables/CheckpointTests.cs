using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Tables;

public sealed class CheckpointTests : IDisposable
{
    private static readonly CheckpointRule EveryThird = new(3, 3, 1);

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    private string Log(string name) => Path.Combine(folder.Path, "_delta_log", name);

    private DeltaTable Table(CheckpointRule? rule = null) =>
        new(TestTables.Name, new FolderStore(folder.Path, time), time, new DuckDbCheckpoints(), rule ?? CheckpointRule.Never);

    private DataFile File(string name, long rows = 10) => TestTables.File(name, rows, time.GetUtcNow());

    /// <summary>Commits one file a version, and waits for each checkpoint.</summary>
    private async Task<Snapshot> FillAsync(int versions)
    {
        var table = Table(EveryThird);
        Snapshot? newest = null;
        for (var version = 0; version < versions; version++)
        {
            newest = await table.CommitAsync(TestTables.Append(newest, File($"f{version}")).With("lakehouse.test", $"{{\"v\":{version}}}")
                with { Transaction = ("app", version + 1) });
            await table.SettleAsync();
        }

        return newest!;
    }

    [Fact]
    public async Task The_state_survives_when_the_json_behind_a_checkpoint_is_gone()
    {
        var before = await FillAsync(7);
        Assert.True(System.IO.File.Exists(Log("00000000000000000005.checkpoint.parquet")));
        for (var version = 0; version <= 5; version++)
            System.IO.File.Delete(Log($"{version:D20}.json"));

        var after = await Table().ReadAsync();

        Assert.Equal((before.Version, before.DataVersion, before.TableId, before.Rows), (after.Version, after.DataVersion, after.TableId, after.Rows));
        Assert.Equal(before.Paths(), after.Paths());
        Assert.Equal(before.Files.Select(Describe).Order(StringComparer.Ordinal), after.Files.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal(before.Schema, after.Schema);
        Assert.Equal(before.Domains, after.Domains);
        Assert.Equal(before.Transactions, after.Transactions);
        Assert.Equal(before.Configuration, after.Configuration);

        var next = await Table().CommitAsync(TestTables.Append(after, File("more")));
        Assert.Equal(8, next.Files.Count);

        static string Describe(DataFile file) => $"{file.Path} {file.Size} {file.ModificationTime:O} {file.Stats} {file.Rows}";
    }

    [Fact]
    public async Task A_version_that_only_a_checkpoint_describes_still_says_when_it_was_committed()
    {
        var committed = (await FillAsync(6)).Timestamp;
        Assert.True(System.IO.File.Exists(Log("00000000000000000005.checkpoint.parquet")));
        Assert.Equal(committed, (await Table().ReadAsync()).Timestamp);
        System.IO.File.Delete(Log("00000000000000000005.json"));
        var written = new DateTimeOffset(System.IO.File.GetLastWriteTimeUtc(Log("00000000000000000005.checkpoint.parquet")));
        Assert.Equal(written.ToUnixTimeMilliseconds(), (await Table().ReadAsync()).Timestamp.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Versions_before_the_oldest_checkpoint_are_gone_and_said_to_be()
    {
        await FillAsync(7);
        for (var version = 0; version <= 2; version++)
            System.IO.File.Delete(Log($"{version:D20}.json"));
        Assert.Equal(3, (await Table().ReadSnapshotAsync(3, CancellationToken.None))!.Version);
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Table().ReadSnapshotAsync(1, CancellationToken.None));
        Assert.Equal(TableCodes.VersionGone, error.Diagnostic.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"version\":-4}")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":4000}")]
    [InlineData("{\"version\":\"5\"}")]
    public async Task The_hint_of_the_last_checkpoint_is_only_a_hint(string hint)
    {
        var before = await FillAsync(7);
        await System.IO.File.WriteAllTextAsync(Log("_last_checkpoint"), hint);
        Assert.Equal(before.Paths(), (await Table().ReadAsync()).Paths());
        System.IO.File.Delete(Log("_last_checkpoint"));
        Assert.Equal(before.Paths(), (await Table().ReadAsync()).Paths());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_torn_checkpoint_is_passed_over_while_older_ones_will_do(int bytes)
    {
        var before = await FillAsync(7);
        using (var file = System.IO.File.OpenHandle(Log("00000000000000000005.checkpoint.parquet"), FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, bytes);
        Assert.Equal(before.Paths(), (await Table().ReadAsync()).Paths());

        System.IO.File.Delete(Log("00000000000000000003.json"));
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Table().ReadAsync());
        Assert.Equal(TableCodes.LogDamaged, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_gap_in_the_log_is_damage_and_never_a_shorter_table()
    {
        await FillAsync(3);
        System.IO.File.Delete(Log("00000000000000000002.checkpoint.parquet"));
        System.IO.File.Delete(Log("00000000000000000001.json"));
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Table().ReadAsync());
        Assert.Equal(TableCodes.LogDamaged, error.Diagnostic.Code);
        Assert.Contains("00000000000000000001.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tombstones_stay_in_checkpoints_until_the_retention_has_passed()
    {
        var table = Table(EveryThird);
        var first = await table.CommitAsync(TestTables.Append(null, File("old")).WithProperty(TableProperties.FileRetention, "interval 24 hours"));
        time.Advance(TimeSpan.FromHours(20));
        var second = await table.CommitAsync(TestTables.Replace(first, File("young")));
        var third = await table.CommitAsync(TestTables.Replace(second, File("live")));
        await table.SettleAsync();
        Assert.Equal(["old", "young"], Tombstones(2));

        // Another process goes on from that checkpoint: it must carry on tombstones that it never saw as commits.
        var other = Table(EveryThird);
        var snapshot = await other.ReadAsync();
        time.Advance(TimeSpan.FromHours(10));
        for (var i = 0; i < 3; i++)
            snapshot = await other.CommitAsync(TestTables.Replace(snapshot, File($"live{i}")));
        await other.SettleAsync();
        Assert.Equal(["live", "live0", "live1", "old", "young"], Tombstones(5));

        time.Advance(TimeSpan.FromHours(20));
        for (var i = 3; i < 6; i++)
            snapshot = await other.CommitAsync(TestTables.Replace(snapshot, File($"live{i}")));
        await other.SettleAsync();
        Assert.Equal(["live", "live0", "live1", "live2", "live3", "live4"], Tombstones(8));
        Assert.Equal(2, third.Version);

        string[] Tombstones(long version)
        {
            using var database = DuckDbDatabase.Open();
            using var connection = database.Connect();
            using var result = connection.Query($"SELECT remove.path FROM read_parquet('{Log($"{version:D20}.checkpoint.parquet")}') WHERE remove IS NOT NULL ORDER BY 1");
            return [.. result.ReadRows().Select(static row => (string)row[0]!)];
        }
    }

    [Fact]
    public async Task The_data_version_is_known_behind_a_checkpoint_also_when_others_wrote_after_us()
    {
        var table = Table();
        var filled = await table.CommitAsync(TestTables.Append(null, File("a")));
        var marked = await table.CommitAsync(TestTables.Metadata(filled).With("lakehouse.test", "1"));
        await WriteCheckpointAsync(1);
        System.IO.File.Delete(Log("00000000000000000000.json"));
        Assert.Equal(0, (await Table().ReadAsync()).DataVersion);
        System.IO.File.Delete(Log("00000000000000000001.json"));
        Assert.Equal((1, 0), ((await Table().ReadAsync()).Version, (await Table().ReadAsync()).DataVersion));

        // A stranger's commits carry no record of ours. Rows first, then only a property.
        await StrangerAsync(2, "{\"add\":{\"path\":\"b\",\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":true}}");
        await StrangerAsync(3, "{\"txn\":{\"appId\":\"x\",\"version\":1}}");
        await WriteCheckpointAsync(3);
        Assert.Equal(2, (await Table().ReadAsync()).DataVersion);
        System.IO.File.Delete(Log("00000000000000000002.json"));
        Assert.Equal(3, (await Table().ReadAsync()).DataVersion); // not known any more: rather a run too many
        Assert.Equal(1, marked.Version);

        Task StrangerAsync(long version, string line) => System.IO.File.WriteAllTextAsync(Log($"{version:D20}.json"), $"{{\"commitInfo\":{{}}}}\n{line}\n");
    }

    [Fact]
    public async Task Odd_names_values_and_properties_come_back_from_a_checkpoint_as_they_were()
    {
        var schema = new TableSchema([new("id", ColumnType.Long), new("o'dd \"col\"", ColumnType.String)], ["o'dd \"col\""]);
        var table = Table();
        var files = new[]
        {
            Odd("a", null), Odd("b", "x=y/ü %41"), Odd("c", "\"\\\n\t'"), Odd("d%20e", "🚚"),
        };
        var before = await table.CommitAsync((TestTables.Append(null, files) with { Schema = schema }).WithProperty("some", "va'l\"ue\n"));
        await WriteCheckpointAsync(0);
        System.IO.File.Delete(Log("00000000000000000000.json"));
        var after = await Table().ReadAsync();
        Assert.Equal(before.Schema, after.Schema);
        Assert.Equal(before.Configuration, after.Configuration);
        Assert.Equal(
            before.Files.Select(static file => (file.Path, file.PartitionValues.Single(), file.Stats)),
            after.Files.OrderBy(static file => file.Path, StringComparer.Ordinal).Select(static file => (file.Path, file.PartitionValues.Single(), file.Stats)));

        DataFile Odd(string path, string? value) => File(path) with
        {
            PartitionValues = new Dictionary<string, string?>(StringComparer.Ordinal) { ["o'dd \"col\""] = value },
            Stats = "{\"numRecords\":10,\"minValues\":{\"id\":1,\"t\":\"a\\\"b\"}}",
        };
    }

    /// <summary>A checkpoint of exactly this version.</summary>
    private async Task WriteCheckpointAsync(long version)
    {
        var store = new FolderStore(folder.Path, time);
        var files = new DuckDbCheckpoints();
        var state = await new LakehouseOperator.Engine.Tables.Log.LogReader(store, files, folder.Path).ReadAsync(version, CancellationToken.None);
        var path = Path.Combine(folder.Path, "scratch.parquet");
        var work = state!.Export();
        files.Write(path, work.Content, work.Tombstones, CancellationToken.None);
        System.IO.File.Move(path, Log($"{version:D20}.checkpoint.parquet"), overwrite: true);
    }
}
