using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>What is deleted takes its tables with it where that was asked for, and nothing else ever.</summary>
public sealed class DeletionTests(SharedNode node)
{
    [Fact]
    public async Task By_default_a_deleted_resource_goes_at_once_and_its_table_stays()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Null((await scene.Ingestion("events").SeeAsync()).Value["metadata"]!["finalizers"]);
        await scene.Transformation("silver").DeleteAsync();
        await scene.Ingestion("events").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        await scene.Ingestion("events").GoneAsync();
        await scene.GoneAsync("Deployment", _ => true, "the stream");
        Assert.Equal((0L, 0L), (scene.Lake.DataVersionOf("bronze.events"), scene.Lake.DataVersionOf("silver.silver")));
    }

    [Fact]
    public async Task With_Delete_a_Transformations_table_is_dropped_before_it_goes()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").UntilAsync(one => one.Value["metadata"]!["finalizers"]?.AsArray().Count == 1, "it has a finalizer");
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Equal((0L, null), (scene.Lake.DataVersionOf("bronze.events"), scene.Lake.DataVersionOf("silver.silver")));
        Assert.Equal(["silver.silver"], (await scene.Transformation("silver").PodAsync(2)).Plan!.Drop!.Tables);
        await scene.Transformation("silver").HasEventAsync("TablesDeleted");
        await scene.GoneAsync("Job", _ => true, "its Jobs");
    }

    [Fact]
    public async Task With_Delete_a_stream_is_stopped_before_its_tables_are_dropped()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(more: "deletionPolicy: Delete"));
        await scene.Ingestion("events").BecomesAsync("Streaming");
        scene.Ingestion("events").Next(async pod =>
        {
            Assert.Empty(await scene.ListAsync("Deployment"));
            await Plays.Work(scene.Lake)(pod);
        });
        await scene.Ingestion("events").DeleteAsync();
        await scene.Ingestion("events").GoneAsync();
        Assert.Null(scene.Lake.DataVersionOf("bronze.events"));
        await scene.GoneAsync("Pod", pod => ((string)pod["metadata"]!["name"]!).StartsWith("events-", StringComparison.Ordinal), "its pods");
    }

    [Fact]
    public async Task A_drop_that_fails_is_tried_again()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        scene.Transformation("silver").Next(Plays.Fail(RunnerExit.Store, Codes.Id("StoreUnreachable"), "it is away"));
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Null(scene.Lake.DataVersionOf("silver.silver"));
        Assert.Equal(3, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task Without_its_Lakehouse_a_resource_goes_and_leaves_its_tables()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Lakehouse().DeleteAsync();
        await scene.Lakehouse().GoneAsync();
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Equal(0L, scene.Lake.DataVersionOf("silver.silver"));
        await scene.Transformation("silver").HasEventAsync("TablesRetained");
    }

    [Fact]
    public async Task Delete_can_be_taken_back_before_it_is_done()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync("""{"deletionPolicy": "Retain"}""");
        await scene.Transformation("silver").UntilAsync(one => one.Value["metadata"]!["finalizers"] is null, "nothing holds it");
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Equal(0L, scene.Lake.DataVersionOf("silver.silver"));
    }

    /// <summary>Nothing new can be made in a namespace that goes, so that tables cannot be dropped there.</summary>
    [Fact]
    public async Task A_namespace_that_is_deleted_goes()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(more: "deletionPolicy: Delete"), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Api.DeleteAsync($"/api/v1/namespaces/{scene.Namespace}");
        await scene.EventuallyAsync(async () => await scene.Api.GetAsync($"/api/v1/namespaces/{scene.Namespace}") is null, "the namespace's end");
    }

    /// <summary>Without the keys to the store nothing can be removed from it, and nobody waits for them.</summary>
    [Fact]
    public async Task Without_its_Secret_a_resource_goes_and_leaves_its_tables()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SettledAsync();
        scene.Transformation("silver").Next(Plays.Fail(RunnerExit.SecretMissing, Codes.Id("SecretMissing"), "there is no Secret s3"));
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Equal(0L, scene.Lake.DataVersionOf("silver.silver"));
        await scene.Transformation("silver").HasEventAsync("TablesRetained", "Secret s3");
    }

    [Fact]
    public async Task A_run_under_way_is_ended_before_its_table_is_dropped()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(async pod =>
        {
            await pod.RunAsync();
            scene.Lake.Run(pod.Plan!);
            await Plays.UntilTerminatedAsync(pod);
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").PodAsync();
        await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Running" && one.Value["metadata"]!["finalizers"] is not null, "it runs");
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Null(scene.Lake.DataVersionOf("silver.silver"));
        Assert.Equal(2, scene.Transformation("silver").Pods);
        await scene.GoneAsync("Job", _ => true, "its Jobs");
    }

    /// <summary>Neither keeps a table that is to go.</summary>
    [Theory]
    [InlineData("""{"suspend": true}""", "Suspended")]
    [InlineData("""{"sql": "SELECT nothing FROM bronze.events"}""", "SqlInvalid")]
    public async Task A_resource_that_rests_or_is_Stalled_is_deleted_with_its_table(string patch, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "deletionPolicy: Delete"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync(patch);
        await scene.Transformation("silver").BecomesAsync(reason);
        await scene.Transformation("silver").DeleteAsync();
        await scene.Transformation("silver").GoneAsync();
        Assert.Null(scene.Lake.DataVersionOf("silver.silver"));
        await scene.Transformation("silver").HasEventAsync("TablesDeleted");
    }
}
