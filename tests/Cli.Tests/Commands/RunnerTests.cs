using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary><c>lakehouse-runner run --plan</c>, as a pod would start it.</summary>
public sealed class RunnerTests
{
    [Fact]
    public async Task A_plan_is_carried_out_once_and_then_only_reported()
    {
        using var folder = new Folder();
        Assert.Equal(0, (await Lakehouse.RunAsync("run", "-f", folder.Write("pipeline.yaml", Documents.Good), "--lake", folder.At("lake"), "--once")).ExitCode);
        var plan = folder.Write("plan.json", PlanJson.Write(Plan(folder, "SELECT count(*) AS n FROM bronze.events")));
        var first = await Lakehouse.RunnerAsync("run", "--plan", plan, "--report", folder.At("report.json"));
        Assert.True(first.ExitCode == (int)RunnerExit.Done, first.ToString());
        Assert.Equal(RunResult.Succeeded, ReportJson.Read(await ReadAsync(folder.At("report.json"))).Result);

        var second = await Lakehouse.RunnerAsync("run", "--plan", plan);
        Assert.Equal((int)RunnerExit.Done, second.ExitCode);
        Assert.Equal(RunResult.UpToDate, ReportJson.Read(second.Out).Result);
    }

    [Theory]
    [InlineData("SELECT missing FROM bronze.events", RunnerExit.Sql)]
    [InlineData("SELECT event_id::BIGINT AS n FROM bronze.events", RunnerExit.Sql)]
    public async Task A_failure_ends_by_its_frozen_exit_code_and_is_reported(string sql, RunnerExit exit)
    {
        using var folder = new Folder();
        Assert.Equal(0, (await Lakehouse.RunAsync("run", "-f", folder.Write("pipeline.yaml", Documents.Good), "--lake", folder.At("lake"), "--once")).ExitCode);
        var ended = await Lakehouse.RunnerAsync("run", "--plan", folder.Write("plan.json", PlanJson.Write(Plan(folder, sql))));
        Assert.Equal((int)exit, ended.ExitCode);
        var report = ReportJson.Read(ended.Out);
        Assert.Equal(RunResult.Failed, report.Result);
        Assert.Equal(exit, report.Error!.Exit);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"protocol": 99}""")]
    public async Task A_plan_that_cannot_be_read_is_invalid(string text)
    {
        using var folder = new Folder();
        var ended = await Lakehouse.RunnerAsync("run", "--plan", folder.Write("plan.json", text));
        Assert.Equal((int)RunnerExit.Invalid, ended.ExitCode);
        Assert.Contains("LH600", ended.Error);
    }

    private static RunPlan Plan(Folder folder, string sql)
    {
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec());
        var layers = new[] { "bronze", "silver", "gold" }.ToDictionary(layer => layer, layer => new Uri(folder.At("lake", layer)).AbsoluteUri);
        var transformation = new TransformationResource(new Metadata("counted"), new TransformationSpec(new LakehouseRef("main"), sql, "gold.counted"));
        return PlanBuilder.Build(
            transformation, [], [new PlannedInput("bronze.events")], new PlanSetting(lakehouse, layers, 1L << 30, 1),
            new PlanAttempt("run-1", 1, new RunTrigger(TriggerKind.OnChange, "key")));
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
}
