using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Runs;

/// <summary>Whatever somebody else deletes or writes, the end is the same: status is a cache, and children are made again.</summary>
public sealed class TamperTests(SharedNode node)
{
    [Fact]
    public async Task A_Job_that_is_deleted_while_it_runs_is_begun_again_and_uses_no_attempt()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Runs);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "execution: {retries: 0}"));
        var pod = await scene.Transformation("silver").PodAsync();
        await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Running", "it runs");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Job")}/{(string)pod.Pod["metadata"]!["labels"]!["job-name"]!}");
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal("1", seen["lastRun.attempt"]);
        Assert.InRange(scene.Transformation("silver").Pods, 2, int.MaxValue);
    }

    /// <summary>The Job's controller makes another pod for the same plan.</summary>
    [Theory]
    [InlineData("deleted")]
    [InlineData("lost")]
    public async Task A_pod_that_goes_while_it_runs_is_made_again_for_the_same_run(string how)
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(how == "lost" ? Plays.Lose() : Runs);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "execution: {retries: 0}"));
        var pod = await scene.Transformation("silver").PodAsync();
        if (how == "deleted")
            await scene.Api.DeleteAsync($"{scene.CollectionOf("Pod")}/{pod.Name}");
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("1", "0"), (seen["lastRun.attempt"], seen["output.version"]));
    }

    /// <summary>The run's pod cannot start without it; it comes again with the same words.</summary>
    [Fact]
    public async Task A_plan_that_is_deleted_before_its_pod_starts_is_made_again()
    {
        await using var scene = await Scene.BeginAsync(node);
        var mended = new TaskCompletionSource();
        scene.Transformation("silver").Next(async pod =>
        {
            await pod.WaitAsync("ContainerCreating", null);
            await mended.Task.WaitAsync(pod.Terminating);
            await Plays.Work(scene.Lake)(pod);
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var job = (string)(await scene.Transformation("silver").PodAsync()).Pod["metadata"]!["labels"]!["job-name"]!;
        var plan = (await scene.Api.GetAsync($"{scene.CollectionOf("ConfigMap")}/{job}"))!;
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ConfigMap")}/{job}");
        var again = await scene.UntilAsync("ConfigMap", one => (string?)one["metadata"]!["name"] == job && (string?)one["metadata"]!["uid"] != (string?)plan["metadata"]!["uid"], "it is there again");
        Assert.Equal(plan["data"]!.ToJsonString(), again["data"]!.ToJsonString());
        mended.SetResult();
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(1, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task A_policy_that_is_deleted_or_edited_is_put_right()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        var policy = await scene.Lakehouse().ChildAsync("NetworkPolicy");
        var path = $"{scene.CollectionOf("NetworkPolicy")}/{policy["metadata"]!["name"]}";
        await scene.Api.PatchAsync(path, JsonNode.Parse("""{"spec": {"egress": [{}]}}""")!);
        await scene.UntilAsync("NetworkPolicy", one => one["spec"]!["egress"]!.ToJsonString() == policy["spec"]!["egress"]!.ToJsonString(), "it is as it was");
        await scene.Api.DeleteAsync(path);
        await scene.UntilAsync("NetworkPolicy", one => (string?)one["metadata"]!["uid"] != (string?)policy["metadata"]!["uid"], "it is there again");
        Assert.Equal("True", (await scene.Lakehouse().SeeAsync()).Holds());
    }

    /// <summary>Everything that may be written into a status by whoever may, of each kind: it ends as it was, but for what only it knew.</summary>
    [Theory]
    [InlineData("""{"conditions": []}""")]
    [InlineData("""{"conditions": [{"type": "Ready", "status": "False", "reason": "Nonsense", "message": "it is not so", "lastTransitionTime": "2099-01-01T00:00:00Z", "observedGeneration": 99}]}""")]
    [InlineData("""{"observedGeneration": 999}""")]
    [InlineData("""{"lastHandledRequest": "never asked"}""")]
    [InlineData("""{"lastRun": null, "history": null}""")]
    [InlineData("""{"lastRun": {"id": "x", "trigger": {"kind": "OnChange", "key": "x"}, "attempt": 1, "generation": "1", "startTime": "2020-01-01T00:00:00Z", "completionTime": "2020-01-01T00:00:00Z", "exit": "Done", "disruptions": 7, "error": {"code": "LH0000", "message": "it was not so"}}}""")]
    [InlineData("""{"lastRun": {"id": "x", "trigger": {"kind": "OnChange", "key": "nonsense"}, "attempt": 999999, "generation": "77", "startTime": "2099-01-01T00:00:00Z", "completionTime": "2099-01-01T00:00:00Z", "exit": "Bug", "result": "Failed"}}""")]
    public async Task A_status_that_somebody_spoils_becomes_right_again_for_every_kind(string status)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("rows", "silver.silver"));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.QualityCheck("rows").SettledAsync();
        (Subject Subject, string Reason)[] all =
        [
            (scene.Lakehouse(), "Ready"), (scene.Ingestion("events"), "Streaming"), (scene.Transformation("silver"), "Succeeded"), (scene.QualityCheck("rows"), "Evaluated"),
        ];
        foreach (var (subject, reason) in all)
        {
            await subject.BecomesAsync(reason);
            await subject.ScribbleAsync(status);
        }

        foreach (var (subject, reason) in all)
        {
            await subject.UntilAsync(
                one => one.Reason() == reason && one.Holds() == "True" && one["observedGeneration"] == "1" && one.Condition("Ready")!["observedGeneration"]?.GetValue<long>() == 1
                    && one.Holds("Reconciling") == "False" && one.Holds("Stalled") == "False" && one["lastRun.attempt"] != "999999"
                    && (reason != "Ready" || one["lastRun.id"] is not (null or "x")), $"it is {reason} again");
            await subject.SettledAsync();
        }

        // Nobody wrote a new version for it.
        Assert.Equal((0L, 0L), (scene.Lake.DataVersionOf("bronze.events"), scene.Lake.DataVersionOf("silver.silver")));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "its verdict stands or is found again");
        await scene.RestsAsync(2, "its status was put right");
    }

    /// <summary>A version that no table has is believed until a run says otherwise, and no longer.</summary>
    [Fact]
    public async Task A_version_that_a_status_only_claims_is_corrected_by_the_next_run()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        await scene.Transformation("silver").ScribbleAsync("""{"output": {"version": 4711, "dataVersion": 4711, "rows": 1}}""");
        await scene.Transformation("silver").RequestAsync("look");
        var seen = await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == "look", "it has looked");
        Assert.Equal(("0", "0", "10"), (seen["output.version"], seen["output.dataVersion"], seen["output.rows"]));
    }

    private static async Task Runs(ExecutedPod pod)
    {
        await pod.RunAsync();
        await Plays.UntilTerminatedAsync(pod);
    }
}
