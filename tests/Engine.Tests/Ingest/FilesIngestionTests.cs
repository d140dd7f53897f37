using System.Globalization;
using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Ingest;

public sealed class FilesIngestionTests
{
    private static readonly IReadOnlyList<ColumnSpec> Columns = [new("id", "BIGINT", Required: true), new("name", "VARCHAR"), new("at", "TIMESTAMPTZ")];

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("parquet")]
    public async Task Each_file_comes_once_over_any_number_of_runs(string format)
    {
        using var house = new IngestionHouse();
        var plan = Plan(house, format);
        var expected = 0L;
        for (var round = 0; round < 4; round++)
        {
            for (var file = 0; file < round + 1; file++)
                expected += Write(house, format, $"sub {round}/file-{file}.{format}", round * 100, 10 + file);
            var report = await house.RunAsync(plan);
            Assert.Null(report.Error);
            Assert.Equal(expected, await house.CountAsync("bronze.files"));
            Assert.Equal(RunResult.UpToDate, (await house.RunAsync(plan, lake: house.OpenLake())).Result);
        }

        var row = Assert.Single(await house.QueryAsync("bronze.files", "SELECT count(*), count(DISTINCT _source_position), bool_and(name = 'name ' || id), count(DISTINCT \"at\") > 1, min(_source) FROM t"));
        Assert.Equal([expected, expected, true, true, "files/**"], row);
        Assert.Empty(house.Notices);
    }

    [Fact]
    public async Task A_position_is_the_file_and_the_line()
    {
        using var house = new IngestionHouse();
        Put(house, "a%b c\nd.csv", "id,name,at\n1,\"x\ny\",\n\n2,z,\n");
        Put(house, "ü/🦆.csv", "name,extra,id,at\n,x,3,2026-01-01T00:00:00Z\n");
        Assert.Null((await house.RunAsync(Plan(house, "csv"))).Error);
        Assert.Equal(
            [[1L, "x\ny", "a%b c\nd.csv:2"], [2L, "z", "a%b c\nd.csv:5"], [3L, null, "ü/🦆.csv:2"]],
            await house.QueryAsync("bronze.files", "SELECT id, name, _source_position FROM t ORDER BY id"));
        Put(house, "ü/new.csv", "name,id,at\n,4,\n");
        Assert.Equal(1, (await house.RunAsync(Plan(house, "csv"))).RowsWritten);
    }

    [Fact]
    public async Task Csv_records_that_do_not_fit_are_quarantined_by_line_and_the_counts_agree()
    {
        using var house = new IngestionHouse();
        var bad = new List<byte>();
        bad.AddRange("id,name,at\n1,=1+1,\n2,a,b,c\n3\nx,bad,\n"u8);
        bad.AddRange([.. "5,"u8, 0xFF, .. ",\n"u8]);
        bad.AddRange("6,\"open,\n7,fine,2026-01-01T00:00:00Z\n8,late,10000-01-01T00:00:00Z\n9,\0,\n,missing,\n"u8);
        Put(house, "bad.csv", [.. bad]);
        var report = await house.RunAsync(Plan(house, "csv"));
        Assert.Null(report.Error);
        Assert.Equal([[1L, "=1+1"], [7L, "fine"], [9L, "\0"]], await house.QueryAsync("bronze.files", "SELECT id, name FROM t ORDER BY id"));
        Assert.Equal(
            [
                ["bad.csv:3", "LH3023", null, "2,a,b,c"],
                ["bad.csv:4", "LH3023", null, "3"],
                ["bad.csv:5", "LH3109", "id", "x,bad,"],
                ["bad.csv:6", "LH3103", null, null],
                ["bad.csv:7", "LH3022", null, "6,\"open,"],
                ["bad.csv:9", "LH3110", "at", "8,late,10000-01-01T00:00:00Z"],
                ["bad.csv:11", "LH3107", "id", ",missing,"],
            ],
            await house.QueryAsync("bronze.files__quarantine", "SELECT position, error_code, field, payload FROM t ORDER BY split_part(position, ':', 2)::INT"));
        Assert.Equal((10L, 3L, 7L), (report.RowsRead, report.RowsWritten, report.Tables![0].Quarantined));
        Assert.Equal([[1L, "files/**", true]], await house.QueryAsync("bronze.files__quarantine", "SELECT count(DISTINCT ingested_at), min(source), bool_or(payload_bytes IS NOT NULL) FROM t"));
    }

    [Fact]
    public async Task Json_lines_of_any_size_fit_or_are_quarantined()
    {
        using var house = new IngestionHouse();
        var path = Path.Combine(house.Drop, "a.json");
        using (var file = File.Create(path))
        {
            file.Write("{\"id\":1}\r\n\n   \n{\"id\":2,\"name\":\""u8);
            for (var i = 0; i < 40; i++)
                file.Write(Enumerable.Repeat((byte)'x', 1 << 20).ToArray());
            file.Write("\"}\n{\"id\":3,\"name\":\""u8);
            file.Write(Enumerable.Repeat((byte)'y', 5 << 20).ToArray());
            file.Write("\"}\n[]\n{\"id\":4}"u8);
        }

        Settle(path);
        var report = await house.RunAsync(Plan(house, "json"));
        Assert.Null(report.Error);
        Assert.Equal([[1L, null, "a.json:1"], [3L, 5L << 20, "a.json:5"], [4L, null, "a.json:7"]], await house.QueryAsync("bronze.files", "SELECT id, strlen(name), _source_position FROM t ORDER BY id"));
        var quarantined = await house.QueryAsync("bronze.files__quarantine", "SELECT position, error_code, strlen(payload) < 5000, payload LIKE '%the first 4096 of 41943058 bytes)' FROM t ORDER BY position");
        Assert.Equal([["a.json:4", "LH3101", true, true], ["a.json:6", "LH3102", true, false]], quarantined);
        Assert.Equal(5, report.RowsRead);
    }

    [Fact]
    public async Task A_file_that_was_replaced_is_said_and_not_read_again_while_others_go_on()
    {
        using var house = new IngestionHouse();
        foreach (var name in (string[])["same", "longer", "shorter", "content", "touched", "deleted"])
            Put(house, $"{name}.csv", $"id,name,at\n1,{name},\n2,{name},\n");
        await house.RunAsync(Plan(house, "csv"));
        Put(house, "longer.csv", "id,name,at\n1,longer,\n2,longer,\n3,longer,\n");
        Put(house, "shorter.csv", "id,name,at\n1,shorter,\n");
        var same = File.GetLastWriteTimeUtc(Path.Combine(house.Drop, "content.csv"));
        Put(house, "content.csv", "id,name,at\n1,CONTENT,\n2,CONTENT,\n");
        File.SetLastWriteTimeUtc(Path.Combine(house.Drop, "content.csv"), same);
        Put(house, "touched.csv", "id,name,at\n1,touched,\n2,touched,\n");
        File.Delete(Path.Combine(house.Drop, "deleted.csv"));
        Put(house, "new.csv", "id,name,at\n9,new,\n");

        var report = await house.RunAsync(Plan(house, "csv"), lake: house.OpenLake());
        Assert.Equal((RunResult.Failed, SourceCodes.FileReplaced.Id, RunnerExit.Source), (report.Result, report.Error!.Code, report.Error.Exit));
        Assert.Equal(
            ["content.csv has other content", "longer.csv is longer", "shorter.csv is shorter"],
            house.Notices.Select(notice => notice.Message.Split(" than when")[0]["the file ".Length..]).Order(StringComparer.Ordinal));
        Assert.All(house.Notices, notice => Assert.NotNull(notice.Help));
        Assert.Equal(1, report.RowsWritten);
        Assert.Equal(13, await house.CountAsync("bronze.files"));

        house.Notices.Clear();
        Put(house, "longer.csv", "id,name,at\n1,longer,\n2,longer,\n");
        File.Delete(Path.Combine(house.Drop, "shorter.csv"));
        Put(house, "content.csv", "id,name,at\n1,content,\n2,content,\n");
        Assert.Equal(RunResult.UpToDate, (await house.RunAsync(Plan(house, "csv"))).Result);
        Assert.Empty(house.Notices);
    }

    [Fact]
    public async Task A_file_that_is_still_being_written_is_left_for_later_and_said()
    {
        var time = new ManualTime();
        using var house = new IngestionHouse(time);
        Put(house, "ready.csv", "id,name,at\n1,ready,\n");
        Put(house, "empty.csv", "");
        Put(house, ".hidden.csv", "id,name,at\n1,hidden,\n");
        Put(house, "half.csv.tmp", "id,name,at\n1,tmp,\n");
        Put(house, "growing.csv", "id,name,at\n1,grow");
        var path = Path.Combine(house.Drop, "growing.csv");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(200));
        var run = house.RunAsync(Plan(house, "csv", settle: TimeSpan.FromMilliseconds(200)));
        for (var second = 1; !run.IsCompleted; second++)
        {
            // The tally's timer, and the wait between two looks at the folder.
            await Until.TrueAsync(() => run.IsCompleted || time.Armed >= 2, "it looks again later");
            await File.AppendAllTextAsync(path, "x", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(200).AddSeconds(second));
            time.Advance(TimeSpan.FromMilliseconds(200));
        }

        var report = await run;
        Assert.Null(report.Error);
        Assert.Equal(1, report.RowsWritten);
        Assert.Equal("growing.csv", Assert.Single(house.Notices, notice => notice.Code == SourceCodes.FileUnsettled).Message.Split(' ')[2]);

        house.Notices.Clear();
        Put(house, "growing.csv", "id,name,at\n1,grown,\n");
        Put(house, "empty.csv", "id,name,at\n2,filled,\n");
        Assert.Equal(2, (await house.RunAsync(Plan(house, "csv"))).RowsWritten);
        Assert.Equal([["filled"], ["grown"], ["ready"]], await house.QueryAsync("bronze.files", "SELECT name FROM t ORDER BY name"));
        Assert.Empty(house.Notices);
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_by_name_and_costs_no_other_file()
    {
        using var house = new IngestionHouse();
        Put(house, "good.csv", "id,name,at\n1,good,\n");
        Put(house, "lacking.csv", "id,nome,at\n1,x,\n");
        Put(house, "twice.csv", "id,name,name,at\n1,x,y,\n");
        Put(house, "header-only.csv", "id,name,at\n");
        Directory.CreateDirectory(Path.Combine(house.Drop, "folder.csv"));
        File.CreateSymbolicLink(Path.Combine(house.Drop, "broken.csv"), Path.Combine(house.Drop, "nowhere"));
        Put(house, "elsewhere/linked", "id,name,at\n2,linked,\n");
        File.CreateSymbolicLink(Path.Combine(house.Drop, "link.csv"), Path.Combine(house.Drop, "elsewhere/linked"));
        Directory.CreateSymbolicLink(Path.Combine(house.Drop, "circle"), house.Drop);
        await MakePipeAsync(Path.Combine(house.Drop, "pipe.csv"));

        var report = await house.RunAsync(Plan(house, "csv", "**/*.csv"));
        Assert.Equal(RunResult.Failed, report.Result);
        Assert.Equal(
            ["LH3006 broken.csv", "LH3008 lacking.csv", "LH3008 twice.csv"],
            house.Notices.Select(notice => $"{notice.Code.Id} {notice.Message.Split(' ').First(word => word.EndsWith(".csv", StringComparison.Ordinal))}").Order(StringComparer.Ordinal));
        Assert.Contains("no column \"name\"; its columns are id, nome, at", house.Notices.Single(notice => notice.Message.Contains("lacking", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
        Assert.Equal([["good"], ["linked"]], await house.QueryAsync("bronze.files", "SELECT name FROM t ORDER BY name"));
    }

    [Fact]
    public async Task A_location_that_is_not_there_is_said_by_its_field()
    {
        using var house = new IngestionHouse();
        var report = await house.RunAsync(house.Plan(Source(house.Drop + "/nowhere", "csv"), [Table()]));
        Assert.Equal((SourceCodes.LocationUnreadable.Id, RunnerExit.Source, "spec.source.files.location"), (report.Error!.Code, report.Error.Exit, report.Error.Field));
    }

    [Fact]
    public async Task Commits_take_whole_files_up_to_their_bounds()
    {
        using var house = new IngestionHouse();
        for (var i = 0; i < 10; i++)
            Write(house, "json", $"{i}.json", i * 100, 30);
        Write(house, "json", "a-large.json", 5000, 1000);
        var report = await house.RunAsync(Plan(house, "json", maxRows: 100));
        Assert.Null(report.Error);
        Assert.Equal(1300, report.RowsWritten);
        var commits = await house.QueryAsync("bronze.files", "SELECT _ingested_at, count(*), count(DISTINCT split_part(_source_position, ':', 1)) FROM t GROUP BY 1 ORDER BY 1");
        Assert.Equal([120L, 120L, 1060L], commits.Select(commit => commit[1]));
    }

    [Fact]
    public async Task Ten_thousand_files_come_once()
    {
        using var house = new IngestionHouse();
        for (var i = 0; i < 10_000; i++)
            File.WriteAllText(Path.Combine(house.Drop, $"{i}.json"), $"{{\"id\":{i}}}\n");
        var plan = Plan(house, "json", settle: TimeSpan.Zero, maxRows: 3000);
        Assert.Equal(10_000, (await house.RunAsync(plan)).RowsWritten);
        Assert.Equal(RunResult.UpToDate, (await house.RunAsync(plan, lake: house.OpenLake())).Result);
        Assert.Equal([[10_000L, 10_000L]], await house.QueryAsync("bronze.files", "SELECT count(*), count(DISTINCT id) FROM t"));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task A_contract_that_stops_commits_nothing_of_the_batch(string format)
    {
        using var house = new IngestionHouse();
        Put(house, $"a.{format}", format == "csv" ? "id,name,at\n1,x,\ny,x,\n" : "{\"id\":1}\n{\"id\":\"y\"}\n");
        var table = Table() with { Contract = new ContractSpec(InvalidValues: InvalidValues.Stop) };
        var report = await house.RunAsync(house.Plan(Source(house.Drop, format), [table]));
        Assert.Equal(SourceCodes.ContractStopped.Id, report.Error!.Code);
        Assert.Contains(format == "csv" ? "a.csv:3" : "a.json:2", report.Error.Message, StringComparison.Ordinal);
        Assert.Contains("\"id\"", report.Error.Message, StringComparison.Ordinal);
        Assert.Null(await house.SnapshotAsync("bronze.files"));
        Assert.Null(await house.SnapshotAsync("bronze.files__quarantine"));
    }

    [Fact]
    public async Task Parquet_is_cast_by_the_contract_and_a_broken_file_is_put_aside()
    {
        using var house = new IngestionHouse();
        Parquet(house, "a[1]*.parquet", "SELECT range::INTEGER AS id, 'it''s ' || range AS name, TIMESTAMP '2026-01-01' + INTERVAL (range) SECOND AS at FROM range(5)");
        Parquet(house, "b.parquet", "SELECT range::UBIGINT * 1000000000000000000 AS id, range AS other FROM range(15)");
        Put(house, "c.parquet", "PAR1 this is none PAR1");
        Parquet(house, "d.parquet", "SELECT 7::DECIMAL(10,2) AS id, NULL::VARCHAR AS name");
        var report = await house.RunAsync(Plan(house, "parquet"));
        Assert.Equal(SourceCodes.FileFormatUnfit.Id, report.Error!.Code);
        Assert.Contains("c.parquet", Assert.Single(house.Notices).Message, StringComparison.Ordinal);
        Assert.Equal(21, report.RowsRead);
        Assert.Equal([[16L, 16L]], await house.QueryAsync("bronze.files", "SELECT count(*), count(DISTINCT _source_position) FROM t"));
        Assert.Equal([["it's 4", "a[1]*.parquet:5"]], await house.QueryAsync("bronze.files", "SELECT name, _source_position FROM t WHERE id = 4"));
        Assert.Equal(
            [["b.parquet:11", "LH3110", "id"]],
            await house.QueryAsync("bronze.files__quarantine", "SELECT position, error_code, field FROM t ORDER BY split_part(position, ':', 2)::INT LIMIT 1"));
    }

    [Fact]
    public async Task Two_tables_take_their_own_patterns_of_one_folder()
    {
        using var house = new IngestionHouse();
        Put(house, "orders/1.csv", "id,name,at\n1,order,\n");
        Put(house, "users/1.csv", "id,name,at\n2,user,\n");
        var report = await house.RunAsync(house.Plan(Source(house.Drop, "csv"), [Table("bronze.orders", "orders/*.csv"), Table("bronze.users", "users/*.csv")]));
        Assert.Null(report.Error);
        Assert.Equal([["order", "files/orders/*.csv"]], await house.QueryAsync("bronze.orders", "SELECT name, _source FROM t"));
        Assert.Equal([["user", "files/users/*.csv"]], await house.QueryAsync("bronze.users", "SELECT name, _source FROM t"));
    }

    internal static IngestedTableSpec Table(string name = "bronze.files", string? from = null) => new(name, Columns, from);

    internal static SourceSpec Source(string folder, string format, string pattern = "**", TimeSpan? settle = null) => new(Files: new FilesSourceSpec(
        folder,
        format switch
        {
            "csv" => new FileFormatSpec(Csv: new CsvFormatSpec()),
            "json" => new FileFormatSpec(JsonLines: new JsonLinesFormatSpec()),
            _ => new FileFormatSpec(Parquet: new ParquetFormatSpec()),
        },
        pattern,
        new Duration(settle ?? TimeSpan.FromMilliseconds(1))));

    internal static RunPlan Plan(IngestionHouse house, string format, string pattern = "**", long maxRows = 100_000, TimeSpan? settle = null) =>
        house.Plan(Source(house.Drop, format, pattern, settle), [Table()], maxRows);

    internal static int Write(IngestionHouse house, string format, string name, int first, int rows)
    {
        var ids = Enumerable.Range(first, rows);
        switch (format)
        {
            case "csv":
                Put(house, name, "id,name,at\n" + string.Concat(ids.Select(id => $"{id},name {id},{At(id)}\n")));
                break;
            case "json":
                Put(house, name, string.Concat(ids.Select(id => $"{{\"id\":{id},\"name\":\"name {id}\",\"at\":\"{At(id)}\"}}\n")));
                break;
            default:
                Parquet(house, name, $"SELECT range AS id, 'name ' || range AS name, TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (range) SECOND AS at FROM range({first}, {first + rows})");
                break;
        }

        return rows;
    }

    internal static void Put(IngestionHouse house, string name, string text) => Put(house, name, Encoding.UTF8.GetBytes(text));

    private static void Put(IngestionHouse house, string name, byte[] bytes)
    {
        var path = Path.Combine(house.Drop, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        Settle(path);
    }

    private static void Settle(string path) => File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(50));

    private static void Parquet(IngestionHouse house, string name, string query)
    {
        var path = Path.Combine(house.Drop, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute($"SET TimeZone = 'UTC'; COPY ({query}) TO '{path}' (FORMAT parquet, USE_TMP_FILE false)");
        Settle(path);
    }

    private static async Task MakePipeAsync(string path)
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", path);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
    }

    private static string At(int id) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(id).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
