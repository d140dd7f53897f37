using System.Text.Json.Nodes;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Engine.Tests.Tables;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;
using Readers = LakehouseOperator.Testing.Readers.IndependentReader;

namespace LakehouseOperator.Engine.Tests.IndependentReader;

/// <summary>Tables as we write them, read by ourselves, by a plain replay of the log and by ClickHouse: the same rows, value by value.</summary>
public sealed class IndependentReaderTests : IDisposable
{
    private const string EveryType = """
        SELECT i, i % 2 = 0 AS bool, (i - 2)::TINYINT AS i8, (i * 1000)::SMALLINT AS i16, (i * 100000)::INTEGER AS i32, i * 10000000000 AS i64, (i / 3)::FLOAT AS f32, i / 7 AS f64,
          'text ' || i AS s, ('\xFF\x00' || i)::BLOB AS bin, DATE '2024-02-29' + i::INTEGER AS d, TIMESTAMPTZ '1999-12-31 23:59:59.123456+00' + i * INTERVAL 1 HOUR AS ts,
          (i * 1.25)::DECIMAL(9,2) AS d9, (i * 1.25)::DECIMAL(18,4) AS d18, (i * 1.25)::DECIMAL(38,10) AS d38, sum(i) OVER () AS huge,
          i::UTINYINT AS u8, i::USMALLINT AS u16, i::UINTEGER AS u32, (18446744073709551615 - i)::UBIGINT AS u64,
          '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID AS uid, 'a'::ENUM('a', 'b') AS en, ('{"a": ' || i || '}')::JSON AS js
        FROM range(1, 5) AS t(i)
        """;

    private const string Extremes = """
        SELECT unnest([-128, 127]::TINYINT[]) AS i8, unnest([-32768, 32767]::SMALLINT[]) AS i16, unnest([-2147483648, 2147483647]::INTEGER[]) AS i32,
          unnest([-9223372036854775808, 9223372036854775807]::BIGINT[]) AS i64, unnest(['-inf', 'nan']::FLOAT[]) AS f32, unnest(['-0.0', '1.7976931348623157e308']::DOUBLE[]) AS f64,
          unnest(['-99999999999999999999999999999999999999', '99999999999999999999999999999999999999']::DECIMAL(38,0)[]) AS d38,
          unnest(['-0.99999999999999999999999999999999999999', '0.99999999999999999999999999999999999999']::DECIMAL(38,38)[]) AS d38s,
          unnest(['', '😀é' || chr(9) || '"\' || repeat('x', 100000)]) AS s, unnest(['', '\x00\xFF']::BLOB[]) AS bin
        """;

    private const string Nested = """
        SELECT [1, NULL, i] AS l, {'a': i, 'B': 'x' || i, 'c': {'d': [DATE '2024-01-01', NULL], 'e': 1.5::DECIMAL(4,2)}} AS st, MAP {'k': i, 'n': NULL} AS m, [[i], []] AS ll,
          [{'t': TIMESTAMPTZ '2024-01-01 00:00:00.000001+00', 'f': 0.1, 'g': 0.1::FLOAT, 'b': true}] AS ls, []::VARCHAR[] AS empty, MAP {i: ['x']} AS mi, i
        FROM range(3) AS t(i)
        """;

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Every_type_of_the_type_table_is_read_alike_by_all() => await CompareAsync(await CreateAsync([EveryType]));

    [Fact]
    public async Task Extreme_values_are_read_alike_by_all() => await CompareAsync(await CreateAsync([Extremes]));

    [Fact]
    public async Task Nested_values_are_read_alike_by_all() => await CompareAsync(await CreateAsync([Nested]));

    [Fact]
    public async Task NULL_in_every_scalar_column_is_read_alike_by_all() =>
        await CompareAsync(await CreateAsync([$"SELECT COLUMNS(*) FROM ({EveryType}) UNION ALL BY NAME SELECT 0 AS i"]));

    /// <summary>ClickHouse's arrays and maps cannot be NULL, and its dates end in 2299: here the replay is the witness.</summary>
    [Fact]
    public async Task NULL_in_nested_columns_and_the_ends_of_the_calendar_are_read_as_they_are()
    {
        await ReplayAsync(await CreateAsync([$"SELECT COLUMNS(*) FROM ({Nested}) UNION ALL BY NAME SELECT 7 AS i"]));
        await ReplayAsync(await CreateAsync(["""
            SELECT unnest([DATE '0001-01-01', DATE '1582-10-15', DATE '1969-12-31', DATE '9999-12-31', NULL]) AS d,
              unnest([TIMESTAMPTZ '0001-01-01 00:00:00+00', TIMESTAMPTZ '1582-10-15 00:00:00+00', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00', TIMESTAMPTZ '9999-12-31 23:59:59.999999+00', NULL]) AS ts
            """]));
    }

    [Fact]
    public async Task Odd_partition_values_are_read_alike_by_all()
    {
        const string Values = "'a b', '%', 'x=y', 'a/b', 'é', '時間', '😀', '', NULL, 'null', '__HIVE_DEFAULT_PARTITION__', '''', '\"', '\\', '..', '+', 'a%20b', '#', '?', ' '";
        await CompareAsync(await CreateAsync([$"SELECT unnest([{Values}]) AS p, unnest([{Values}]) AS same, 1 AS x"], new PartitionSpec("p")));
    }

    [Theory]
    [InlineData("bool")]
    [InlineData("i8")]
    [InlineData("i64")]
    [InlineData("s")]
    [InlineData("d")]
    [InlineData("d9")]
    [InlineData("d18")]
    [InlineData("ts")]
    public async Task Partitions_of_every_scalar_type_are_read_alike_by_all(string column) =>
        await CompareAsync(await CreateAsync([$"SELECT COLUMNS(*) FROM ({EveryType}) UNION ALL BY NAME SELECT 0 AS i"], new PartitionSpec(column)));

