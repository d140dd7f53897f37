using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>What a Lakehouse says for all, what a resource says for itself, and that one Lakehouse's trouble is its own.</summary>
public sealed class SettingTests(SharedNode node)
{
    [Fact]
    public async Task Runners_are_as_the_Lakehouse_says_and_each_word_of_a_resource_replaces_its_whole()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(
            Documents.Lakehouse + """

              runner:
                resources: {limits: {memory: 3Gi, cpu: "2"}, requests: {memory: 1Gi, cpu: 100m}}
                nodeSelector: {disk: slow, zone: a}
                tolerations: [{key: dedicated, operator: Exists}]
                scratch: {sizeLimit: 5Gi}
                podMetadata: {labels: {team: shop}, annotations: {example.org/note: here}}
                imagePullSecrets: [{name: pull}]
            """,
            Documents.Ingestion(), Documents.Silver(more: "runner: {nodeSelector: {disk: fast}, resources: {limits: {memory: 7Gi} } }\nexecution: {activeDeadlineSeconds: 77, threads: 3}"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        var stream = (await scene.Ingestion("events").PodAsync()).Pod;
        var run = await scene.Transformation("silver").PodAsync();
        foreach (var pod in new[] { stream, run.Pod })
        {
            Assert.Equal(("shop", "here", "pull"), ((string?)pod["metadata"]!["labels"]!["team"], (string?)pod["metadata"]!["annotations"]!["example.org/note"], (string?)pod["spec"]!["imagePullSecrets"]![0]!["name"]));
            Assert.Contains(pod["spec"]!["tolerations"]!.AsArray(), toleration => (string?)toleration!["key"] == "dedicated");
        }

        Assert.Equal("""{"disk":"slow","zone":"a"}""", stream["spec"]!["nodeSelector"]!.ToJsonString());
        Assert.Equal("""{"disk":"fast"}""", run.Pod["spec"]!["nodeSelector"]!.ToJsonString());
        var worker = run.Pod["spec"]!["containers"]!.AsArray().Single(container => (string?)container!["name"] == "sql-worker")!["resources"]!;
        Assert.Equal(("7Gi", null), ((string?)worker["limits"]!["memory"], (string?)worker["limits"]!["cpu"]));
        Assert.Equal((7L << 30, 5L << 30, 3, TimeSpan.FromSeconds(77)), (run.Plan!.Limits.MemoryBytes, run.Plan.Limits.ScratchBytes, run.Plan.Limits.Threads, run.Plan.Limits.Deadline));

        // Another word of the Lakehouse rolls the stream, and makes no run due.
        await scene.Lakehouse().SpecAsync("""{"runner": {"nodeSelector": {"disk": "any", "zone": null}}}""");
        Assert.Equal("""{"disk":"any"}""", (await scene.Ingestion("events").PodAsync(2)).Pod["spec"]!["nodeSelector"]!.ToJsonString());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(1, scene.Transformation("silver").Pods);
    }

    /// <summary>The claim is the runner's; user SQL sees staged inputs alone.</summary>
    [Fact]
    public async Task A_lake_on_a_volume_is_mounted_into_every_runner_and_no_worker()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync("""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Lakehouse
            metadata: { name: main }
            spec:
              storage: {volume: {persistentVolumeClaim: {claimName: lake}, subPath: inner}}
            """, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.StartsWith("file:///", seen["output.location"], StringComparison.Ordinal);
        Assert.Equal(3, scene.Executor.Pods.Count);
        Assert.All(scene.Executor.Pods, pod =>
        {
            var spec = pod.Pod["spec"]!;
            Assert.Contains(spec["volumes"]!.AsArray(), volume => (string?)volume!["persistentVolumeClaim"]?["claimName"] == "lake");
            Assert.Equal(["runner"], spec["containers"]!.AsArray().Where(container => container!["volumeMounts"]!.AsArray().Any(mount => (string?)mount!["name"] == "lake" && (string?)mount["subPath"] == "inner")).Select(container => (string)container!["name"]!));
        });
    }

    [Fact]
    public async Task Layers_that_were_taken_up_cannot_be_changed_and_more_can_be_declared_at_first_alone()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse + "\n  layers: {platinum: {location: \"s3://lake/best\"} }", Documents.Ingestion(), Documents.Transformation("best", "platinum.best", "SELECT id FROM bronze.events"));
        Assert.Equal("s3://lake/best/best", (await scene.Transformation("best").BecomesAsync("Succeeded"))["output.location"]);
        await scene.Lakehouse().SpecAsync("""{"layers": {"platinum": {"location": "s3://lake/other"}}}""");
        var seen = await scene.Lakehouse().BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.StartsWith(ClusterCodes.Immutable.Id, seen.Message(), StringComparison.Ordinal);

