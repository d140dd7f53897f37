using System.Text.Json;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Ingest;

public sealed class RowGateTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalSqlWorkerPool workers;
    private readonly IngestionHouse house;

    public RowGateTests()
    {
        workers = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(BuiltPrograms.Find("lakehouse-runner"), folder.Path), TimeProvider.System);
        house = new IngestionHouse { Workers = workers };
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        house.Dispose();
        await workers.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task Rows_that_fail_go_to_quarantine_and_the_counts_agree(string format)
    {
        FilesIngestionTests.Put(house, $"a.{format}", format == "csv"
            ? "id,name,at\n1,ok,2026-01-01T00:00:00Z\n2,,\n3,ok,2026-01-02T00:00:00Z\nx,bad,\n-4,ok,\n5,odd,2026-01-02T00:00:00Z\n"
            : """
            {"id":1,"name":"ok","at":"2026-01-01T00:00:00Z"}
            {"id":2}
            {"id":3,"name":"ok","at":"2026-01-02T00:00:00Z"}
            {"id":"x","name":"bad"}
            {"id":-4,"name":"ok"}
            {"id":5,"name":"odd","at":"2026-01-02T00:00:00Z"}

            """);
        var report = await house.RunAsync(Plan(
            format,
            [new PartitionSpec("at", PartitionTransform.Day, "day")],
            new CheckSpec("named", Missing: new MissingCheck("name")),
            new CheckSpec("positive", Rows: new RowsCheck("id < 0")),
            new CheckSpec("known", Where: "id <> 3", Values: new ValuesCheck("name", [JsonSerializer.SerializeToElement("ok")])),
            new CheckSpec("only-warns", Severity: CheckSeverity.Warning, Rows: new RowsCheck("true"))));
        Assert.Null(report.Error);
        Assert.Equal((6L, 2L, 4L), (report.RowsRead, report.RowsWritten, report.Tables![0].Quarantined));
        Assert.Equal([[1L, "2026-01-01"], [3L, "2026-01-02"]], await house.QueryAsync("bronze.files", "SELECT id, day::VARCHAR FROM t ORDER BY id"));
        var first = format == "csv" ? 2 : 1;
        Assert.Equal(
            [
                [$"a.{format}:{first + 1}", "LH5010", "name", "a record fails a row-level gate: named of QualityCheck/gate"],
                [$"a.{format}:{first + 4}", "LH5010", null, "a record fails a row-level gate: positive of QualityCheck/gate"],
                [$"a.{format}:{first + 5}", "LH5010", "name", "a record fails a row-level gate: known of QualityCheck/gate"],
            ],
            await house.QueryAsync("bronze.files__quarantine", "SELECT position, error_code, field, message FROM t WHERE error_code = 'LH5010' ORDER BY position"));
        Assert.Equal(
            [["""{"id":2,"name":null,"at":null}"""]],
            await house.QueryAsync("bronze.files__quarantine", $"SELECT payload FROM t WHERE position = 'a.{format}:{first + 1}'"));
    }

    [Fact]
    public async Task Rows_that_all_pass_are_partitioned_all_the_same()
    {
        FilesIngestionTests.Write(house, "json", "a.json", 1, 100);
        var report = await house.RunAsync(Plan("json", [new PartitionSpec("at", PartitionTransform.Day, "day")], new CheckSpec("positive", Rows: new RowsCheck("id < 0"))));
        Assert.Equal((null, 100L), (report.Error, report.RowsWritten));
        Assert.Equal("2026-01-01", (await house.SnapshotAsync("bronze.files"))!.Files[0].PartitionValues["day"]);
    }

    [Theory]
    [InlineData("read_text('/etc/passwd') IS NULL")]
    [InlineData("(SELECT count(*) FROM bronze.files) > 0")]
    [InlineData("1) OR (1")]
    [InlineData("id < 0; DROP TABLE x")]
    [InlineData("nope = 1")]
    public async Task Sql_that_is_not_an_expression_over_the_row_is_refused_before_anything_is_read(string failing)
    {
        FilesIngestionTests.Write(house, "json", "a.json", 1, 3);
        var report = await house.RunAsync(Plan("json", [], new CheckSpec("x", Rows: new RowsCheck(failing))));
        Assert.Equal((RunResult.Failed, CheckCodes.ExpressionRefused.Id), (report.Result, report.Error?.Code));
        Assert.Null(await house.SnapshotAsync("bronze.files"));
    }

    private RunPlan Plan(string format, IReadOnlyList<PartitionSpec> partitionBy, params CheckSpec[] checks)
    {
        var plan = house.Plan(FilesIngestionTests.Source(house.Drop, format), [FilesIngestionTests.Table() with { PartitionBy = partitionBy }]);
        return plan with
        {
            Ingestion = plan.Ingestion! with
            {
                Gates = new Dictionary<string, IReadOnlyList<PlannedGate>>(StringComparer.Ordinal) { ["bronze.files"] = [new PlannedGate("gate", "hash", checks)] },
            },
        };
    }
}