    /// <summary>ClickHouse 26.7 swaps the halves of partition values of more than 18 digits: 12500000000 is read as that many times 2^64.</summary>
    [Theory]
    [InlineData("u64")]
    [InlineData("d38")]
    public async Task Partitions_of_wide_decimals_are_read_alike_by_us_and_the_replay(string column) =>
        await ReplayAsync(await CreateAsync([$"SELECT COLUMNS(*) FROM ({EveryType}) UNION ALL BY NAME SELECT 0 AS i"], new PartitionSpec(column)));

    [Fact]
    public async Task Partition_transforms_are_read_alike_by_all()
    {
        const string Query = "SELECT TIMESTAMPTZ '2024-02-29 23:30:00.5+00' + i * INTERVAL 5 HOUR AS at, DATE '1969-12-31' + i::INTEGER AS d, i FROM range(-3, 8) AS t(i)";
        await CompareAsync(await CreateAsync(
            [Query],
            new PartitionSpec("at", PartitionTransform.Day, "at_date"),
            new("at", PartitionTransform.Month, "at_month"),
            new("at", PartitionTransform.Year, "at_year"),
            new("d", PartitionTransform.Month, "d_month")));
        await CompareAsync(await CreateAsync([Query], new PartitionSpec("at", PartitionTransform.Hour, "at_hour")));
    }

    [Fact]
    public async Task A_log_whose_json_is_gone_behind_a_checkpoint_is_read_alike_by_all()
    {
        var queries = Enumerable.Range(0, 5).Select(version => $"SELECT i + {version * 10} AS i, s, d, d38 FROM ({EveryType})").ToArray();
        var table = await CreateAsync(queries, new CheckpointRule(3, 3, 1), new PartitionSpec("d"));
        var log = Path.Combine(table, "_delta_log");
        var checkpoint = Directory.GetFiles(log, "*.checkpoint.parquet").Max(static path => long.Parse(Path.GetFileName(path)[..20], System.Globalization.CultureInfo.InvariantCulture));
        for (var version = 0L; version <= checkpoint; version++)
            File.Delete(Path.Combine(log, $"{version:D20}.json"));
        Assert.Equal(20, (await CompareAsync(table)).Rows.Count);
    }

    [Fact]
    public async Task A_version_is_read_alike_by_us_and_the_replay()
    {
        var table = await CreateAsync(["SELECT 1 AS i", "SELECT 2 AS i", "SELECT 3 AS i"]);
        Assert.Equal(2, (await ReplayAsync(table, 1)).Rows.Count);
    }

    private Task<string> CreateAsync(string[] queries, params PartitionSpec[] partitionBy) => CreateAsync(queries, CheckpointRule.Never, partitionBy);

    /// <summary>A commit for each query, through the projection, as a run does it.</summary>
    private async Task<string> CreateAsync(string[] queries, CheckpointRule rule, params PartitionSpec[] partitionBy)
    {
        var folder = scratch.NewFolder();
        var table = Open(folder, rule);
        Snapshot? snapshot = null;
        foreach (var query in queries)
        {
            using var statement = scratch.Connection.Prepare(query);
            var bound = statement.DescribeColumns().Select(column => new BoundColumn(column.Name, column.Type.ToString())).ToList();
            Assert.True(Projection.TryCreate(bound, partitionBy, out var projection, out var refusals), string.Join("; ", refusals.Select(refusal => refusal.Message)));
            var written = scratch.Write($"SELECT {string.Join(", ", projection.Expressions)} FROM ({query}) AS {Projection.Relation}", projection.Schema.PartitionColumns);
            var files = await table.StoreAsync(written, projection.Schema, CancellationToken.None);
            snapshot = await table.CommitAsync(TestTables.Append(snapshot, [.. files]) with { Schema = projection.Schema });
            await table.SettleAsync();
        }

        return folder;
    }

    private static DeltaTable Open(string folder, CheckpointRule rule) =>
        new(TestTables.Name, new FolderStore(folder, TimeProvider.System), TimeProvider.System, new DuckDbCheckpoints(), rule);

    private async Task<Testing.Readers.ReadTable> CompareAsync(string folder)
    {
        var replayed = await ReplayAsync(folder);
        AssertSame(replayed.Rows, await Readers.ClickHouseAsync(folder, replayed.Columns));
        return replayed;
    }

    private async Task<Testing.Readers.ReadTable> ReplayAsync(string folder, long? version = null)
    {
        var replayed = await Readers.ReplayAsync(folder, version);
        var snapshot = await Open(folder, CheckpointRule.Never).ReadSnapshotAsync(version, CancellationToken.None);
        Assert.NotNull(snapshot);
        var table = new SqlTable(
            "l.t",
            [.. snapshot.Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))],
            snapshot.Schema.PartitionColumns,
            [.. snapshot.Files.Select(file => new SqlInputFile(Path.Combine(folder, Uri.UnescapeDataString(file.Path)), file.Rows ?? -1, file.PartitionValues))]);
        Assert.Equal(snapshot.Version, replayed.Version);
        Assert.NotEmpty(replayed.Rows);
        AssertSame(Canonical.Rows(scratch.Connection, TableScan.Sql(table), snapshot.Schema), replayed.Rows);
        return replayed;
    }

    private static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> found)
    {
        if (Readers.Difference(expected, found) is { } difference)
            Assert.Fail(difference);
    }
}
