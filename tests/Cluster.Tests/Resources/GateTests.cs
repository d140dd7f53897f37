using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>Gates of tables that are ingested, gates that are wrong, outcomes that are neither, and checks by the clock.</summary>
public sealed class GateTests(SharedNode node)
{
    private const string RowLevel = "{name: known, values: {column: id, in: [1, 2]}}";

    [Fact]
    public async Task A_row_level_gate_of_an_ingested_table_is_in_the_streams_plan_and_a_worker_beside_it()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Null((await scene.Ingestion("events").PodAsync()).Plan!.Ingestion!.Gates);
        await scene.ApplyAsync(Documents.Check("gate", "bronze.events", "Gate", RowLevel + ", {name: many, rowCount: {min: 1}}"));
        var pod = await scene.Ingestion("events").PodAsync(2);
        var gate = Assert.Single(pod.Plan!.Ingestion!.Gates!["bronze.events"]);
        Assert.Equal(("gate", "known"), (gate.Name, Assert.Single(gate.Checks).Name));
        Assert.Equal(["runner", "sql-worker"], pod.Pod["spec"]!["containers"]!.AsArray().Select(container => (string)container!["name"]!));
        await scene.Ingestion("events").BecomesAsync("Streaming");

        // What judges the whole table reports on it, as any check does.
        await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Passed") == "True", "it has judged the table");
        Assert.True(scene.QualityCheck("gate").Pods > 0);
    }

    /// <summary>A gate with a mistake is still a gate.</summary>
    [Fact]
    public async Task A_gate_that_is_wrong_holds_its_table_until_it_is_mended_and_nothing_else()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Silver("other"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.ApplyAsync(Documents.Check("gate", "silver.silver", "Gate", "{name: key, unique: {columns: [idd]}}"));
        var held = await scene.Transformation("silver").UntilAsync(one => one.Holds("Stalled") == "True", "it is held");
        Assert.Contains("gate", held.Message(), StringComparison.Ordinal);
        Assert.Equal("0", held["output.version"]);
        await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Stalled") == "True", "it is Stalled itself");
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("other").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the other one goes on");
        Assert.Equal(1, scene.Transformation("silver").Pods);
        await scene.QualityCheck("gate").SpecAsync("""{"checks": [{"name": "key", "unique": {"columns": ["id"]}}]}""");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the mended gate lets it pass");
        await scene.QualityCheck("gate").UntilAsync(one => one.Holds("Passed") == "True", "the gate has passed");
    }

    [Theory]
    [InlineData(CheckOutcome.NoData, "True", "1/1", "0")]
    [InlineData(CheckOutcome.Errored, "False", "0/1", "1")]
    public async Task An_outcome_that_is_neither_passes_or_fails_as_it_is_said(CheckOutcome outcome, string passed, string ratio, string failed)
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.QualityCheck("rows").Next(Plays.Answer(plan =>
        {
            var report = scene.Lake.Run(plan);
            return report with { Checks = [.. report.Checks!.Select(check => check with { Outcome = outcome, Measured = null, Message = "said so" })] };
        }));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        var seen = await scene.QualityCheck("rows").BecomesAsync("Evaluated");
        Assert.Equal((passed, ratio, failed), (seen.Holds("Passed"), seen["summary.ratio"], seen["summary.failed"]));
        Assert.Equal((outcome.ToString(), null, "said so"), (seen["checks.0.outcome"], seen["checks.0.measured"], seen["checks.0.message"]));
    }

    /// <summary>What was judged keeps its verdict while a newer version is judged.</summary>
    [Fact]
    public async Task The_verdict_on_the_last_version_stands_while_the_next_is_judged()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("rows", "bronze.events"));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.QualityCheck("rows").SettledAsync();
        var release = new TaskCompletionSource();
        scene.QualityCheck("rows").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.QualityCheck("rows").UntilAsync(one => one.Reason() == "Running", "it judges the next");
        Assert.Equal(("True", "True", "0"), (seen.Holds(), seen.Holds("Passed"), seen["version"]));
        release.SetResult();
        await scene.QualityCheck("rows").UntilAsync(one => one["version"] == "1" && one.Reason() == "Evaluated", "it has judged the next");
    }

    [Fact]
    public async Task A_check_runs_by_the_clock_too()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").UntilAsync(one => one["tables.0.dataVersion"] is not null, "its table has a version");
        await Scene.EarlyInAMinuteAsync();
        await scene.ApplyAsync(Documents.Check("rows", "bronze.events", more: """trigger: {schedule: {cron: "* * * * *"}}"""));
        var first = await scene.QualityCheck("rows").UntilAsync(one => one["nextScheduleTime"] is not null && one.Reason() == "Evaluated", "it is judged once, and knows when it comes next");
        Assert.Equal(nameof(TriggerKind.OnChange), first["lastRun.trigger.kind"]);
        var seen = await scene.QualityCheck("rows").UntilAsync(one => one["lastRun.trigger.kind"] == nameof(TriggerKind.Schedule), "it is judged again, a minute later");
        Assert.Equal(("True", first["version"]), (seen.Holds("Passed"), seen["version"]));
        Assert.True(string.CompareOrdinal(seen["evaluatedTime"], first["evaluatedTime"]) > 0);
    }

    /// <summary>Two gates of one table: one fails, and both tell what they found.</summary>
    [Fact]
    public async Task Each_gate_of_a_table_tells_its_own_findings()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.Answer(plan => PretendLake.Of(plan, RunResult.Blocked, new RunError(Codes.Id("GateBlocked"), RunnerExit.Blocked, "bad: has-rows failed")) with
        {
            Checks = [.. plan.Transformation!.Gates.Select(gate => PretendLake.Passed(gate.Name, gate.Checks[0]) with { Outcome = gate.Name == "bad" ? CheckOutcome.Failed : CheckOutcome.Passed })],
        }));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Check("bad", "silver.silver", "Gate"), Documents.Check("good", "silver.silver", "Gate"), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Blocked");
        await scene.QualityCheck("bad").UntilAsync(one => one.Holds("Passed") == "False", "it has failed");
        await scene.QualityCheck("good").UntilAsync(one => one.Holds("Passed") == "True", "it has passed");

        // Another version of the gate is another chance.
        await scene.QualityCheck("bad").SpecAsync("""{"checks": [{"name": "has-rows", "rowCount": {"min": 0}}]}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.QualityCheck("bad").UntilAsync(one => one.Holds("Passed") == "True", "it has let it pass");
    }
}
