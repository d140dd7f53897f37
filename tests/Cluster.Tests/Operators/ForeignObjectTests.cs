using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>What somebody else made under a name that ours would have is not touched.</summary>
public sealed class ForeignObjectTests(LoneCluster cluster)
{
    [Fact]
    public async Task A_Deployment_of_somebody_else_is_a_NameConflict_and_stays_as_it_is()
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var name = (string)(await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["name"]!;
        await scene.Operator.SignalAsync("STOP");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Deployment")}/{name}");
        await scene.GoneAsync("Deployment", _ => true, "the stream's own one");
        await scene.Api.PostAsync(scene.CollectionOf("Deployment"), Foreign("apps/v1", "Deployment", name, new JsonObject { ["replicas"] = 0, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["of"] = "another" } } }));
        await scene.Operator.SignalAsync("CONT");
        var seen = await scene.Ingestion("events").BecomesAsync("NameConflict");
        Assert.Equal("False", seen.Holds());
        Assert.Contains(ClusterCodes.NameTaken.Id, seen.Message(), StringComparison.Ordinal);
        Assert.Contains(name, seen.Message(), StringComparison.Ordinal);
        var there = (await scene.Api.GetAsync($"{scene.CollectionOf("Deployment")}/{name}"))!;
        Assert.Equal((1, 0, null), ((int)there["metadata"]!["generation"]!, (int)there["spec"]!["replicas"]!, there["metadata"]!["ownerReferences"]));
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Deployment")}/{name}");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task A_Job_of_somebody_else_is_a_NameConflict_and_stays_as_it_is()
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        var created = await TakeNextJobNameAsync(scene, scene.Transformation("silver"));
        var name = (string)created["metadata"]!["name"]!;
        var seen = await scene.Transformation("silver").BecomesAsync("NameConflict");
        Assert.Equal("False", seen.Holds());
        Assert.Contains(name, seen.Message(), StringComparison.Ordinal);
        Assert.Contains(ClusterCodes.NameTaken.Id, seen.Message(), StringComparison.Ordinal);
        Assert.Equal("0", seen["output.version"]);
        Assert.Equal("True", (await scene.Ingestion("events").SeeAsync()).Holds());
        Assert.Equal((string)created["metadata"]!["uid"]!, (string)(await scene.Api.GetAsync($"{scene.CollectionOf("Job")}/{name}"))!["metadata"]!["uid"]!);
        Assert.Equal(1, (int)(await scene.Api.GetAsync($"{scene.CollectionOf("Job")}/{name}"))!["metadata"]!["managedFields"]!.AsArray().Select(one => (string)one!["manager"]!).Distinct().Count(manager => manager != "kube-controller-manager"));
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Job")}/{name}");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
    }

    /// <summary>Asks for a run, and puts somebody else's Job in the place of the one that it becomes, before the operator sees any of it.</summary>
    /// <returns>Somebody else's.</returns>
    internal static async Task<JsonObject> TakeNextJobNameAsync(Scene scene, Subject subject)
    {
        var known = subject.Pods;
        subject.Next(Plays.UntilTerminatedAsync);
        await subject.RequestAsync("taken");
        await subject.PodAsync(known + 1);
        var name = (string)(await subject.ChildAsync("Job"))["metadata"]!["name"]!;
        await scene.Operator.SignalAsync("STOP");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Job")}/{name}");
        await scene.GoneAsync("Job", job => (string?)job["metadata"]!["name"] == name, "the run's own one");
        var created = await scene.Api.PostAsync(scene.CollectionOf("Job"), Foreign("batch/v1", "Job", name, new JsonObject { ["parallelism"] = 0 }));
        await scene.Operator.SignalAsync("CONT");
        return created;
    }

    private static JsonObject Foreign(string version, string kind, string name, JsonObject spec)
    {
        spec["template"] = JsonNode.Parse("""{"metadata": {"labels": {"of": "another"}}, "spec": {"restartPolicy": "Always", "containers": [{"name": "it", "image": "registry.invalid/it"}]}}""");
        if (kind == "Job")
            spec["template"]!["spec"]!["restartPolicy"] = "Never";
        return new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
    }
}