        // What is served is served on; nothing new starts.
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        Assert.Equal("0", (await scene.Transformation("best").UntilAsync(one => one.Holds("Stalled") == "False" && one.Message().Contains(ClusterCodes.Immutable.Id, StringComparison.Ordinal), "it says what its Lakehouse lacks"))["output.version"]);
        await scene.Lakehouse().SpecAsync("""{"layers": {"platinum": {"location": "s3://lake/best"}}}""");
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.Transformation("best").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it goes on");
        Assert.Equal(1, scene.Lakehouse().Pods);
    }

    [Fact]
    public async Task A_layer_that_is_not_declared_is_told_on_who_names_it()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Transformation("best", "platinum.best", "SELECT id FROM bronze.events"));
        var seen = await scene.Transformation("best").UntilAsync(one => one.Holds("Stalled") == "True", "it is Stalled");
        Assert.Equal("Invalid", seen.Reason());
        Assert.Contains("spec.table", seen.Message(), StringComparison.Ordinal);
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    /// <summary>The same names of tables in both: they are different tables.</summary>
    [Fact]
    public async Task A_Lakehouse_that_is_in_trouble_leaves_the_others_of_its_namespace_alone()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Lakehouse("broken").Always(Plays.Fail(RunnerExit.Store, Codes.Id("BucketMissing"), "there is no bucket broken"));
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(),
            Documents.Lakehouse.Replace("name: main", "name: broken", StringComparison.Ordinal),
            Documents.Ingestion("orders").Replace("bronze.orders", "bronze.events", StringComparison.Ordinal).Replace("{name: main}", "{name: broken}", StringComparison.Ordinal),
            Documents.Silver("copy").Replace("silver.copy", "silver.silver", StringComparison.Ordinal).Replace("{name: main}", "{name: broken}", StringComparison.Ordinal));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Lakehouse("broken").BecomesAsync("BucketMissing");
        var waits = await scene.Ingestion("orders").UntilAsync(one => one.Reason() == "LakehouseNotReady" && one.Message().Contains("bucket", StringComparison.Ordinal), "it says what its Lakehouse lacks");
        Assert.Equal("False", waits.Holds("Stalled"));
        Assert.Equal(("True", "True"), ((await scene.Lakehouse().SeeAsync()).Holds(), (await scene.Ingestion("events").SeeAsync()).Holds()));
        Assert.Single(await scene.ListAsync("Deployment"));
        Assert.Equal(0, scene.Transformation("copy").Pods);
    }

    [Fact]
    public async Task Without_its_Lakehouse_a_stream_is_stopped_and_its_status_stays()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Lakehouse().DeleteAsync();
        await scene.Lakehouse().GoneAsync();
        var seen = await scene.Ingestion("events").BecomesAsync("LakehouseNotReady");
        Assert.Equal(("False", "100"), (seen.Holds(), seen["rows"]));
        await scene.GoneAsync("Deployment", _ => true, "the stream");
        await scene.GoneAsync("NetworkPolicy", _ => true, "the policy");
        Assert.Equal("0", (await scene.Transformation("silver").UntilAsync(one => one.Reason() == "WaitingForUpstream", "it waits"))["output.version"]);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(0L, scene.Lake.DataVersionOf("silver.silver"));
    }

    [Theory]
    [InlineData("Unschedulable")]
    [InlineData("OutOfMemory")]
    [InlineData("JobRefused")]
    public async Task A_probe_that_cannot_be_carried_out_says_why_and_is_tried_again(string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var mended = new TaskCompletionSource();
        if (reason == "JobRefused")
            await scene.QuotaAsync("count/jobs.batch", "0");
        else
            scene.Lakehouse().Next(reason == "OutOfMemory" ? Plays.OutOfMemory() : async pod =>
            {
                await pod.UnschedulableAsync();
                await mended.Task.WaitAsync(pod.Terminating);
                await Plays.Work(scene.Lake)(pod);
            });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        Assert.Equal("False", (await scene.Lakehouse().BecomesAsync(reason)).Holds());
        await scene.Ingestion("events").BecomesAsync("LakehouseNotReady");
        if (reason == "JobRefused")
            await scene.Api.DeleteAsync($"{scene.CollectionOf("ResourceQuota")}/none");
        mended.SetResult();
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }
}
