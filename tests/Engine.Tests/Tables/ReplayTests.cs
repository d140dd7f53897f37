using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>Reading a log, by whatever way, equals the protocol's own words applied naively to its lines.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Protocol = "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}";
    private const string MetaData = "{\"metaData\":{\"id\":\"t\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[]}\",\"partitionColumns\":[],\"configuration\":{}}}";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Log(string name) => Path.Combine(folder.Path, "_delta_log", name);

    private void Write(long version, params IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "_delta_log"));
        File.WriteAllText(Log($"{version:D20}.json"), string.Join('\n', lines));
    }

    private DeltaTable Open() => TestTables.Open(folder.Path);

    [Fact]
    public async Task A_table_that_took_anothers_place_is_read_anew()
    {
        Write(0, Protocol, MetaData, "{\"add\":{\"path\":\"a\",\"size\":1,\"partitionValues\":{},\"modificationTime\":0,\"dataChange\":true}}");
        var table = Open();
        Assert.Equal(["a"], (await table.ReadAsync()).Paths());
        Directory.Delete(Path.Combine(folder.Path, "_delta_log"), recursive: true);
        Write(0, Protocol, MetaData.Replace("\"id\":\"t\"", "\"id\":\"other\"", StringComparison.Ordinal), "{\"add\":{\"path\":\"other\",\"size\":1,\"partitionValues\":{},\"modificationTime\":0,\"dataChange\":true}}");
        Write(1, "{\"add\":{\"path\":\"b\",\"size\":1,\"partitionValues\":{},\"modificationTime\":0,\"dataChange\":true}}");
        var after = await table.ReadAsync();
        Assert.Equal(("other", 1L), (after.TableId, after.Version));
        Assert.Equal(["b", "other"], after.Paths());
    }

    private static string Add(string path, bool dataChange = true) => $"{{\"add\":{{\"path\":\"{path}\",\"partitionValues\":{{}},\"size\":1,\"modificationTime\":1,\"dataChange\":{(dataChange ? "true" : "false")}}}}}";

    private static string Remove(string path, bool dataChange = true) => $"{{\"remove\":{{\"path\":\"{path}\",\"dataChange\":{(dataChange ? "true" : "false")},\"deletionTimestamp\":{DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()}}}}}";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_history_read_from_any_checkpoint_equals_the_naive_replay(int seed)
    {
        var random = new Random(seed);
        var files = new DuckDbCheckpoints();
        var naive = new NaiveReplay();
        var live = Open();
        var versions = 30;
        for (var version = 0; version < versions; version++)
        {
            var lines = version == 0 ? [Protocol, MetaData] : RandomActions(random, naive);
            naive.Apply(version, lines);
            Write(version, lines);
            if (random.Next(3) == 0)
                naive.RequireEqual(await live.ReadAsync()); // an instance that goes on from what it knows
            if (random.Next(7) == 0)
                await CheckpointAsync(files, version);
            if (random.Next(9) == 0)
                CleanUp(random);
            naive.RequireEqual(await Open().ReadAsync());
        }

        naive.RequireEqual(await live.ReadAsync());
    }

    /// <summary>At most one action of a kind for a path in one commit, as the protocol asks of writers.</summary>
    private static List<string> RandomActions(Random random, NaiveReplay table)
    {
        var lines = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        for (var i = random.Next(5); i >= 0; i--)
        {
            var path = random.Next(2) == 0 || table.Live.Count == 0
                ? string.Create(CultureInfo.InvariantCulture, $"f%20{random.Next(30)}")
                : table.Live.ElementAt(random.Next(table.Live.Count));
            if (!used.Add(Uri.UnescapeDataString(path)))
                continue;
            lines.Add(random.Next(6) switch
            {
                0 or 1 or 2 => Add(path, random.Next(3) > 0),
                3 => Remove(random.Next(2) == 0 ? Uri.UnescapeDataString(path) : path, random.Next(3) > 0),
                4 => $"{{\"txn\":{{\"appId\":\"a{random.Next(3)}\",\"version\":{random.Next(100)}}}}}",
                _ => $"{{\"domainMetadata\":{{\"domain\":\"d{random.Next(3)}\",\"configuration\":\"{random.Next(100)}\",\"removed\":{(random.Next(3) == 0 ? "true" : "false")}}}}}",
            });
        }

        lines.Insert(random.Next(lines.Count + 1), "{\"commitInfo\":{\"anything\":[1,{}]}}");
        lines.Insert(random.Next(lines.Count + 1), "{\"nobodyKnowsThisAction\":{\"x\":1}}");
        return lines;
    }

    private async Task CheckpointAsync(DuckDbCheckpoints files, long version)
    {
        var state = (await new LogReader(new FolderStore(folder.Path, TimeProvider.System), files, folder.Path).ReadAsync(version, CancellationToken.None))!;
        var work = state.Export();
        var path = Path.Combine(folder.Path, "scratch.parquet");
        files.Write(path, work.Content, work.Tombstones, CancellationToken.None);
        File.Move(path, Log($"{version:D20}.checkpoint.parquet"));
    }

    /// <summary>Deletes ascending, only what lies behind the newest checkpoint, and stops anywhere.</summary>
    private void CleanUp(Random random)
    {
        var newest = Directory.EnumerateFiles(Path.Combine(folder.Path, "_delta_log"), "*.checkpoint.parquet").Order(StringComparer.Ordinal).LastOrDefault();
        if (newest is null)
            return;
        var end = long.Parse(Path.GetFileName(newest)[..20], CultureInfo.InvariantCulture);
        end -= random.Next(3);
        for (var version = 0L; version <= end; version++)
            File.Delete(Log($"{version:D20}.json"));
    }

    [Fact]
    public async Task A_line_that_is_no_action_is_named_by_file_and_line()
    {
        Write(0, Protocol, MetaData, Add("a"));
        Write(1, Add("b"), "{\"add\":{\"path\":\"c\"");
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().ReadAsync());
        Assert.Equal(TableCodes.LogDamaged, error.Diagnostic.Code);
        Assert.Contains("00000000000000000001.json: line 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"add\":{\"path\":null,\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":true}}")]
    [InlineData("{\"add\":{\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":true}}")]
    [InlineData("{\"remove\":{\"path\":1}}")]
    [InlineData("{\"protocol\":{\"minReaderVersion\":\"one\",\"minWriterVersion\":2}}")]
    [InlineData("{\"metaData\":{\"id\":\"t\"}}")]
    [InlineData("\u0000\u0000\u0000\u0000")]
    public async Task A_damaged_commit_is_never_taken_for_a_shorter_one(string content)
    {
        Write(0, Protocol, MetaData, Add("a"));
        Write(1, content);
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().ReadAsync());
        Assert.Equal(TableCodes.LogDamaged, error.Diagnostic.Code);
        Assert.Contains("00000000000000000001.json", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], (await Open().ReadSnapshotAsync(0, CancellationToken.None))!.Paths());
    }

    [Theory]
    [InlineData("{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"typeWidening\"],\"writerFeatures\":[\"typeWidening\"]}", "typeWidening")]
    [InlineData("{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"somethingNew\"],\"writerFeatures\":[\"somethingNew\"]}", "somethingNew")]
    [InlineData("{\"minReaderVersion\":4,\"minWriterVersion\":7}", "minReaderVersion 4")]
    public async Task A_readers_feature_that_is_not_supported_is_refused_by_name(string protocol, string feature)
    {
        Write(0, $"{{\"protocol\":{protocol}}}", MetaData, Add("a"));
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().ReadAsync());
        Assert.Equal(TableCodes.UnsupportedFeature, error.Diagnostic.Code);
        Assert.Contains($"\"{feature}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rowTracking", "", "", true)]
    [InlineData("clustering", "", "", true)]
    [InlineData("changeDataFeed", "delta.enableChangeDataFeed", "true", true)]
    [InlineData("changeDataFeed", "delta.enableChangeDataFeed", "false", false)]
    [InlineData("checkConstraints", "delta.constraints.positive", "id > 0", true)]
    [InlineData("checkConstraints", "", "", false)]
    [InlineData("inCommitTimestamp", "delta.enableInCommitTimestamps", "true", true)]
    [InlineData("icebergCompatV2", "delta.enableIcebergCompatV2", "true", true)]
    [InlineData("generatedColumns", "", "", false)]
    [InlineData("nobodyKnowsThis", "", "", true)]
    public async Task A_writers_feature_that_is_active_is_refused_at_commit_and_not_at_read(string feature, string property, string value, bool refused)
    {
        var properties = property.Length == 0 ? "{}" : $"{{\"{property}\":\"{value}\"}}";
        Write(
            0,
            $"{{\"protocol\":{{\"minReaderVersion\":1,\"minWriterVersion\":7,\"writerFeatures\":[\"{feature}\"]}}}}",
            MetaData.Replace("\"configuration\":{}", $"\"configuration\":{properties}", StringComparison.Ordinal),
            Add("a"));
        var snapshot = await Open().ReadAsync();
        var change = TestTables.Append(snapshot, TestTables.File("b"));
        if (!refused)
        {
            Assert.Equal(["a", "b"], (await Open().CommitAsync(change)).Paths());
            return;
        }

        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().CommitAsync(change));
        Assert.Equal(TableCodes.UnsupportedFeature, error.Diagnostic.Code);
        Assert.Contains($"\"{feature}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delta.invariants", "{\\\\\\\"expression\\\\\\\":{\\\\\\\"expression\\\\\\\":\\\\\\\"x > 3\\\\\\\"}}", "invariants")]
    [InlineData("delta.generationExpression", "id + 1", "generatedColumns")]
    [InlineData("delta.identity.start", "1", "identityColumns")]
    public async Task A_constraint_in_the_schema_is_refused_at_commit_by_its_feature(string key, string value, string feature)
    {
        var field = $"{{\\\"name\\\":\\\"id\\\",\\\"type\\\":\\\"long\\\",\\\"nullable\\\":true,\\\"metadata\\\":{{\\\"{key}\\\":\\\"{value}\\\"}}}}";
        Write(0, Protocol, MetaData.Replace("\\\"fields\\\":[]", $"\\\"fields\\\":[{field}]", StringComparison.Ordinal), Add("a"));
        var snapshot = await Open().ReadAsync();
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().CommitAsync(TestTables.Append(snapshot, TestTables.File("b"))));
        Assert.Contains($"\"{feature}\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_an_older_protocol_is_raised_with_what_it_implied()
    {
        Write(0, "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":4}}", MetaData, Add("a"));
        var snapshot = await Open().ReadAsync();
        await Open().CommitAsync(TestTables.Append(snapshot, TestTables.File("b")));
        using var raised = JsonDocument.Parse((await File.ReadAllLinesAsync(Log($"{1:D20}.json"))).Single(static line => line.StartsWith("{\"protocol\"", StringComparison.Ordinal)));
        var protocol = raised.RootElement.GetProperty("protocol");
        Assert.Equal((1, 7), (protocol.GetProperty("minReaderVersion").GetInt32(), protocol.GetProperty("minWriterVersion").GetInt32()));
        Assert.Equal(
            ["appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns", "domainMetadata"],
            protocol.GetProperty("writerFeatures").EnumerateArray().Select(static one => one.GetString()!));
    }

    [Fact]
    public async Task An_instance_notices_that_another_table_stands_where_it_read_one()
    {
        var table = Open();
        Write(0, Protocol, MetaData, Add("a"));
        Write(1, Add("b"));
        Assert.Equal("t", (await table.ReadAsync()).TableId);
        Directory.Delete(Path.Combine(folder.Path, "_delta_log"), recursive: true);
        Assert.Null(await table.ReadSnapshotAsync(null, CancellationToken.None));
        Write(0, Protocol, MetaData.Replace("\"id\":\"t\"", "\"id\":\"u\"", StringComparison.Ordinal), Add("c"));
        Write(1, Add("d"));
        Assert.Equal("u", (await table.ReadAsync()).TableId);
    }

    /// <summary>Action reconciliation with nothing clever about it.</summary>
    private sealed class NaiveReplay
    {
        private readonly SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, long> transactions = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, string> domains = new(StringComparer.Ordinal);
        private long version;

        public ICollection<string> Live => files.Values;

        public void Apply(long applied, IEnumerable<string> lines)
        {
            version = applied;
            foreach (var line in lines)
            {
                using var json = JsonDocument.Parse(line);
                var action = json.RootElement.EnumerateObject().Single();
                switch (action.Name)
                {
                    case "add":
                        var path = action.Value.GetProperty("path").GetString()!;
                        files[Uri.UnescapeDataString(path)] = path;
                        break;
                    case "remove":
                        files.Remove(Uri.UnescapeDataString(action.Value.GetProperty("path").GetString()!));
                        break;
                    case "txn":
                        transactions[action.Value.GetProperty("appId").GetString()!] = action.Value.GetProperty("version").GetInt64();
                        break;
                    case "domainMetadata":
                        var domain = action.Value.GetProperty("domain").GetString()!;
                        domains.Remove(domain);
                        if (!action.Value.GetProperty("removed").GetBoolean())
                            domains[domain] = action.Value.GetProperty("configuration").GetString()!;
                        break;
                }
            }
        }

        public void RequireEqual(Snapshot table)
        {
            Assert.Equal(version, table.Version);
            Assert.Equal(files.Keys, table.Files.Select(static file => Uri.UnescapeDataString(file.Path)).Order(StringComparer.Ordinal));
            Assert.Equal(transactions, table.Transactions.OrderBy(static one => one.Key, StringComparer.Ordinal));
            Assert.Equal(domains, table.Domains.OrderBy(static one => one.Key, StringComparer.Ordinal));
        }
    }
}
