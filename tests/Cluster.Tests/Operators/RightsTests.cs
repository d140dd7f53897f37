using System.Net;
using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>The operator may do exactly what it does.</summary>
public sealed class RightsTests(LoneCluster cluster)
{
    [Fact]
    public async Task What_it_is_granted_it_does_and_nothing_is_refused_to_it()
    {
        await using (var scene = await Scene.BeginAloneAsync(cluster, "--leader-elect"))
        {
            await UseEverythingAsync(scene);
            Assert.Equal(0, await scene.Operator.StopAsync());
        }

        var asked = cluster.Node.Audit!.Operator;
        Assert.Empty(asked.Where(request => request.IsForbidden).Select(request => request.ToString()).Distinct());
        var done = asked.SelectMany(request => request.Needs.Select(verb => $"{verb} {request.Group}/{request.Resource}")).ToHashSet(StringComparer.Ordinal);
        var api = await cluster.Node.ApiAsync();
        List<string> granted =
        [
            .. Of(await api.GetAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/lakehouse-operator")),
            .. Of(await api.GetAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{OperatorAccount.Namespace}/roles/lakehouse-operator-election")),
        ];
        Assert.Empty(granted.Where(one => one.Contains("secrets", StringComparison.Ordinal) || one.Contains('*', StringComparison.Ordinal)));
        Assert.Equal([], granted.Where(one => !done.Contains(one)).Order(StringComparer.Ordinal));
    }

    /// <summary>Everything that is done at all, at least once.</summary>
    private static async Task UseEverythingAsync(Scene scene)
    {
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(more: "deletionPolicy: Delete"), Documents.Silver(more: "deletionPolicy: Delete"), Documents.Check("rows", "silver.silver"));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.Ingestion("events").SpecAsync("""{"commit": {"maxRows": 7}}""");
        await scene.EventuallyAsync(async () => (await scene.Ingestion("events").ChildrenAsync("ConfigMap")) is [var plan] && plan["data"]!.ToJsonString().Contains('7', StringComparison.Ordinal), "the new plan alone");
        await AskAsAStrangerAsync(scene);
        await scene.Ingestion("events").BecomesAsync("Streaming");
        foreach (var subject in new[] { scene.Transformation("silver"), scene.Ingestion("events") })
        {
            await subject.DeleteAsync();
            await subject.GoneAsync();
        }

        // A Job that is there already: as after a kill between a write and its reply, but somebody else's.
        await scene.Lakehouse().SettledAsync();
        var foreign = await ForeignObjectTests.TakeNextJobNameAsync(scene, scene.Lakehouse());
        await scene.Lakehouse().BecomesAsync("NameConflict");

        // And a plan. (A pod that mounts somebody else's ends by itself; this one has not come so far.)
        scene.Executor.Default = pod => pod.Plan is null ? Plays.UntilTerminatedAsync(pod) : Plays.Work(scene.Lake)(pod);
        var name = (string)foreign["metadata"]!["name"]!;
        await scene.Api.PostAsync(scene.CollectionOf("ConfigMap"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name } });
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Job")}/{name}");
        await scene.Lakehouse().UntilAsync(one => one.Reason() == "NameConflict" && one.Message().Contains("ConfigMap", StringComparison.Ordinal), "the plan's name is taken");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ConfigMap")}/{name}");
        await scene.Lakehouse().BecomesAsync("Ready");
    }

    /// <summary>A pod that is none of ours, with a token for the operator's audience.</summary>
    private static async Task AskAsAStrangerAsync(Scene scene)
    {
        var run = await scene.Lakehouse().PodAsync();
        await scene.Api.PostAsync(scene.CollectionOf("Pod"), JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stranger"}, "spec": {"containers": [{"name": "runner", "image": "registry.invalid/it"}],
             "volumes": [{"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token", "audience": "lakehouse-operator", "expirationSeconds": 3600}}]}}]}}
            """)!);
        await scene.EventuallyAsync(() => Task.FromResult(scene.Executor.Pods.Any(pod => pod.Name == "stranger")), "the stranger");
        var stranger = scene.Executor.Pods.Single(pod => pod.Name == "stranger");
        Assert.Equal(HttpStatusCode.Forbidden, await run.ReportAsync(PretendLake.Of(run.Plan!, Pipelines.Reports.RunResult.Succeeded), await stranger.TokenAsync()));
    }

    private static IEnumerable<string> Of(JsonObject? role) => role!["rules"]!.AsArray().SelectMany(rule =>
        from @group in rule!["apiGroups"]!.AsArray()
        from resource in rule["resources"]!.AsArray()
        from verb in rule["verbs"]!.AsArray()
        select $"{verb} {@group}/{resource}");
}
