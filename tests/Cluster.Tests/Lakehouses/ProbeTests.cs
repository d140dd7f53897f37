using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Lakehouses;

/// <summary>A Lakehouse is Ready when a probe of its stores says so, and says what is wrong when it does not.</summary>
public sealed class ProbeTests(SharedNode node)
{
    private const string Main = """
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec: {storage: {s3: {bucket: lake, endpoint: "http://minio.storage:9000", region: us-east-1, pathStyle: true}}}
        """;

    [Fact]
    public async Task A_Lakehouse_becomes_Ready_by_its_probe()
    {
        await using var served = await ServedNamespace.StartAsync(node);
        await served.ApplyAsync(Main);
        var ready = await served.UntilAsync("lakehouses", "main", "Ready", "True", "Ready");
        Assert.True((bool?)ready["status"]!["storage"]!["reachable"]);
        Assert.True((bool?)ready["status"]!["storage"]!["conditionalWrites"]);
        var pod = await served.Executor.PodAsync(ResourceKind.Lakehouse, "main");
        Assert.Equal([System.Net.HttpStatusCode.OK], pod.Answers);
    }

    [Fact]
    public async Task A_probe_that_cannot_reach_the_store_says_so()
    {
        await using var served = await ServedNamespace.StartAsync(node);
        served.Executor.Default = Plays.Fail(RunnerExit.Store, "LH4001", "the store does not answer");
        await served.ApplyAsync(Main);
        await served.UntilAsync("lakehouses", "main", "Ready", "False", "StoreUnreachable");
    }
}
