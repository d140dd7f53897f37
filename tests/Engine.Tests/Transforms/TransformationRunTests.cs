using LakehouseOperator.Engine.Tests.SqlWorker;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Engine.Tests.Transforms;

public sealed class TransformationRunTests(WorkerFixture workers)
{
    private const string Numbers = "SELECT unnest([1, 2, 3])::BIGINT AS n";
    private const string Doubled = "SELECT n * 2 AS n FROM bronze.numbers";
    private static readonly string[] Input = ["bronze.numbers"];

    [Fact]
    public async Task A_result_is_published_with_what_it_was_made_from_and_made_again_only_when_that_changed()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        var first = Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled, Input));
        Assert.Equal(3, first.RowsWritten);
        Assert.Equal(3, first.RowsRead);

        Expect(RunResult.UpToDate, await house.RunAsync("silver.doubled", Doubled, Input));
        Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled + " WHERE n > 1", Input));
        Assert.Equal(2, (await house.ReadAsync("silver.doubled"))!.Rows);

        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers + " LIMIT 3"));
        var again = Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled + " WHERE n > 1", Input));
        Assert.Equal(2, again.Tables![0].Version);
        Assert.Equal(1, again.Inputs![0].DataVersion);
    }

    [Fact]
    public async Task A_gate_that_fails_leaves_the_last_version_and_no_file()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled, Input));
        var gate = TransformationHouse.Gate("silver.doubled", new CheckSpec("few", RowCount: new RowCountCheck(Max: 2)));

        var blocked = Expect(RunResult.Blocked, await house.RunAsync("silver.doubled", Doubled, Input, [gate]));

        Assert.Equal(CheckCodes.GateBlocked.Id, blocked.Error!.Code);
        Assert.Equal(RunnerExit.Blocked, blocked.Error.Exit);
        Assert.Contains("gate/few measured 3, allowed is max 2", blocked.Error.Message);
        Assert.Equal(CheckOutcome.Failed, Assert.Single(blocked.Checks!).Outcome);
        Assert.Equal(0, (await house.ReadAsync("silver.doubled"))!.Version);
        Assert.Equal(1, house.DataFilesOf("silver.doubled"));
    }

    [Fact]
    public async Task An_empty_result_is_a_valid_version()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled + " WHERE n > 9", Input));
        Assert.Equal(0, (await house.ReadAsync("silver.doubled"))!.Rows);
    }

    [Fact]
    public async Task Another_commit_in_between_makes_the_run_start_over_and_leaves_no_file_behind()
    {
        TransformationHouse? house = null;
        var interfered = false;
        var plan = new FaultPlan(static (_, _, _) => Fault.None);
        plan.Before = async (operation, key) =>
        {
            // The run in hand is about to put version 1: somebody else is first, with rows of the same resource.
            if (interfered || operation != StoreOperation.PutIfAbsent || key != "silver/doubled/_delta_log/00000000000000000001.json")
                return;
            interfered = true;
            Expect(RunResult.Succeeded, await house!.RunAsync("silver.doubled", Doubled + " WHERE n = 1", Input));
        };
        using (house = new TransformationHouse(workers.Pool, plan))
        {
            Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
            await house.RunAsync("silver.doubled", Doubled, Input);
            var report = Expect(RunResult.Succeeded, await house.RunAsync("silver.doubled", Doubled + " WHERE n > 1", Input));

            Assert.True(interfered);
            Assert.Equal(2, report.Tables![0].Version);
            Assert.Equal(2, (await house.ReadAsync("silver.doubled"))!.Rows);
            Assert.Equal(3, house.DataFilesOf("silver.doubled"));
        }
    }

    [Fact]
    public async Task A_table_of_another_resource_is_refused_before_anything_runs()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        var report = Expect(RunResult.Failed, await house.RunAsync("bronze.numbers", "SELECT 1 AS n", name: "thief"));
        Assert.Equal(TableCodes.OwnedByAnother.Id, report.Error!.Code);
        Assert.Contains("bronze-numbers", report.Error.Message);
        Assert.Equal(0, (await house.ReadAsync("bronze.numbers"))!.Version);
    }

    [Fact]
    public async Task A_table_of_another_resource_is_taken_when_the_annotation_says_so_and_kept_from_then_on()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", "SELECT 1 AS n", name: "heir", adopt: true));
        Assert.Equal("default/heir", (await house.ReadAsync("bronze.numbers"))!.Owner);
        var report = Expect(RunResult.Failed, await house.RunAsync("bronze.numbers", "SELECT 2 AS n"));
        Assert.Equal(TableCodes.OwnedByAnother.Id, report.Error!.Code);
    }

    [Fact]
    public async Task An_input_that_does_not_exist_is_named()
    {
        using var house = new TransformationHouse(workers.Pool);
        var report = Expect(RunResult.Failed, await house.RunAsync("silver.doubled", Doubled, Input));
        Assert.Equal(RunCodes.InputMissing.Id, report.Error!.Code);
        Assert.Contains("bronze.numbers", report.Error.Message);
    }

    [Fact]
    public async Task A_run_that_failed_leaves_no_scratch()
    {
        using var house = new TransformationHouse(workers.Pool);
        Expect(RunResult.Succeeded, await house.RunAsync("bronze.numbers", Numbers));
        Expect(RunResult.Failed, await house.RunAsync("silver.doubled", "SELECT CAST('x' || n AS BIGINT) AS n FROM bronze.numbers", Input));
        Assert.Empty(Directory.EnumerateDirectories(Assert.Single(Directory.EnumerateDirectories(house.Scratch))));
        Assert.Equal(0, house.DataFilesOf("silver.doubled"));
    }

    [Fact]
    public void Inputs_beyond_the_scratch_are_refused_before_a_byte_moves()
    {
        var budget = new RunScratchBudget("/nowhere", 10L << 30);
        budget.Reserve(4L << 30);
        var refused = Assert.Throws<DiagnosticException>(() => budget.Reserve(508L << 30));
        Assert.Equal(RunCodes.InputExceedsScratch, refused.Diagnostic.Code);
        Assert.Contains("512Gi of 10Gi", refused.Diagnostic.Message);
        budget.Reserve(6L << 30);
    }

    private static RunReport Expect(RunResult result, RunReport report)
    {
        Assert.True(report.Result == result, $"{report.Result} instead of {result}: {report.Error?.Code} {report.Error?.Message}");
        return report;
    }
}
