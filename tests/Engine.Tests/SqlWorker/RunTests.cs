using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>What comes back from statements that run.</summary>
public sealed class RunTests(WorkerFixture workers) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_result_is_written_as_files_that_the_next_statement_reads()
    {
        var table = await WriteAsync(
            "SELECT range AS id, CASE WHEN range % 2 = 0 THEN 'even' END AS status FROM range(1000)",
            ("id", "BIGINT"), ("status", "VARCHAR"));
        var rows = await workers.QueryAsync("SELECT status, count(*), sum(id) FROM bronze.written GROUP BY ALL ORDER BY ALL", null, table);
        Assert.Null(rows.Error);
        Assert.Equal(["even|500|249500", "|500|250000"], rows.Rows.Select(static row => string.Join('|', row.Select(static value => value.ToString()))));
    }

    [Fact]
    public async Task A_result_without_rows_is_no_file()
    {
        var output = new OutputSpec(folder.Path, ["CAST(a AS INTEGER) AS a"], [], 1 << 20);
        var result = await workers.AskAsync(worker => worker.RunAsync("SELECT 1 AS a WHERE false;  -- none", [], output, WorkerFixture.Limits, Token));
        Assert.Null(result.Error);
        Assert.Empty(result.Files);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public async Task Values_come_as_their_documentation_says()
    {
        var result = await workers.QueryAsync(
            """
            SELECT 9223372036854775807::BIGINT, 18446744073709551615::UBIGINT, 2::HUGEINT, 1.50::DECIMAL(5,2), 0.1::DOUBLE, 'nan'::DOUBLE, true,
              TIMESTAMPTZ '2026-01-02 03:04:05.000006+00', TIMESTAMP '2026-01-02 03:04:05', DATE '2026-01-02', NULL::INTEGER, 'a"ä🦆', 'x'::BLOB,
              [1, NULL], {'a': 1.5, 'b': [DATE '2026-01-02']}, MAP {'k': 'v'}, '{"j": 1}'::JSON, INTERVAL 1 DAY, '101'::BIT, TIME '01:02:03',
              '2f7a3a5e-0000-4000-8000-000000000001'::UUID, 'b'::ENUM('a', 'b'), 'infinity'::TIMESTAMPTZ, [INTERVAL 2 DAY]
            """);
        Assert.Null(result.Error);
        string[] expected =
        [
            "9223372036854775807", "18446744073709551615", "\"2\"", "\"1.50\"", "0.1", "\"NaN\"", "true",
            "\"2026-01-02T03:04:05.000006Z\"", "\"2026-01-02T03:04:05\"", "\"2026-01-02\"", "null", "a\"ä🦆", "\"eA==\"",
            "[1,null]", "{\"a\":\"1.5\",\"b\":[\"2026-01-02\"]}", "{\"k\":\"v\"}", "{\"j\": 1}", "\"1 day\"", "\"101\"", "\"01:02:03\"",
            "\"2f7a3a5e-0000-4000-8000-000000000001\"", "\"b\"", "\"infinity\"", "[2 days]",
        ];
        Assert.Equal(expected, result.Rows[0].Select((value, index) => index is 11 or 13 or 14 or 15 or 16 or 23 ? value.GetString()! : value.GetRawText().Replace("\\u0022", "\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Rows_beyond_the_bound_are_cut_off_and_said_so()
    {
        var result = await workers.AskAsync(worker => worker.QueryAsync("SELECT range, repeat('x', 1000) FROM range(100000)", [], WorkerFixture.Limits, 5000, Token));
        Assert.True(result.Truncated);
        Assert.Equal(Enumerable.Range(0, 5000), result.Rows.Select(static row => row[0].GetInt32()));
        var whole = await workers.AskAsync(worker => worker.QueryAsync("FROM range(5000)", [], WorkerFixture.Limits, 5000, Token));
        Assert.False(whole.Truncated);
    }

    [Theory]
    [InlineData("SELECT CAST(status AS INTEGER) AS n FROM bronze.written", "LH2040", 8)]
    [InlineData("SELECT 1 AS n FROM bronze.written WHERE status::DATE > DATE '2026-01-01'", "LH2040", 47)]
    [InlineData("SELECT regexp_matches('a', status || '(')::INTEGER AS n FROM bronze.written", "LH2042", null)]
    [InlineData("SELECT (strptime(status, '%Y') IS NULL)::INTEGER AS n FROM bronze.written", "LH2042", null)]
    [InlineData("SELECT len(json(status)) AS n FROM bronze.written", "LH2042", null)]
    [InlineData("SELECT (now() AT TIME ZONE status IS NULL)::INTEGER AS n FROM bronze.written", "LH2043", null)]
    [InlineData("SELECT id::TINYINT AS n FROM bronze.written", "LH2040", 10)]
    [InlineData("SELECT id * 9223372036854775807 AS n FROM bronze.written", "LH2041", null)]
    public async Task An_error_over_data_names_its_place_and_no_value(string sql, string code, int? column)
    {
        var table = await WriteAsync("SELECT 987654321 + range AS id, 'se''cret ' || range AS status FROM range(3)", ("id", "BIGINT"), ("status", "VARCHAR"));
        var queried = (await workers.QueryAsync(sql, null, table)).Error;
        var output = new OutputSpec(Directory.CreateDirectory(folder["run"]).FullName, ["CAST(n AS INTEGER) AS n"], [], 1 << 20);
        var ran = (await workers.AskAsync(worker => worker.RunAsync(sql, [table], output, WorkerFixture.Limits, Token))).Error;
        foreach (var error in new[] { queried, ran })
        {
            Assert.NotNull(error);
            Assert.Equal(code, error.Code);
            Assert.Equal(column, error.Column);
            Assert.DoesNotContain("cret", error.Message + error.Help, StringComparison.Ordinal);
            Assert.DoesNotContain("98765", error.Message + error.Help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_text_of_our_own_projection_is_told_in_full()
    {
        var output = new OutputSpec(folder.Path, ["CASE WHEN n > 0 THEN error('column \"n\" holds it''s limit; filter it') ELSE n END AS n"], [], 1 << 20);
        var error = (await workers.AskAsync(worker => worker.RunAsync("SELECT 1 AS n", [], output, WorkerFixture.Limits, Token))).Error;
        Assert.Equal("column \"n\" holds it's limit; filter it", error?.Message);
    }

    [Fact]
    public async Task An_input_file_that_is_gone_or_damaged_is_the_stores_fault()
    {
        var table = await WriteAsync("SELECT 1 AS id", ("id", "INTEGER"));
        await File.WriteAllTextAsync(table.Files[0].Path, "PAR1 this is not parquet PAR1", Token);
        var damaged = (await workers.QueryAsync("SELECT * FROM bronze.written", null, table)).Error;
        File.Delete(table.Files[0].Path);
        var gone = (await workers.QueryAsync("SELECT * FROM bronze.written", null, table)).Error;
        Assert.Equal("LH2050", gone?.Code);
        Assert.Contains(damaged?.Code, new[] { "LH2050", "LH2042" });
        Assert.DoesNotContain(folder.Path, gone?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partition_values_come_from_the_log_and_columns_that_a_file_lacks_are_null()
    {
        var written = await WriteAsync("SELECT range AS id FROM range(2)", ("id", "BIGINT"));
        var table = WorkerFixture.Table("bronze.parts", ("id", "BIGINT"), ("added", "VARCHAR"), ("day", "DATE")) with
        {
            PartitionColumns = ["day"],
            Files =
            [
                written.Files[0] with { PartitionValues = new Dictionary<string, string?>(StringComparer.Ordinal) { ["day"] = "2026-01-02" } },
            ],
        };
        var rows = await workers.QueryAsync("SELECT id, added, day FROM bronze.parts ORDER BY id", null, table);
        Assert.Null(rows.Error);
        Assert.Equal(["0||2026-01-02", "1||2026-01-02"], rows.Rows.Select(static row => string.Join('|', row.Select(static value => value.ToString()))));
    }

    private async Task<SqlTable> WriteAsync(string sql, params (string Name, string Type)[] columns)
    {
        var directory = Directory.CreateDirectory(folder[Guid.NewGuid().ToString("N")]).FullName;
        var output = new OutputSpec(directory, [.. columns.Select(static c => $"CAST(\"{c.Name}\" AS {c.Type}) AS \"{c.Name}\"")], [], 1 << 30);
        var result = await workers.AskAsync(worker => worker.RunAsync(sql, [], output, WorkerFixture.Limits, Token));
        Assert.Null(result.Error);
        return WorkerFixture.Table("bronze.written", columns) with
        {
            Files = [.. result.Files.Select(static file => new SqlInputFile(file.Path, file.Rows, file.PartitionValues))],
        };
    }
}
