using System.Globalization;
using System.Text;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Tests.Ingest;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;

[assembly: AssemblyFixture(typeof(SharedRedis))]

namespace LakehouseOperator.Engine.Tests.Sources;

/// <summary>A real Redis, and real tables in a folder.</summary>
public sealed class RedisStreamsTests(SharedRedis redis) : IDisposable
{
    private static readonly ColumnSpec[] Columns = [new("id", "BIGINT", Required: true), new("name", "VARCHAR"), new("total", "DECIMAL(12,2)")];

    private readonly IngestionHouse house = new();
    private readonly string prefix = redis.Prefix();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => house.Dispose();

    [Fact]
    public async Task Several_streams_become_their_tables_each_entry_once()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 5000);
        await AddAsync(server, "b", 0, 70);
        var first = await RunAsync(["a", "b", "c"]);
        Assert.Null(first.Error);
        Assert.Equal((5000L, 70L, 0L), (await house.CountAsync("bronze.a"), await house.CountAsync("bronze.b"), await house.CountAsync("bronze.c")));
        Assert.Equal(RunResult.UpToDate, (await RunAsync(["a", "b", "c"])).Result);
        await AddAsync(server, "a", 5000, 6000);
        await AddAsync(server, "c", 0, 3);
        await RunAsync(["a", "b", "c"]);
        Assert.Equal((long[])[6000L, 6000L, 6000L * 5999 / 2], await NumbersAsync("bronze.a", "SELECT count(*), count(DISTINCT _source_position), sum(id)::BIGINT FROM t"));
        Assert.Equal(3, await house.CountAsync("bronze.c"));
        var ids = await house.QueryAsync("bronze.c", "SELECT _source_position, _source FROM t ORDER BY id LIMIT 1");
        Assert.True(StreamId.TryParse(Encoding.UTF8.GetBytes((string)ids[0][0]!), out _));
        Assert.EndsWith($"/{prefix}c", (string)ids[0][1]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_commit_the_group_stands_where_the_table_does()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await RunAsync(["a"]);
        var group = Assert.Single(await server.GroupsAsync(prefix + "a", Stop));
        Assert.Equal(("lakehouse", 0L, 0L, 10L), (group.Name, group.Consumers, group.Lag, group.EntriesRead));
        await AddAsync(server, "a", 10, 14);
        Assert.Equal(4, Assert.Single(await server.GroupsAsync(prefix + "a", Stop)).Lag);
        await RunAsync(["a"]);
        Assert.Equal(0, Assert.Single(await server.GroupsAsync(prefix + "a", Stop)).Lag);
    }

    [Fact]
    public async Task What_does_not_fit_is_quarantined_and_the_counts_add_up()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        string[] bad = ["{\"id\":", "[1]", "{\"id\":1,\"id\":2}", "{\"id\":9223372036854775808}", "{\"id\":\"x\"}", "{\"id\":1,\"total\":1e99}", "{\"name\":\"x\"}", "{\"id\":NaN}",
            "{\"id\":1,\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}"];
        foreach (var json in bad)
            await AddAsync(server, "a", ("data", json));
        await server.AddEntryAsync(StreamCommands.XAdd(prefix + "a").Add("data").Add([(byte)'{', 0xff, 0xfe]), Stop);
        await AddAsync(server, "a", ("other", "{\"id\":1}"));
        await AddAsync(server, "a", ("other", "x"), ("data", "{\"id\":77,\"total\":\"12.34\"}"));
        var report = await RunAsync(["a"]);
        Assert.Null(report.Error);
        Assert.Equal(1, await house.CountAsync("bronze.a"));
        var codes = (await house.QueryAsync("bronze.a__quarantine", "SELECT error_code, payload FROM t ORDER BY error_code, payload")).Select(static row => (string)row[0]!).ToList();
        Assert.Equal(bad.Length + 2, codes.Count);
        Assert.Contains(RecordCodes.EntryFieldMissing.Id, codes);
        Assert.Contains(RecordCodes.InvalidUtf8.Id, codes);
        Assert.Contains(RecordCodes.TooDeep.Id, codes);
        Assert.Equal(12, report.RowsRead);
    }

    [Fact]
    public async Task An_entry_that_no_memory_should_hold_is_counted_and_passed_over()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 1);
        await AddAsync(server, "a", ("data", new string('x', 20 << 20)));
        await AddAsync(server, "a", 1, 2);
        Assert.Null((await RunAsync(["a"])).Error);
        Assert.Equal(2, await house.CountAsync("bronze.a"));
        Assert.Equal(SourceCodes.RecordTooLong.Id, Assert.Single(await house.QueryAsync("bronze.a__quarantine", "SELECT error_code FROM t"))[0]);
    }

    [Fact]
    public async Task Fields_are_columns_by_their_types()
    {
        ColumnSpec[] columns =
        [
            new("id", "BIGINT", Required: true), new("name", "VARCHAR"), new("total", "DECIMAL(12,2)"), new("ok", "BOOLEAN"), new("moment", "TIMESTAMPTZ"), new("tags", "VARCHAR[]"), new("real", "DOUBLE"),
        ];
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", ("id", "12"), ("name", "7"), ("total", "1.50"), ("ok", "true"), ("moment", "2026-01-01T00:00:00Z"), ("tags", "[\"x\",\"y\"]"), ("real", "2.5"));
        await AddAsync(server, "a", ("id", "13"), ("name", "say \"é\"\n"), ("total", ""), ("ok", ""), ("extra", "1"));
        await AddAsync(server, "a", ("id", "twelve"));
        await AddAsync(server, "a", ("name", "no id"));
        Assert.Null((await RunAsync(["a"], columns: columns, format: new RedisFormatSpec(Fields: new RedisFieldsFormatSpec()))).Error);
        var rows = await house.QueryAsync("bronze.a", "SELECT concat_ws('|', id, name, total, ok, epoch(moment)::BIGINT, tags, real) FROM t ORDER BY id");
        Assert.Equal(["12|7|1.50|true|1767225600|[x, y]|2.5", "13|say \"é\"\n"], rows.Select(static row => (string)row[0]!));
        Assert.Equal(2, await house.CountAsync("bronze.a__quarantine"));
    }

    [Fact]
    public async Task Latest_begins_where_the_stream_ended_at_the_first_run()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 5);
        Assert.Null((await RunAsync(["a"], startFrom: RedisStartFrom.Latest)).Error);
        await AddAsync(server, "a", 5, 8);
        Assert.Null((await RunAsync(["a"], startFrom: RedisStartFrom.Latest)).Error);
        Assert.Equal((long[])[3L, 5L], await NumbersAsync("bronze.a", "SELECT count(*), min(id) FROM t"));
    }

    [Fact]
    public async Task Latest_of_a_stream_that_is_not_there_yet_misses_nothing_of_it()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        Assert.Null((await RunAsync(["a"], startFrom: RedisStartFrom.Latest)).Error);
        await AddAsync(server, "a", 0, 3);
        Assert.Null((await RunAsync(["a"], startFrom: RedisStartFrom.Latest)).Error);
        Assert.Equal(3, await house.CountAsync("bronze.a"));
    }

    [Fact]
    public async Task A_group_is_taken_over_with_what_was_pending_in_it()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await server.CreateGroupAsync(prefix + "a", "old", StreamId.Min, 0, makeStream: false, Stop);
        var read = new Ids();
        await server.ReadStreamsAsync(new XReadRequest([new StreamPosition(prefix + "a", StreamId.Min)], 6) { Group = new GroupMember("old", "gone") }, read, Stop);
        await server.CallAsync(StreamCommands.XAck(prefix + "a", "old", read.Seen.Take(4)), Stop);
        var active = await RunAsync(["a"], startFrom: RedisStartFrom.Group, takeOver: "old");
        Assert.Equal((SourceCodes.GroupInUse.Id, true), (active.Error?.Code, active.Error!.Message.Contains("gone", StringComparison.Ordinal)));

        // As if its consumer had been gone for a while.
        await server.CallAsync(new RedisCommand("XCLAIM").Add(prefix + "a").Add("old").Add("asleep").Add("0").Add(read.Seen[4]).Add(read.Seen[5]), Stop);
        await server.CallAsync(new RedisCommand("XGROUP").Add("DELCONSUMER").Add(prefix + "a").Add("old").Add("gone"), Stop);
        var stillActive = await RunAsync(["a"], startFrom: RedisStartFrom.Group, takeOver: "old");
        Assert.Equal(SourceCodes.GroupInUse.Id, stillActive.Error?.Code);
    }

    [Fact]
    public async Task Pending_entries_come_first_once_and_those_that_are_gone_are_counted()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await server.CreateGroupAsync(prefix + "a", "old", StreamId.Min, 0, makeStream: false, Stop);
        var delivered = new Ids();
        await server.ReadStreamsAsync(new XReadRequest([new StreamPosition(prefix + "a", StreamId.Min)], 6) { Group = new GroupMember("old", "gone") }, delivered, Stop);
        await server.CallAsync(StreamCommands.XAck(prefix + "a", "old", delivered.Seen.Take(2)), Stop);
        await server.CallAsync(new RedisCommand("XDEL").Add(prefix + "a").Add(delivered.Seen[3]), Stop);
        var notices = new List<Diagnostic>();
        var whole = await TakeOverAsync(null, notices, batches: 9);
        Assert.Equal(["2", "4", "5", "6", "7", "8", "9"], whole.Ids);
        Assert.Equal(SourceCodes.DataLoss, Assert.Single(notices).Code);

        // As if the process had ended after the commit of the first two.
        var first = await TakeOverAsync(null, notices, batches: 2);
        Assert.Equal(["2", "4"], first.Ids);
        Assert.Contains("pending", first.Position, StringComparison.Ordinal);
        Assert.Equal(["5", "6", "7", "8", "9"], (await TakeOverAsync(first.Position, notices, batches: 9)).Ids);
    }

    /// <summary>The ids that come, in commits of two, the first of which only fixes the position.</summary>
    private async Task<(List<string> Ids, string Position)> TakeOverAsync(string? position, List<Diagnostic> notices, int batches)
    {
        var spec = Source(await redis.UrlAsync()) with { StartFrom = RedisStartFrom.Group, TakeOverGroup = "old", Group = "ours" };
        await using var source = new Engine.Sources.RedisStreams.RedisStreamsSource(spec, NoSecrets.Instance, TimeProvider.System) { Alive = TimeSpan.Zero };
        var held = position is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [prefix + "a"] = position };
        await using var stream = await source.OpenAsync(new Engine.Sources.StreamOpening(Table("a"), held, new Dictionary<string, string>(), Drain: true, notices.Add), Stop);
        var (ids, at) = (new List<string>(), position ?? "");
        for (var taken = 0; taken < batches && await stream.NextAsync(new Engine.Sources.BatchBounds(2, 1 << 20, TimeSpan.FromSeconds(10)), Stop) is { } batch; taken++)
        {
            await using (batch)
            {
                var records = new RecordBatch();
                while (((Engine.Sources.BatchContent.JsonRecords)batch.Content).Feed.TryNext(records))
                {
                    for (var i = 0; i < records.Count; i++)
                        ids.Add(Encoding.UTF8.GetString(records.Payload(i)).Split(':', ',')[1]);
                    records.Clear();
                }

                at = (await batch.CompleteAsync(Stop))!.Positions[prefix + "a"];
            }
        }

        return (ids, at);
    }

    [Fact]
    public async Task A_group_without_living_consumers_is_taken_over()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        var ids = await IdsAsync(server, "a");
        await server.CreateGroupAsync(prefix + "a", "old", ids[5], 6, makeStream: false, Stop);
        Assert.Null((await RunAsync(["a"], startFrom: RedisStartFrom.Group, takeOver: "old")).Error);
        Assert.Equal((long[])[4L, 6L], await NumbersAsync("bronze.a", "SELECT count(*), min(id) FROM t"));
        Assert.Equal(SourceCodes.GroupMissing.Id, (await RunAsync(["b"], startFrom: RedisStartFrom.Group, takeOver: "none")).Error?.Code);
    }

    [Fact]
    public async Task A_stream_that_is_gone_or_another_is_refused_and_never_read_as_if_nothing_was()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await RunAsync(["a"]);
        await server.CallAsync(new RedisCommand("DEL").Add(prefix + "a"), Stop);
        Assert.Equal(SourceCodes.SourceRegressed.Id, (await RunAsync(["a"])).Error?.Code);
        await AddAsync(server, "a", 0, 3);
        var recreated = await RunAsync(["a"]);
        Assert.Equal(SourceCodes.SourceRegressed.Id, recreated.Error?.Code);
        Assert.Contains("3 entries were ever added", recreated.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(10, await house.CountAsync("bronze.a"));
    }

    [Fact]
    public async Task Entries_trimmed_before_they_were_read_are_counted_and_said_once()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await RunAsync(["a"]);
        await AddAsync(server, "a", 10, 30);
        await server.CallAsync(new RedisCommand("XTRIM").Add(prefix + "a").Add("MAXLEN").Add("5"), Stop);
        var report = await RunAsync(["a"]);
        Assert.Equal(SourceCodes.DataLoss.Id, report.Error?.Code);
        Assert.StartsWith("15 entries", report.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(15, await house.CountAsync("bronze.a"));
        await AddAsync(server, "a", 30, 31);
        Assert.Null((await RunAsync(["a"])).Error);
        Assert.Equal(16, await house.CountAsync("bronze.a"));
    }

    [Fact]
    public async Task A_stream_that_was_trimmed_before_the_first_run_is_nobodys_loss()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 30);
        await server.CallAsync(new RedisCommand("XTRIM").Add(prefix + "a").Add("MAXLEN").Add("5"), Stop);
        Assert.Null((await RunAsync(["a"])).Error);
        Assert.Equal(5, await house.CountAsync("bronze.a"));
        Assert.Equal(0, Assert.Single(await server.GroupsAsync(prefix + "a", Stop)).Lag);
    }

    [Fact]
    public async Task A_key_that_is_no_stream_fails_its_table_and_the_others_go_on()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await server.CallAsync(new RedisCommand("SET").Add(prefix + "a").Add("x"), Stop);
        await AddAsync(server, "b", 0, 10);
        var report = await RunAsync(["a", "b"]);
        Assert.Equal(SourceCodes.NotAStream.Id, report.Error?.Code);
        Assert.Contains(prefix + "a", report.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(10, await house.CountAsync("bronze.b"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_refuses_is_told_without_the_password()
    {
        Assert.Equal(SourceCodes.SourceUnreachable.Id, (await RunAsync(["a"], url: "redis://127.0.0.1:1/0")).Error?.Code);
        Assert.Equal(SourceCodes.SourceUnreachable.Id, (await RunAsync(["a"], url: "redis://no-such-host.invalid/0")).Error?.Code);
        await using var locked = await RedisServer.StartAsync(["--requirepass", "canary-secret"], cancellationToken: Stop);
        var without = await RunAsync(["a"], url: locked.Url);
        var wrong = await RunAsync(["a"], url: locked.Url, secrets: new OneSecret("canary-wrong"));
        Assert.Equal((SourceCodes.CredentialsRefused.Id, SourceCodes.CredentialsRefused.Id), (without.Error?.Code, wrong.Error?.Code));
        Assert.DoesNotContain("canary", ReportJson.Write(without) + ReportJson.Write(wrong), StringComparison.Ordinal);
        Assert.Equal(RunCodes.SecretMissing.Id, (await RunAsync(["a"], url: locked.Url, secrets: new OneSecret(null))).Error?.Code);
        Assert.Null((await RunAsync(["a"], url: locked.Url, secrets: new OneSecret("canary-secret"))).Error);
    }

    [Fact]
    public async Task Streaming_commits_by_rows_and_by_time_and_what_is_in_hand_at_the_stop()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        using var stop = new CancellationTokenSource();
        await AddAsync(server, "a", 0, 100);
        var running = RunAsync(["a", "idle"], stop: stop.Token, drain: false, maxRows: 40, interval: TimeSpan.FromMilliseconds(700));
        await Until.TrueAsync(async () => await house.CountAsync("bronze.a") == 100, "bronze.a has 100 rows");
        await AddAsync(server, "a", 100, 103);
        await Until.TrueAsync(async () => await house.CountAsync("bronze.a") == 103, "bronze.a has 103 rows");
        await AddAsync(server, "idle", 0, 1);
        await Until.TrueAsync(async () => await house.CountAsync("bronze.idle") == 1, "bronze.idle has 1 rows");
        await stop.CancelAsync();
        var report = await running;
        Assert.Null(report.Error);
        Assert.All(report.Tables!, static table => Assert.Equal(0, table.LagRecords));
        var commits = await NumbersAsync("bronze.a", "SELECT count(*) AS n FROM t GROUP BY _ingested_at ORDER BY _ingested_at");
        Assert.All(commits, static rows => Assert.InRange(rows, 1, 40));
        Assert.Equal(103, commits.Sum());
    }

    [Fact]
    public async Task A_connection_that_breaks_is_made_anew_and_nothing_comes_twice()
    {
        await using var own = await RedisServer.StartAsync(cancellationToken: Stop);
        await using var server = await RedisConnection.ConnectAsync(RedisAddress.Parse(own.Url), null, RedisOptions.Default, TimeProvider.System, Stop);
        using var stop = new CancellationTokenSource();
        var running = RunAsync(["a"], own.Url, stop: stop.Token, drain: false, maxRows: 1000, interval: TimeSpan.FromMilliseconds(100));
        for (var round = 0; round < 5; round++)
        {
            await AddAsync(server, "a", round * 500, (round + 1) * 500);
            await server.CallAsync(new RedisCommand("CLIENT").Add("KILL").Add("TYPE").Add("normal").Add("SKIPME").Add("yes"), Stop);
        }

        await Until.TrueAsync(async () => await house.CountAsync("bronze.a") == 2500, "bronze.a has 2500 rows");
        await stop.CancelAsync();
        Assert.Null((await running).Error);
        Assert.Equal((long[])[2500L, 2500L], await NumbersAsync("bronze.a", "SELECT count(*), count(DISTINCT id) FROM t"));
    }

    [Fact]
    public async Task Lag_is_what_the_stream_holds_beyond_the_last_commit()
    {
        await using var server = await redis.ConnectAsync(cancellationToken: Stop);
        await AddAsync(server, "a", 0, 10);
        await using var source = new Engine.Sources.RedisStreams.RedisStreamsSource(Source(await redis.UrlAsync()), NoSecrets.Instance, TimeProvider.System);
        var opening = new Engine.Sources.StreamOpening(Table("a"), new Dictionary<string, string>(), new Dictionary<string, string>(), Drain: true, static _ => { });
        await using var stream = await source.OpenAsync(opening, Stop);
        Assert.Equal(10, stream.Lag().Records);
        var batch = (await stream.NextAsync(new Engine.Sources.BatchBounds(4, 1 << 20, TimeSpan.FromSeconds(10)), Stop))!;
        await using (batch)
            Assert.Equal(4, (await batch.CompleteAsync(Stop))!.Records);
        Assert.Equal(6, stream.Lag().Records);
    }

    private static IngestedTableSpec Table(string stream, string prefix, IReadOnlyList<ColumnSpec>? columns = null) =>
        new($"bronze.{stream}", columns ?? Columns, From: prefix + stream);

    private IngestedTableSpec Table(string stream) => Table(stream, prefix);

    private RedisStreamsSourceSpec Source(string url) => new(url, SourceId: "test", Format: Defaults.RedisFormat, Group: "lakehouse");

    private async Task<RunReport> RunAsync(
        IReadOnlyList<string> streams, string? url = null, RedisStartFrom? startFrom = null, string? takeOver = null, IReadOnlyList<ColumnSpec>? columns = null, RedisFormatSpec? format = null,
        ISecrets? secrets = null, CancellationToken stop = default, bool drain = true, long maxRows = 2000, TimeSpan? interval = null)
    {
        var source = Source(url ?? await redis.UrlAsync()) with
        {
            StartFrom = startFrom, TakeOverGroup = takeOver, CredentialsSecretRef = secrets is null ? null : new RedisCredentialsRef("redis"), Format = format ?? Defaults.RedisFormat,
        };
        var plan = house.Plan(new SourceSpec(RedisStreams: source), [.. streams.Select(stream => Table(stream, prefix, columns))], maxRows, drain);
        plan = plan with { Ingestion = plan.Ingestion! with { CommitInterval = interval ?? TimeSpan.FromSeconds(10) } };
        return await house.RunAsync(plan, stop, house.OpenLake(), secrets);
    }

    private Task AddAsync(RedisConnection server, string stream, int from, int to) => server.SendAsync(
        [.. Enumerable.Range(from, to - from).Select(id => StreamCommands.XAdd(prefix + stream).Add("data").Add(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{id},\"name\":\"n{id}\",\"total\":\"{id}.25\"}}")))],
        Stop);

    private Task AddAsync(RedisConnection server, string stream, params (string Name, string Value)[] fields)
    {
        var command = StreamCommands.XAdd(prefix + stream);
        foreach (var (name, value) in fields)
            command.Add(name).Add(value);
        return server.AddEntryAsync(command, Stop);
    }

    private async Task<IReadOnlyList<StreamId>> IdsAsync(RedisConnection server, string stream)
    {
        var ids = new Ids();
        await server.ReadRangeAsync(prefix + stream, StreamId.Min, StreamId.Max, 1000, ids, Stop);
        return ids.Seen;
    }

    private async Task<List<long>> NumbersAsync(string table, string sql) =>
        [.. (await house.QueryAsync(table, sql)).SelectMany(static row => row).Select(static cell => Convert.ToInt64(cell, CultureInfo.InvariantCulture))];

    private sealed class Ids : IStreamEntries
    {
        public List<StreamId> Seen { get; } = [];

        public void OnEntry(in StreamEntry entry) => Seen.Add(entry.Id);
    }

    private sealed class OneSecret(string? password) : ISecrets
    {
        public ReadOnlyMemory<byte>? Find(string secret, string key) => key == "password" && password is not null ? Encoding.UTF8.GetBytes(password + "\n") : null;
    }
}
