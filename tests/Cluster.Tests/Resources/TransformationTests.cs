using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>A Transformation runs when what it reads is newer than what it was made from, once.</summary>
public sealed class TransformationTests(SharedNode node)
{
    [Fact]
    public async Task A_new_version_of_its_input_is_a_run()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("True", "False", "False"), (seen.Holds(), seen.Holds("Reconciling"), seen.Holds("Stalled")));
        Assert.Equal(("silver.silver", "0", "10", "s3://lake/silver/silver"), (seen["output.table"], seen["output.version"], seen["output.rows"], seen["output.location"]));
        Assert.Equal(("bronze.events", "0"), (seen["inputs.0.table"], seen["inputs.0.version"]));
        Assert.Equal(("Succeeded", "OnChange", "1", "Done"), (seen["lastRun.result"], seen["lastRun.trigger.kind"], seen["lastRun.attempt"], seen["lastRun.exit"]));
        Assert.Equal((1, "Succeeded"), (seen.Count("history"), seen["history.0.result"]));
        await scene.Transformation("silver").SettledAsync();

        var stream = await scene.Ingestion("events").PodAsync();
        await scene.CommitAsync(stream, "bronze.events");
        seen = await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it follows its input");
        Assert.Equal(("1", "2"), (seen["inputs.0.version"], seen.Count("history").ToString(System.Globalization.CultureInfo.InvariantCulture)));

        // A commit that changes no row is no reason.
        scene.Lake.Compact("bronze.events");
        await scene.CommitAsync(stream, "bronze.events", rows: null);
        await scene.Ingestion("events").UntilAsync(one => one["tables.0.version"] == "2", "the compacted version shows");
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal(2, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task A_diamond_runs_once_for_a_new_version_at_its_top()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(),
            Documents.Transformation("left", "silver.left_side", "SELECT id FROM bronze.events"),
            Documents.Transformation("right", "silver.right_side", "SELECT id FROM bronze.events"),
            Documents.Transformation("bottom", "gold.bottom", "SELECT l.id FROM silver.left_side AS l JOIN silver.right_side AS r USING (id)"));
        await scene.Transformation("bottom").BecomesAsync("Succeeded");
        var release = new TaskCompletionSource();
        scene.Transformation("right").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("left").UntilAsync(one => one["output.version"] == "1", "the left side is new");
        await scene.Transformation("bottom").BecomesAsync("WaitingForUpstream");
        release.SetResult();
        var seen = await scene.Transformation("bottom").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the bottom is new");
        Assert.Equal(("1", "1"), (seen["inputs.0.version"], seen["inputs.1.version"]));
        await scene.Transformation("bottom").SettledAsync();
        Assert.Equal(2, scene.Transformation("bottom").Pods);
    }

    [Fact]
    public async Task Changed_SQL_is_a_run_and_the_same_again_is_none()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync("""{"sql": "SELECT id FROM bronze.events"}""");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the changed SQL runs");
        await scene.Transformation("silver").SpecAsync("""{"runner": {"nodeSelector": {"disk": "fast"}}}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal(2, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task A_request_is_one_run_that_may_find_nothing_to_do()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").RequestAsync("now");
        var seen = await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == "now", "the request is answered");
        Assert.Equal(("UpToDate", "Request"), (seen["lastRun.result"], seen["lastRun.trigger.kind"]));
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal(("0", 2), ((await scene.Transformation("silver").SeeAsync())["output.version"], scene.Transformation("silver").Pods));
    }

    [Fact]
    public async Task Without_a_trigger_it_runs_on_request_only()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "trigger: {}"));
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Pending" && one.Message().Contains("request", StringComparison.Ordinal), "it waits to be asked");
        Assert.Equal(0, scene.Transformation("silver").Pods);
        await scene.Transformation("silver").RequestAsync("1");
        Assert.Equal("Request", (await scene.Transformation("silver").BecomesAsync("Succeeded"))["lastRun.trigger.kind"]);
    }

    [Fact]
    public async Task A_suspended_one_rests_with_its_last_version()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync("""{"suspend": true}""");
        Assert.Equal("True", (await scene.Transformation("silver").BecomesAsync("Suspended")).Holds());
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Ingestion("events").UntilAsync(one => one["tables.0.version"] == "1", "the input is new");
        Assert.Equal(1, scene.Transformation("silver").Pods);
        await scene.Transformation("silver").SpecAsync("""{"suspend": false}""");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it makes up for it");
    }

    [Fact]
    public async Task A_schedule_says_when_it_comes_next_and_does_not_run_before()
    {
        await using var scene = await Scene.BeginAsync(node);
        var far = TimeProvider.System.GetUtcNow().AddDays(40);
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(),
            Documents.Silver(more: $$"""trigger: {schedule: {cron: "30 4 {{far.Day}} {{far.Month}} *", timeZone: Europe/Berlin} }"""));
        var seen = await scene.Transformation("silver").UntilAsync(one => one["nextScheduleTime"] is not null && one.Reason() == "Pending", "it waits for its time");
        var next = DateTimeOffset.Parse(seen["nextScheduleTime"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((far.Month, far.Day, 30), (next.Month, next.Day, next.Minute));
        Assert.Contains(next.Hour, new[] { 2, 3 }); // Berlin is one or two hours ahead
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(0, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task Runs_that_find_no_place_are_queued_and_all_get_one()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        foreach (var name in new[] { "a", "b", "c" })
            scene.Transformation(name).Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(
            Documents.Lakehouse + "\n  runner: {maxConcurrentRuns: 2}", Documents.Ingestion(), Documents.Silver("a"), Documents.Silver("b"), Documents.Silver("c"));
        await scene.EventuallyAsync(
            async () => (await scene.ListAsync("Transformation")).Count(one => new Seen(one).Reason() == "Queued") == 1 && (await scene.ListAsync("Transformation")).Count(one => new Seen(one).Reason() == "Running") == 2,
            "two that run and one that is queued");
        release.SetResult();
        foreach (var name in new[] { "a", "b", "c" })
            await scene.Transformation(name).BecomesAsync("Succeeded");
    }

    [Fact]
    public async Task What_a_run_is_started_with_is_its_plan()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("gate", "silver.silver", "Gate"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        var pod = await scene.Transformation("silver").PodAsync();
        var plan = pod.Plan!;
        Assert.Equal(("silver.silver", TriggerKind.OnChange, 1), (plan.Transformation!.Table, plan.Trigger.Kind, plan.Attempt));
        Assert.Equal(["gate"], plan.Transformation.Gates.Select(gate => gate.Name));
        Assert.Equal(plan.RunId, (string?)pod.Pod["metadata"]!["labels"]!["lakehouse.dev/run-id"]);
        Assert.Equal(["runner", "sql-worker"], pod.Pod["spec"]!["containers"]!.AsArray().Select(container => (string)container!["name"]!));
    }

    /// <summary>A graph is followed to its end.</summary>
    [Fact]
    public async Task A_chain_runs_from_its_first_to_its_last()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync([Documents.Lakehouse, Documents.Ingestion(), .. Documents.Chain(4)]);
        await scene.Transformation("step-4").BecomesAsync("Succeeded");
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("step-4").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the last follows");
        Assert.All(new[] { "step-1", "step-2", "step-3", "step-4" }, name => Assert.Equal(2, scene.Transformation(name).Pods));
    }
}
