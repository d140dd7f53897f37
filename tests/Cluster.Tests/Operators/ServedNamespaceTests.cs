using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>Which namespaces are served, and that one may go and come back.</summary>
public sealed class ServedNamespaceTests(LoneCluster cluster)
{
    [Fact]
    public async Task Only_the_watched_namespaces_are_served_or_even_looked_at()
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        var other = await cluster.Node.Cluster.NamespaceAsync();
        _ = (await other.Kubectl.ApplyAsync(Documents.Lakehouse)).Succeeded;
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.RestsAsync(3, "nothing changes");
        Assert.Equal("", (await other.Kubectl.RunAsync("get", "lakehouse", "main", "-o", "jsonpath={.status}")).Succeeded);
        Assert.Empty(scene.Audit!.OperatorIn(other.Name));
    }

    [Fact]
    public async Task A_watched_namespace_that_is_deleted_and_comes_back_is_served_again()
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        var pid = scene.Operator.Pid;
        await AgainAsync(scene);
        Assert.Equal(pid, scene.Operator.Pid);
    }

    /// <summary>Everything in it goes while it is at work; what is applied in the new one is new.</summary>
    internal static async Task AgainAsync(Scene scene)
    {
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(more: "deletionPolicy: Delete"), Documents.Silver(more: "deletionPolicy: Delete"), Documents.Check("rows", "silver.silver"));
        var before = await scene.Transformation("silver").BecomesAsync("Succeeded");
        var path = $"{scene.CollectionOf("Namespace")}/{scene.Namespace}";
        await scene.Api.DeleteAsync(path);
        await scene.EventuallyAsync(async () => await scene.Api.GetAsync(path) is null, "the namespace's end");
        await scene.Api.PostAsync(scene.CollectionOf("Namespace"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = scene.Namespace } });
        await scene.EventuallyAsync(async () => await scene.Api.GetAsync($"/api/v1/namespaces/{scene.Namespace}/serviceaccounts/default") is not null, "its account");
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("rows", "silver.silver"));
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.NotEqual(before.Uid, seen.Uid);
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }
}
