using System.Text.Json.Nodes;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Engine.Tests.IndependentReader;
using LakehouseOperator.Engine.Tests.Storage.S3;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing.Servers;
using Readers = LakehouseOperator.Testing.Readers.IndependentReader;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>Tables in a real store, through a network that fails and one that does not.</summary>
public sealed class BucketTests(SharedS3 shared) : IAsyncLifetime
{
    private const string Rows = """
        SELECT i, 'text ' || i AS s, DATE '2024-02-28' + i::INTEGER AS d, TIMESTAMPTZ '1999-12-31 23:59:59.123456+00' + i * INTERVAL 1 HOUR AS ts, (i * 1.25)::DECIMAL(9,2) AS d9,
          ['a b', '%', 'x=y', 'a+b', 'é'][i % 5 + 1] AS p FROM range(0, 50) AS t(i)
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly Scratch scratch = new();
    private readonly string location = shared.Location();
    private Func<S3Exchange, S3Fault> decide = static _ => S3Fault.None;
    private S3Server server = null!;
    private S3Proxy proxy = null!;
    private S3Connection connection = null!;

    public async ValueTask InitializeAsync()
    {
        server = await shared.ServerAsync();
        proxy = await S3Proxy.StartAsync(server.Endpoint, exchange => decide(exchange));
        connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
    }

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        await proxy.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    public async Task A_table_in_a_bucket_is_read_alike_by_us_and_by_ClickHouse()
    {
        var table = Open(new CheckpointRule(2, 2, 1));
        var snapshot = await FillAsync(table, [Rows, $"SELECT i + 50 AS i, s, d, ts, d9, p FROM ({Rows})", $"SELECT i + 100 AS i, s, d, ts, d9, p FROM ({Rows})"], new PartitionSpec("p"));

        var columns = JsonNode.Parse(snapshot.Schema.ToDelta())!["fields"]!.AsArray().Select(field => ((string)field!["name"]!, field["type"]!.DeepClone())).ToList();
        var theirs = await Readers.ClickHouseAsync($"{server.Endpoint}/{location["s3://".Length..]}/events/", server.AccessKey, server.SecretKey, columns);
        Assert.Equal(150, theirs.Count);

        var read = (await Open(CheckpointRule.Never).ReadSnapshotAsync(null, None))!;
        var files = new List<SqlInputFile>();
        foreach (var file in read.Files)
            files.Add(new SqlInputFile((await table.Store.StageAsync(DataFilePath.KeyIn(table.Store, file.Path), scratch.NewFolder(), None))!, file.Rows ?? -1, file.PartitionValues));
        var staged = new SqlTable("l.t", [.. read.Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))], read.Schema.PartitionColumns, files);
        Assert.Null(Readers.Difference(Canonical.Rows(scratch.Connection, TableScan.Sql(staged), read.Schema), theirs));
    }

    [Fact]
    public async Task Eight_appenders_over_a_failing_network_lose_nothing_and_double_nothing()
    {
        const int Commits = 6;
        await TestTables.CommitAsync(Open(), TestTables.Append(null, TestTables.File("first")));
        var random = new Random(42);
        decide = _ =>
        {
            lock (random)
            {
                return random.Next(12) switch
                {
                    0 => S3Fault.LoseReply,
                    1 => S3Fault.LoseRequest,
                    2 => S3Fault.Answer(503, "SlowDown"),
                    3 => S3Fault.AnswerAfter(500, "InternalError"),
                    4 => S3Fault.Answer(409, "ConditionalRequestConflict"),
                    _ => S3Fault.None,
                };
            }
        };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            using var own = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server), S3Stores.Quick with { Attempts = 20 });
            var table = Open(own: own);
            for (var i = 0; i < Commits; i++)
                await table.CommitAsync(TestTables.Append(await table.ReadAsync(), TestTables.File($"{writer}-{i}")));
        })));
        decide = static _ => S3Fault.None;

        var expected = Enumerable.Range(0, 8).SelectMany(static writer => Enumerable.Range(0, Commits).Select(i => $"{writer}-{i}")).Append("first").Order(StringComparer.Ordinal);
        var read = await Open().ReadAsync();
        Assert.Equal(expected, read.Paths());
        Assert.Equal(8 * Commits, read.Version);
    }

    [Fact]
    public async Task A_commit_whose_reply_is_lost_is_found_by_its_txnId()
    {
        var table = Open();
        var first = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")));
        decide = static exchange => exchange.IsConditional ? S3Fault.LoseReply : S3Fault.None;
        var second = await table.CommitAsync(TestTables.Append(first, TestTables.File("b")));
        Assert.Equal(1, second.Version);
        Assert.Equal(["a", "b"], (await Open().ReadAsync()).Paths());
        Assert.Single(proxy.Seen, static exchange => exchange.IsConditional && exchange.Path.EndsWith("00001.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_again_asks_only_for_what_came_since()
    {
        var writer = Open();
        var snapshot = await writer.CommitAsync(TestTables.Append(null, TestTables.File("0")));
        for (var i = 1; i < 30; i++)
            snapshot = await writer.CommitAsync(TestTables.Append(snapshot, TestTables.File($"{i}")));
        var reader = Open();
        await reader.ReadAsync();

        var before = proxy.Seen.Count;
        await reader.ReadAsync();
        var list = Assert.Single(proxy.Seen.Skip(before));
        Assert.Contains("list-type=2", list.Query, StringComparison.Ordinal);
        Assert.Contains("start-after=", list.Query, StringComparison.Ordinal);

        await writer.CommitAsync(TestTables.Append(snapshot, TestTables.File("last")));
        before = proxy.Seen.Count;
        Assert.Equal(31, (await reader.ReadAsync()).Files.Count);
        Assert.Equal(2, proxy.Seen.Count - before);
    }

    [Fact]
    public async Task A_checkpoint_that_was_brought_for_reading_is_not_left_in_scratch()
    {
        await FillAsync(Open(new CheckpointRule(2, 2, 1)), [Rows, Rows, Rows, Rows]);
        var folder = scratch.NewFolder();
        var table = new DeltaTable(TestTables.Name, Store(connection), TimeProvider.System, new DuckDbCheckpoints(), CheckpointRule.Never, folder);
        Assert.Equal(200, (await table.ReadAsync()).Rows);
        Assert.Contains(proxy.Seen, static exchange => exchange.Method == "GET" && exchange.Path.EndsWith(".checkpoint.parquet", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task How_old_staged_files_are_is_told_by_the_stores_clock()
    {
        var table = Open();
        var snapshot = await table.CommitAsync(TestTables.Append(null, TestTables.File("a")));
        proxy.ClockOffset = TimeSpan.FromDays(4);
        await table.ReadAsync();
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => table.CommitAsync(TestTables.Append(snapshot, TestTables.File("b"))));
        Assert.Equal(TableCodes.StagedTooOld, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_listing_and_a_history_are_the_logs()
    {
        var table = Open();
        var snapshot = await table.CommitAsync(TestTables.Append(null, TestTables.File("0")));
        for (var i = 1; i < 20; i++)
            snapshot = await table.CommitAsync(TestTables.Append(snapshot, TestTables.File($"{i}", i)));
        var history = await table.HistoryAsync(None).ToListAsync(None);
        Assert.Equal(Enumerable.Range(0, 20).Reverse().Select(static i => (long)i), history.Select(static entry => entry.Version));
        var lake = new Lake(new Dictionary<string, IObjectStore>(StringComparer.Ordinal) { ["bronze"] = new S3Store(location, connection) }, TimeProvider.System);
        Assert.Equal(["bronze.events"], await lake.TablesAsync("bronze", None).Select(static one => one.Name.ToString()).ToListAsync(None));
    }

    private IObjectStore Store(S3Connection over) => new S3Store(location, over).At("events");

    private DeltaTable Open(CheckpointRule? rule = null, S3Connection? own = null) =>
        new(TestTables.Name, Store(own ?? connection), TimeProvider.System, new DuckDbCheckpoints(), rule ?? CheckpointRule.Never, scratch.Folder);

    private async Task<Snapshot> FillAsync(DeltaTable table, string[] queries, params PartitionSpec[] partitionBy)
    {
        Snapshot? snapshot = null;
        foreach (var query in queries)
        {
            using var statement = scratch.Connection.Prepare(query);
            var bound = statement.DescribeColumns().Select(column => new BoundColumn(column.Name, column.Type.ToString())).ToList();
            Assert.True(Projection.TryCreate(bound, partitionBy, out var projection, out _));
            var written = scratch.Write($"SELECT {string.Join(", ", projection.Expressions)} FROM ({query}) AS {Projection.Relation}", projection.Schema.PartitionColumns);
            var files = await table.StoreAsync(written, projection.Schema, None);
            snapshot = await table.CommitAsync(TestTables.Append(snapshot, [.. files]) with { Schema = projection.Schema });
            await table.SettleAsync();
        }

        return snapshot!;
    }
}
