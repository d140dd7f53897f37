using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>A QualityCheck says of each version of its table whether it passes; a gate says it before the version is published.</summary>
public sealed class QualityCheckTests(SharedNode node)
{
    [Fact]
    public async Task kubectl_wait_answers_when_the_checks_have_passed()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        scene.QualityCheck("rows").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        await scene.QualityCheck("rows").PodAsync();
        Assert.Equal("Unknown", (await scene.QualityCheck("rows").UntilAsync(one => one.Reason() == "Running", "it runs")).Holds("Passed"));
        release.SetResult();
        _ = (await scene.Kubectl.RunAsync("wait", "--for=condition=Passed", "--timeout=90s", "qc/rows")).Succeeded;
        var seen = await scene.QualityCheck("rows").BecomesAsync("Evaluated");
        Assert.Equal(("True", "True", "1", "1/1", "0"), (seen.Holds(), seen.Holds("Passed"), seen["summary.passed"], seen["summary.ratio"], seen["version"]));
        Assert.Equal(("has-rows", "rowCount", "Passed"), (seen["checks.0.name"], seen["checks.0.kind"], seen["checks.0.outcome"]));
        var row = (await scene.Kubectl.RunAsync("get", "qc", "rows")).Succeeded.Split('\n')[1];
        Assert.Contains("1/1", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_that_fail_are_named_and_a_new_version_is_judged_again()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.QualityCheck("rows").Next(Plays.Answer(plan => Judged(scene, plan, CheckOutcome.Failed, 0)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        var seen = await scene.QualityCheck("rows").BecomesAsync("Evaluated");
        Assert.Equal(("True", "False", "1"), (seen.Holds(), seen.Holds("Passed"), seen["summary.failed"]));
        Assert.Contains("has-rows", seen.Message("Passed"), StringComparison.Ordinal);
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        seen = await scene.QualityCheck("rows").UntilAsync(one => one["version"] == "1", "the new version is judged");
        Assert.Equal("True", seen.Holds("Passed"));
    }

    [Fact]
    public async Task A_warning_passes_and_is_told()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.QualityCheck("rows").Next(Plays.Answer(plan => Judged(scene, plan, CheckOutcome.Warned, 0)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events", checks: "{name: has-rows, rowCount: {min: 1}, severity: Warning}"));
        var seen = await scene.QualityCheck("rows").BecomesAsync("Evaluated");
        Assert.Equal(("True", "Warned", "1"), (seen.Holds("Passed"), seen.Reason("Passed"), seen["summary.warned"]));
    }

    [Fact]
    public async Task Other_checks_or_a_request_make_the_verdict_unknown_until_they_were_asked()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.QualityCheck("rows").SettledAsync();
        foreach (var change in new[] { "checks", "request" })
        {
            var release = new TaskCompletionSource();
            scene.QualityCheck("rows").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
            if (change == "checks")
                await scene.QualityCheck("rows").SpecAsync("""{"checks": [{"name": "many", "rowCount": {"min": 50}}]}""");
            else
                await scene.QualityCheck("rows").RequestAsync("again");
            await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "Unknown", $"the verdict is unknown for its {change}");
            release.SetResult();
            await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", $"the verdict is there for its {change}");
            await scene.QualityCheck("rows").SettledAsync();
        }

        Assert.Equal(("again", 3), ((await scene.QualityCheck("rows").SeeAsync())["lastHandledRequest"], scene.QualityCheck("rows").Pods));
    }

    [Fact]
    public async Task A_gate_that_fails_blocks_the_run_and_both_say_so()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.Answer(plan => PretendLake.Of(plan, RunResult.Blocked, new RunError(Codes.Id("GateBlocked"), RunnerExit.Blocked, "gate: has-rows failed")) with
        {
            Checks = [PretendLake.Passed("gate", plan.Transformation!.Gates[0].Checks[0]) with { Outcome = CheckOutcome.Failed, Measured = 0 }],
        }));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("gate", "silver.silver", "Gate"));
        var seen = await scene.Transformation("silver").BecomesAsync("Blocked");
        Assert.Equal(("False", "Blocked", null), (seen.Holds(), seen["lastRun.result"], seen["output.version"]));
        var gate = await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Passed") == "False", "the gate has failed");
        Assert.Contains("has-rows", gate.Message("Passed"), StringComparison.Ordinal);
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal((1, 0), (scene.Transformation("silver").Pods, scene.QualityCheck("gate").Pods));
        await scene.Transformation("silver").HasEventAsync("RunBlocked");

        // Another input may pass.
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Passed") == "True", "the gate has let it pass");
        Assert.Equal(0, scene.QualityCheck("gate").Pods);
    }

    /// <summary>A gate that comes later makes its table due: what is published was not judged by it.</summary>
    [Fact]
    public async Task A_new_gate_makes_its_table_due()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.ApplyAsync(Documents.Check("gate", "silver.silver", "Gate"));
        await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Passed") == "True", "the gate has judged");
        Assert.Equal(["gate"], (await scene.Transformation("silver").PodAsync(2)).Plan!.Transformation!.Gates.Select(gate => gate.Name));
    }

    [Fact]
    public async Task A_check_that_cannot_be_carried_out_is_not_a_verdict()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.QualityCheck("rows").Next(Plays.Fail(RunnerExit.Sql, Codes.Id("ExecutionFailed"), "division by zero", "spec.checks[0]"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        var seen = await scene.QualityCheck("rows").BecomesAsync("SqlInvalid");
        Assert.Equal(("False", "Unknown"), (seen.Holds(), seen.Holds("Passed")));
    }

    [Fact]
    public async Task A_check_of_a_column_that_is_not_there_is_Stalled()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events", checks: "{name: key, unique: {columns: [idd]}}"));
        var seen = await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Stalled") == "True", "it is Stalled");
        Assert.Contains("spec.checks[0]", seen.Message(), StringComparison.Ordinal);
        Assert.Contains("idd", seen.Message(), StringComparison.Ordinal);
        Assert.Equal(0, scene.QualityCheck("rows").Pods);
    }

    private static RunReport Judged(Scene scene, RunPlan plan, CheckOutcome outcome, double measured)
    {
        var report = scene.Lake.Run(plan);
        return report with { Checks = [.. report.Checks!.Select(check => check with { Outcome = outcome, Measured = measured })] };
    }
}
