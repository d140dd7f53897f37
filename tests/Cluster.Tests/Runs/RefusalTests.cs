using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Runs;

/// <summary>
/// What the cluster refuses a run is told by its own reason, asked for again no more often than it backs off, and leaves alone what is served and what others do.
/// </summary>
public sealed class RefusalTests(SharedNode node)
{
    [Fact]
    public async Task A_quota_that_lets_no_Job_in_is_told_and_the_last_version_stays()
    {
        await using var scene = await ServedAsync();
        await scene.QuotaAsync("count/jobs.batch", "0");
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.Transformation("silver").BecomesAsync("JobRefused");
        Assert.Equal(("False", "False", "0"), (seen.Holds(), seen.Holds("Stalled"), seen["output.version"]));
        Assert.StartsWith(ClusterCodes.ObjectRefused.Id, seen.Message(), StringComparison.Ordinal);
        Assert.Contains("quota", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("silver").HasEventAsync("JobRefused", "quota");
        await scene.Ingestion("events").UntilAsync(one => one.Reason() == "Streaming" && one["tables.0.version"] == "1", "the stream reads on");

        // Two resources that want a Job each, at five, ten, ... seconds.
        await scene.RestsAsync(8, "JobRefused");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ResourceQuota")}/none");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it runs when it may");
        Assert.Equal("1", (await scene.Transformation("silver").SeeAsync())["lastRun.attempt"]);
    }

