using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Runs;

/// <summary>A run's result reaches the status, whatever of it gets lost on the way; then its Job goes.</summary>
public sealed class ResultTests(SharedNode node)
{
    [Fact]
    public async Task A_lost_report_is_repaired_by_the_termination_message()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.WorkWithoutReport(scene.Lake));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("Succeeded", "0", "10"), (seen["lastRun.result"], seen["output.version"], seen["output.rows"]));
        Assert.Equal(1, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task A_result_that_is_lost_altogether_is_asked_for_by_running_again()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.WorkUnheard(scene.Lake));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("UpToDate", "0", 2), (seen["lastRun.result"], seen["output.version"], scene.Transformation("silver").Pods));
    }

    [Fact]
    public async Task A_status_that_somebody_scribbled_on_is_put_right()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var before = await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        await scene.Transformation("silver").ScribbleAsync("""{"conditions": [{"type": "Ready", "status": "False", "reason": "Nonsense", "message": "it is not so", "lastTransitionTime": "2020-01-01T00:00:00Z"}], "observedGeneration": 77}""");
        var seen = await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Succeeded" && one["observedGeneration"] == "1", "its status is right");
        Assert.Equal(before["output.version"], seen["output.version"]);
    }

    /// <summary>Status is a cache: without it the run is made again, and finds that there is nothing to do.</summary>
    [Fact]
    public async Task A_status_that_is_lost_costs_a_run_that_finds_nothing_to_do()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        await scene.Transformation("silver").ScribbleAsync("""{"lastRun": null, "output": null, "inputs": null, "conditions": null, "history": null}""");
        var seen = await scene.Transformation("silver").UntilAsync(one => one["lastRun.result"] == "UpToDate" && one.Reason() == "Succeeded", "it is found again");
        Assert.Equal(("0", "10"), (seen["output.version"], seen["output.rows"]));
    }

    /// <summary>A version that a status claims and no table has is believed no longer than until the next run.</summary>
    [Fact]
    public async Task A_Job_is_kept_until_its_result_is_in_the_status_and_then_goes()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").PodAsync();
        var job = await scene.Transformation("silver").ChildAsync("Job");
        Assert.Equal((0, null), ((int)job["spec"]!["backoffLimit"]!, job["spec"]!["ttlSecondsAfterFinished"]));
        Assert.Equal("Never", (string?)job["spec"]!["template"]!["spec"]!["restartPolicy"]);
        release.SetResult();
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal("Succeeded", (await scene.Transformation("silver").SeeAsync())["lastRun.result"]);
        await scene.EventuallyAsync(async () => (await scene.ListAsync("Pod")).Count == 1, "the stream's pod alone");
        await scene.EventuallyAsync(async () => (await scene.ListAsync("ConfigMap")).Count(map => (string?)map["metadata"]!["name"] != "kube-root-ca.crt") == 1, "the stream's plan alone");
    }
}
