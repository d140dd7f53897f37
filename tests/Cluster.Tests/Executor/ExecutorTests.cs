using System.Text.Json.Nodes;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>What the executor plays is what the controllers of a real control plane take for a kubelet's doing.</summary>
public sealed class ExecutorTests(SharedNode node)
{
    [Fact]
    public async Task A_Job_whose_pod_ends_well_is_complete()
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        executor.Default = async pod =>
        {
            await pod.RunAsync();
            await pod.EndAsync(0, "done");
        };
        _ = (await within.Kubectl.ApplyAsync(Job("well"))).Succeeded;
        _ = (await within.Kubectl.RunAsync("wait", "--for=condition=Complete", "--timeout=90s", "job/well")).Succeeded;
        var pod = Assert.Single(executor.Pods);
        var seen = JsonNode.Parse((await within.Kubectl.RunAsync("get", "pod", pod.Name, "-o", "json")).Succeeded)!;
        Assert.Equal(node.Name, (string?)seen["spec"]!["nodeName"]);
        Assert.Equal("done", (string?)seen["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!["message"]);
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("memory")]
    [InlineData("evicted")]
    public async Task A_Job_whose_pod_ends_badly_has_failed(string how)
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        executor.Default = how switch { "exit" => Plays.Exit(70), "memory" => Plays.OutOfMemory(), _ => Plays.Evict() };
        _ = (await within.Kubectl.ApplyAsync(Job("badly"))).Succeeded;
        _ = (await within.Kubectl.RunAsync("wait", "--for=condition=Failed", "--timeout=90s", "job/badly")).Succeeded;
        Assert.Single(executor.Pods);
    }

    [Fact]
    public async Task A_Deployments_pods_become_available_and_go_with_it()
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        _ = (await within.Kubectl.ApplyAsync(Deployment("stream"))).Succeeded;
        _ = (await within.Kubectl.RunAsync("rollout", "status", "--timeout=90s", "deployment/stream")).Succeeded;
        _ = (await within.Kubectl.RunAsync("delete", "deployment", "stream", "--cascade=foreground", "--timeout=90s")).Succeeded;
        Assert.Equal("", (await within.Kubectl.RunAsync("get", "pods", "-o", "name")).Succeeded);
    }

    [Fact]
    public async Task A_pod_that_waits_says_why()
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        executor.Default = Plays.ImagePullBackOff();
        _ = (await within.Kubectl.ApplyAsync(Job("pull"))).Succeeded;
        using var api = await ClusterApi.ConnectAsync(within.Kubeconfig);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        await foreach (var (_, pod) in api.WatchAsync($"/api/v1/namespaces/{within.Name}/pods", patience.Token))
        {
            if ((string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] == "ImagePullBackOff")
                break;
        }

        _ = (await within.Kubectl.RunAsync("delete", "job", "pull", "--timeout=90s")).Succeeded;
    }

    [Fact]
    public async Task A_pod_of_a_lost_node_is_made_anew()
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        var first = true;
        executor.Default = async pod =>
        {
            var lose = first;
            first = false;
            await (lose ? Plays.Lose() : Plays.Exit(0))(pod);
        };
        _ = (await within.Kubectl.ApplyAsync(Job("lost"))).Succeeded;
        _ = (await within.Kubectl.RunAsync("wait", "--for=condition=Complete", "--timeout=90s", "job/lost")).Succeeded;
        Assert.Equal(2, executor.Pods.Count);
    }

    /// <summary>The token is the pod's own: for the audience that its volume names, worthless at the API server, and told apart by the pod's uid.</summary>
    [Fact]
    public async Task A_pods_token_says_which_pod_it_is()
    {
        var within = await node.Cluster.NamespaceAsync();
        await using var executor = await node.ExecuteAsync(within);
        var token = new TaskCompletionSource<(string Token, string Uid)>(TaskCreationOptions.RunContinuationsAsynchronously);
        executor.Default = async pod =>
        {
            await pod.RunAsync();
            token.SetResult((await pod.TokenAsync(), pod.Uid));
        };
        _ = (await within.Kubectl.ApplyAsync(Job("token"))).Succeeded;
        var minted = await token.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, TestContext.Current.CancellationToken);
        using var api = await ClusterApi.ConnectAsync(within.Kubeconfig);
        var accepted = await ReviewAsync(api, minted.Token, "lakehouse-operator");
        Assert.True((bool?)accepted["authenticated"]);
        Assert.Equal(minted.Uid, (string?)accepted["user"]!["extra"]!["authentication.kubernetes.io/pod-uid"]![0]);
        Assert.NotEqual(true, (bool?)(await ReviewAsync(api, minted.Token, null))["authenticated"]);
    }

    private static async Task<JsonObject> ReviewAsync(ClusterApi api, string token, string? audience)
    {
        var spec = new JsonObject { ["token"] = token };
        if (audience is not null)
            spec["audiences"] = new JsonArray(audience);
        var review = await api.PostAsync(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenReview", ["spec"] = spec },
            TestContext.Current.CancellationToken);
        return review["status"]!.AsObject();
    }

    private const string Spec = """
        automountServiceAccountToken: false
              containers: [{name: runner, image: registry.invalid/runner}]
              volumes:
              - {name: token, projected: {sources: [{serviceAccountToken: {path: token, audience: lakehouse-operator, expirationSeconds: 3600}}]}}
        """;

    private static string Job(string name) => $$"""
        apiVersion: batch/v1
        kind: Job
        metadata: { name: {{name}} }
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              {{Spec}}
        """;

    private static string Deployment(string name) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}} }
        spec:
          replicas: 2
          selector: {matchLabels: {app: streams} }
          template:
            metadata: {labels: {app: streams} }
            spec:
              {{Spec}}
        """;
}