    /// <summary>The Job is taken, and its pods are not: its controller says why in an Event of the Job.</summary>
    [Theory]
    [InlineData("quota")]
    [InlineData("priority")]
    [InlineData("account")]
    [InlineData("limits")]
    public async Task An_admission_rule_that_lets_no_pod_in_is_told_and_the_run_begins_when_it_does(string rule)
    {
        await using var scene = await ServedAsync();
        await (rule switch
        {
            "quota" => scene.QuotaAsync("count/pods", "0"),
            "priority" => scene.Transformation("silver").SpecAsync("""{"runner": {"priorityClassName": "there-is-none"}}"""),
            "account" => scene.Lakehouse().SpecAsync("""{"runner": {"serviceAccountName": "there-is-none"}}"""),
            _ => scene.Api.PostAsync(scene.CollectionOf("LimitRange"), JsonNode.Parse("""{"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": {"limits": [{"type": "Container", "max": {"memory": "1Mi"}}]}}""")!),
        });
        await scene.Lakehouse().BecomesAsync("Ready"); // what it says now was seen
        await scene.Transformation("silver").RequestAsync("now");
        var seen = await scene.Transformation("silver").BecomesAsync("JobRefused");
        Assert.Equal(("False", "False", "0"), (seen.Holds(), seen.Holds("Stalled"), seen["output.version"]));
        Assert.StartsWith(ClusterCodes.PodMissing.Id, seen.Message(), StringComparison.Ordinal);
        var job = (string)(await scene.Transformation("silver").ChildAsync("Job"))["metadata"]!["name"]!;
        Assert.Contains($"kubectl describe job {job}", seen.Message(), StringComparison.Ordinal);
        Assert.Equal("Succeeded", (await scene.Transformation("other").SeeAsync()).Reason());
        await scene.RestsAsync(3, "JobRefused");
        await (rule switch
        {
            "quota" => scene.Api.DeleteAsync($"{scene.CollectionOf("ResourceQuota")}/none"),
            "priority" => scene.Transformation("silver").SpecAsync("""{"runner": {"priorityClassName": null}}"""),
            "account" => scene.Lakehouse().SpecAsync("""{"runner": {"serviceAccountName": "default"}}"""),
            _ => scene.Api.DeleteAsync($"{scene.CollectionOf("LimitRange")}/small"),
        });
        seen = await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == "now" && one.Reason() == "Succeeded", "it runs when it may");
        Assert.Equal("UpToDate", seen["lastRun.result"]);
    }

    /// <summary>A webhook that is away refuses everything that it is asked about.</summary>
    [Fact]
    public async Task An_admission_webhook_that_is_away_is_told_and_the_run_begins_when_it_is_back()
    {
        await using var scene = await ServedAsync();
        const string Webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
        await scene.Api.PatchAsync($"{scene.CollectionOf("Namespace")}/{scene.Namespace}", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["guarded"] = scene.Namespace } } });
        await scene.Api.PostAsync(Webhooks, JsonNode.Parse($$$"""
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "{{{scene.Namespace}}}"},
             "webhooks": [{"name": "guard.example.org", "admissionReviewVersions": ["v1"], "sideEffects": "None", "timeoutSeconds": 1, "failurePolicy": "Fail",
               "clientConfig": {"url": "https://127.0.0.1:1/"}, "namespaceSelector": {"matchLabels": {"guarded": "{{{scene.Namespace}}}"} },
               "rules": [{"apiGroups": ["batch"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["jobs"]}]}]}
            """)!);
        try
        {
            await scene.EventuallyAsync(async () => (await ProbeAsync(scene)) >= 300, "the webhook counts");
            await scene.Transformation("silver").RequestAsync("now");
            var seen = await scene.Transformation("silver").UntilAsync(one => one.Message().Contains("guard.example.org", StringComparison.Ordinal), "it tells who does not answer");
            Assert.Equal(("False", "False", "0"), (seen.Holds(), seen.Holds("Stalled"), seen["output.version"]));
            await scene.RestsAsync(4, "the webhook is away");
        }
        finally
        {
            await scene.Api.DeleteAsync($"{Webhooks}/{scene.Namespace}");
        }

        await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == "now" && one.Reason() == "Succeeded", "it runs when it may");
    }

    [Theory]
    [InlineData("Unschedulable")]
    [InlineData("ImagePullFailed")]
    [InlineData("Pending")]
    public async Task A_pod_that_cannot_start_is_told_once_and_others_go_on(string reason)
    {
        await using var scene = await ServedAsync();
        scene.Transformation("silver").Next(async pod =>
        {
            if (reason == "Unschedulable")
                await pod.UnschedulableAsync();
            else if (reason == "Pending")
                await pod.WaitAsync("CreateContainerConfigError", "failed to sync the plan");
            else
                await pod.WaitAsync("ErrImagePull", "manifest unknown");
            await Plays.UntilTerminatedAsync(pod);
        });
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.Transformation("silver").UntilAsync(one => one.Reason() == reason && one.Message().StartsWith("LH80", StringComparison.Ordinal), $"it is {reason}");
        Assert.Equal(("False", "False", "0"), (seen.Holds(), seen.Holds("Stalled"), seen["output.version"]));
        await scene.Transformation("other").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the other one follows");
        await scene.Transformation("other").SettledAsync();
        await scene.RestsAsync(2, reason);

        // Its Job is deleted by hand: the same attempt is begun again.
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Job")}/{(await scene.Transformation("silver").ChildAsync("Job"))["metadata"]!["name"]}");
        seen = await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it is begun again");
        Assert.Equal("1", seen["lastRun.attempt"]);
    }

    /// <summary>A Secret, or a key of it, is found missing by the pod; it may come any time.</summary>
    [Fact]
    public async Task A_missing_Secret_is_told_with_its_name_and_a_request_finds_it()
    {
        await using var scene = await ServedAsync();

        // Half a minute later the Lakehouse is probed, which would find the Secret.
        var probe = new TaskCompletionSource();
        scene.Lakehouse().Next(Plays.Held(probe.Task, Plays.Work(scene.Lake)));
        scene.Transformation("silver").Next(Plays.Fail(RunnerExit.SecretMissing, Codes.Id("SecretMissing"), "Secret s3 has no key secretAccessKey", "spec.storage.s3.credentialsSecretRef"));
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.Transformation("silver").BecomesAsync("SecretMissing");
        Assert.Equal(("False", "False", "0"), (seen.Holds(), seen.Holds("Stalled"), seen["output.version"]));
        Assert.Contains("Secret s3 has no key secretAccessKey", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("other").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the other one follows");
        await scene.Transformation("silver").SettledAsync();
        await scene.Transformation("other").SettledAsync();
        await scene.Lakehouse().PodAsync(2);
        await scene.RestsAsync(2, "SecretMissing");
        await scene.Transformation("silver").RequestAsync("it is there now");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the request finds it");
        probe.SetResult();
    }

    /// <summary>A pod that no node took for longer than its Job may last was never at work: nothing of its SQL is too slow.</summary>
    [Fact]
    public async Task A_deadline_that_passes_before_the_pod_ever_ran_uses_no_attempt()
    {
        await using var scene = await ServedAsync();
        scene.Transformation("silver").Next(async pod =>
        {
            await pod.UnschedulableAsync();
            await scene.GiveDeadlineToJobOfAsync(pod, 1);
            await Plays.UntilTerminatedAsync(pod);
        });
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it is begun again");
        Assert.Equal(("1", "1"), (seen["lastRun.attempt"], seen["lastRun.disruptions"]));
    }

    /// <summary>Two Transformations are served at version 0, and nothing is under way.</summary>
    private async Task<Scene> ServedAsync()
    {
        var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Silver("other"));
        foreach (var name in new[] { "silver", "other" })
        {
            await scene.Transformation(name).BecomesAsync("Succeeded");
            await scene.Transformation(name).SettledAsync();
        }

        return scene;
    }

    private static async Task<int> ProbeAsync(Scene scene)
    {
        var job = """{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "probe"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "it", "image": "registry.invalid/it"}]}}}}""";
        return (int)(await scene.Api.SendTextAsync(HttpMethod.Post, scene.CollectionOf("Job") + "?dryRun=All", job, "application/json")).Code;
    }
}
