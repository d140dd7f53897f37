using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Tables.Writing;

public sealed class ParquetWriterTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void No_rows_make_no_files()
    {
        Assert.Empty(scratch.Write("SELECT 1 AS x WHERE false"));
        Assert.Empty(scratch.Write("SELECT 1 AS x, 'p' AS p WHERE false", ["p"]));
        Assert.Empty(Directory.GetFiles(scratch.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Every_partition_value_comes_back_as_it_was_and_only_the_empty_string_becomes_NULL()
    {
        string[] values = ["a b/c=d%20é", "NULL", "__HIVE_DEFAULT_PARTITION__", "..", ".", "%", "\u0001\n", "'", "\"", "\\", "p=1", "時間", " ", "😀", "*?[", "\0z"];
        var rows = string.Join(" UNION ALL ", values.Select((value, i) =>
            $"SELECT {i.ToString(CultureInfo.InvariantCulture)} AS i, {(value[0] == '\0' ? "chr(0) || 'z'" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'")} AS p"));
        var files = scratch.Write($"{rows} UNION ALL SELECT 100, '' UNION ALL SELECT 101, NULL", ["p"]);

        Assert.Equal(values.Order(StringComparer.Ordinal), files.Select(file => file.PartitionValues["p"]).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Equal(2, files.Where(file => file.PartitionValues["p"] is null).Sum(file => file.Rows));
        foreach (var file in files)
            Assert.DoesNotContain("p", ColumnsOf(file));
    }

    [Theory]
    [InlineData("TIMESTAMPTZ '2024-02-29 23:59:59.000001+00'", "2024-02-29T23:59:59.000001Z")]
    [InlineData("TIMESTAMPTZ '1969-12-31 22:00:00-02'", "1970-01-01T00:00:00.000000Z")]
    [InlineData("TIMESTAMPTZ '0001-01-01 00:00:00+00'", "0001-01-01T00:00:00.000000Z")]
    [InlineData("DATE '0044-03-15'", "0044-03-15")]
    [InlineData("DATE '9999-12-31'", "9999-12-31")]
    [InlineData("-0.50::DECIMAL(38,10)", "-0.5000000000")]
    [InlineData("true", "true")]
    [InlineData("(-9223372036854775808)::BIGINT", "-9223372036854775808")]
    [InlineData("NULL::DATE", null)]
    public void Partition_values_are_in_Deltas_serialisation(string value, string? serialised)
    {
        var file = Assert.Single(scratch.Write($"SELECT 1 AS x, {value} AS p", ["P"]));
        Assert.Equal(serialised, file.PartitionValues["p"]);
    }

    [Fact]
    public void Columns_have_the_physical_types_that_Delta_readers_expect()
    {
        var file = Assert.Single(scratch.Write("""
            SELECT true AS b, 1::TINYINT AS i8, 1::SMALLINT AS i16, 1::INTEGER AS i32, 1::BIGINT AS i64, 1::FLOAT AS f, 1::DOUBLE AS d, 'x' AS s,
              '\x00'::BLOB AS bin, DATE '2024-01-01' AS dt, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts, 1::DECIMAL(9,2) AS d9, 1::DECIMAL(18,2) AS d18, 1::DECIMAL(38,2) AS d38
            """));
        Assert.Equal(
            [
                "b BOOLEAN ", "i8 INT32 INT_8", "i16 INT32 INT_16", "i32 INT32 INT_32", "i64 INT64 INT_64", "f FLOAT ", "d DOUBLE ", "s BYTE_ARRAY UTF8", "bin BYTE_ARRAY ",
                "dt INT32 DATE", "ts INT64 TIMESTAMP_MICROS UTC", "d9 INT32 DECIMAL", "d18 INT64 DECIMAL", "d38 FIXED_LEN_BYTE_ARRAY DECIMAL",
            ],
            Footer(file));
    }

    [Theory]
    [InlineData("sum(1)")]
    [InlineData("now()::TIMESTAMP")]
    [InlineData("INTERVAL 1 DAY")]
    [InlineData("uuid()")]
    [InlineData("'{}'::JSON")]
    [InlineData("1::UTINYINT")]
    [InlineData("[1]::INTEGER[1]")]
    [InlineData("{'a': now()::TIMESTAMP}")]
    public void What_COPY_would_write_as_something_else_never_reaches_it(string value) =>
        Assert.Throws<InvalidOperationException>(() => scratch.Write($"SELECT {value} AS x"));

    [Fact]
    public void Files_are_cut_at_the_target_size_with_and_without_partitions()
    {
        const long Target = 1 << 20;
        const string Query = "SELECT range AS i, md5(range::VARCHAR) AS h, range % 2 AS p FROM range(1000000)";
        foreach (var files in new[] { scratch.Write(Query, [], Target), scratch.Write(Query, ["p"], Target) })
        {
            Assert.True(files.Count > 3, $"{files.Count} files");
            Assert.Equal(1_000_000, files.Sum(file => file.Rows));
            Assert.All(files, file => Assert.Equal(new FileInfo(file.Path).Length, file.Bytes));
            Assert.Equal(files.Count, files.Select(file => Path.GetFileName(file.Path)).Distinct().Count());
            var paths = string.Join(", ", files.Select(file => $"'{file.Path}'"));
            Assert.Equal(1_000_000, scratch.Connection.ExecuteScalarLong($"SELECT count(DISTINCT i) FROM read_parquet([{paths}], hive_partitioning = false)"));
        }

        Assert.Equal(2, Directory.GetDirectories(scratch.Folder).Length);
    }

    [Fact]
    public void More_partitions_than_open_files_lose_nothing()
    {
        var files = scratch.Write("SELECT range AS i, range % 700 AS p FROM range(200000)", ["p"]);
        Assert.Equal(700, files.Select(file => file.PartitionValues["p"]).Distinct().Count());
        Assert.Equal(200_000, files.Sum(file => file.Rows));
    }

    [Fact]
    public void A_value_too_long_for_a_partition_is_an_error_that_says_so()
    {
        Assert.Single(scratch.Write("SELECT 1 AS x, repeat('x', 200) AS p", ["p"]));
        var error = Assert.Throws<DuckDbException>(() => scratch.Write("SELECT 1 AS x, repeat('é', 200) AS p", ["p"]));
        Assert.Contains("partition column \"p\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comment_or_a_quote_at_the_end_of_the_query_changes_nothing() =>
        Assert.Equal(1, Assert.Single(scratch.Write("SELECT 1 AS \"it's\", 2 AS \"a\"\"b\" -- ) TO", ["a\"b"])).Rows);

    [Fact]
    public async Task A_cancelled_write_ends_soon()
    {
        using var cancelling = new CancellationTokenSource();
        var writing = Task.Run(() => ParquetWriter.Write(
            scratch.Connection,
            "SELECT a.range AS i FROM range(100000) AS a, range(100000) AS b WHERE a.range * b.range = -1",
            new ParquetOutput(scratch.NewFolder(), []),
            cancelling.Token));
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public void Statistics_name_columns_by_DuckDBs_quoted_path()
    {
        var file = Assert.Single(scratch.Write("SELECT * FROM (VALUES (1, {'f': 'a'}, 'nan'::DOUBLE), (NULL, {'f': 'b'}, 1)) AS t(n, \"s.t\", x)"));
        Assert.Equal(new StagedColumnStats("1", "1", 1, false), file.Stats["\"n\""]);
        Assert.Equal(new StagedColumnStats("a", "b", 0, false), file.Stats["\"s.t\".\"f\""]);
        Assert.True(file.Stats["\"x\""].HasNan);
    }

    private List<string> ColumnsOf(StagedFile file) =>
        [.. scratch.Connection.Query($"SELECT name FROM parquet_schema({Quote(file)})").ReadRows().Select(row => (string)row[0]!)];

    private List<string> Footer(StagedFile file) =>
        [.. scratch.Connection.Query($"""
            SELECT concat(name, ' ', type, ' ', converted_type, CASE WHEN logical_type LIKE 'TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=M%' THEN ' UTC' END)
            FROM parquet_schema({Quote(file)}) WHERE type IS NOT NULL
            """).ReadRows().Select(row => (string)row[0]!)];

    private static string Quote(StagedFile file) => $"'{Glob.Escape(file.Path).Replace("'", "''", StringComparison.Ordinal)}'";
}
