using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>A Lakehouse is what its probe finds, and nothing runs before that.</summary>
public sealed class LakehouseTests(SharedNode node)
{
    [Fact]
    public async Task A_Lakehouse_is_probed_and_then_Ready()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        scene.Lakehouse().Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse);
        var probing = await scene.Lakehouse().BecomesAsync("Probing");
        Assert.Equal(("False", "True", "False"), (probing.Holds(), probing.Holds("Reconciling"), probing.Holds("Stalled")));
        var pod = await scene.Lakehouse().PodAsync();
        Assert.Equal(((await scene.Lakehouse().SeeAsync()).Uid, false), (pod.Plan!.Probe!.OwnerUid, pod.Plan.Probe.TakeOver));
        release.SetResult();
        var ready = await scene.Lakehouse().BecomesAsync("Ready");
        Assert.Equal(("True", "False", "False"), (ready.Holds(), ready.Holds("Reconciling"), ready.Holds("Stalled")));
        Assert.Equal(("true", "true", "0"), (ready["storage.reachable"], ready["storage.conditionalWrites"], ready["tableCount"]));
        await scene.Lakehouse().SettledAsync();
        Assert.Equal(1, scene.Lakehouse().Pods);
    }

    [Fact]
    public async Task kubectl_wait_answers_when_it_is_Ready()
    {
        await using var scene = await Scene.BeginAsync(node);
        _ = (await scene.Kubectl.ApplyAsync(Documents.Lakehouse)).Succeeded;
        _ = (await scene.Kubectl.RunAsync("wait", "--for=condition=Ready", "--timeout=90s", "lh/main")).Succeeded;
        Assert.Contains("Ready", (await scene.Kubectl.RunAsync("get", "lake")).Succeeded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StoreUnreachable", "StoreUnreachable")]
    [InlineData("StoreCredentialsRefused", "CredentialsRefused")]
    [InlineData("BucketMissing", "BucketMissing")]
    [InlineData("ConditionalWritesUnsupported", "ConditionalWritesUnsupported")]
    [InlineData("SecretMissing", "SecretMissing")]
    [InlineData("LocationOwned", "LocationOwned")]
    public async Task What_a_probe_finds_wrong_is_its_reason_and_no_run_starts(string code, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var id = Codes.Id(code);
        scene.Lakehouse().Always(Plays.Fail(Codes.Exit(code), id, "it is so", "spec.storage"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Lakehouse().BecomesAsync(reason);
        Assert.Equal("False", seen.Holds());
        Assert.Contains(id, seen.Message(), StringComparison.Ordinal);
        Assert.Equal(reason == "LocationOwned" ? "True" : "False", seen.Holds("Stalled"));
        await scene.Ingestion("events").UntilAsync(one => one.Reason() == "LakehouseNotReady" && one.Message().Contains(id, StringComparison.Ordinal), "it says what its Lakehouse lacks");
        Assert.Empty(await scene.ListAsync("Deployment"));
    }

    /// <summary>What only time or somebody else mends is tried again by itself.</summary>
    [Fact]
    public async Task A_store_that_comes_back_is_found()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Lakehouse().Next(Plays.Fail(RunnerExit.Store, Codes.Id("StoreUnreachable"), "refused"));
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("StoreUnreachable");
        Assert.Equal("True", (await scene.Lakehouse().BecomesAsync("Ready")).Holds());
        Assert.Equal(2, scene.Lakehouse().Pods);
    }

    [Fact]
    public async Task An_owned_location_is_taken_over_when_it_is_said()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Lakehouse().Next(Plays.Fail(RunnerExit.Invalid, Codes.Id("LocationOwned"), "owned by lake/other"));
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("LocationOwned");
        await scene.Lakehouse().AnnotateAsync("lakehouse.dev/take-over", "true");
        await scene.Lakehouse().BecomesAsync("Ready");
        Assert.True((await scene.Lakehouse().PodAsync(2)).Plan!.Probe!.TakeOver);
    }

    [Fact]
    public async Task A_Lakehouse_without_storage_is_Stalled()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync("""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Lakehouse
            metadata: { name: main }
            spec: {}
            """);
        var seen = await scene.Lakehouse().BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains(ClusterCodes.StorageMissing.Id, seen.Message(), StringComparison.Ordinal);
        Assert.Contains("spec.storage", seen.Message(), StringComparison.Ordinal);
        Assert.Empty(await scene.ListAsync("Job"));
    }

    [Fact]
    public async Task Storage_that_was_taken_up_cannot_be_changed_and_can_be_put_back()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.Lakehouse().SpecAsync("""{"storage": {"s3": {"bucket": "another"}}}""");
        var seen = await scene.Lakehouse().BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains("spec.storage", seen.Message(), StringComparison.Ordinal);
        await scene.Lakehouse().SpecAsync("""{"storage": {"s3": {"bucket": "lake"}}}""");
        await scene.Lakehouse().BecomesAsync("Ready");
        Assert.Equal(1, scene.Lakehouse().Pods);
    }

    [Fact]
    public async Task A_request_asks_the_store_once_more()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.Lakehouse().RequestAsync("one");
        await scene.Lakehouse().UntilAsync(seen => seen["lastHandledRequest"] == "one" && seen.Holds() == "True", "the request is answered");
        await scene.Lakehouse().SettledAsync();
        Assert.Equal(2, scene.Lakehouse().Pods);
    }

    [Fact]
    public async Task Pods_may_reach_what_the_Lakehouse_adds()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse + "\n  networkPolicy: {egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]}");
        await scene.Lakehouse().BecomesAsync("Ready");
        var policy = (await scene.Lakehouse().ChildAsync("NetworkPolicy"))["spec"]!;
        Assert.Equal("169.254.169.254/32", (string?)policy["egress"]!.AsArray()[^1]!["to"]![0]!["ipBlock"]!["cidr"]);
        Assert.Equal(["Ingress", "Egress"], policy["policyTypes"]!.AsArray().Select(type => (string)type!));
        var pod = (await scene.Lakehouse().PodAsync()).Pod["metadata"]!["labels"]!;
        Assert.All(policy["podSelector"]!["matchLabels"]!.AsObject(), label => Assert.Equal((string)label.Value!, (string?)pod[label.Key]));
    }
}
