using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>What keeps a stream's pod from reading is told by its own reason, and the stream reads on when it is over.</summary>
public sealed class StreamHindranceTests(SharedNode node)
{
    [Theory]
    [InlineData("ImagePullFailed")]
    [InlineData("Unschedulable")]
    public async Task A_stream_whose_pod_cannot_start_says_why(string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var mended = new TaskCompletionSource();
        scene.Ingestion("events").Next(Plays.Hindered(reason, mended.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").BecomesAsync(reason);
        Assert.Equal(("False", "False"), (seen.Holds(), seen.Holds("Stalled")));
        Assert.Equal("Unknown", seen.Holds("SourceConnected"));
        await scene.RestsAsync(2, reason);
        mended.SetResult();
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(1, scene.Ingestion("events").Pods);
    }

    [Theory]
    [InlineData(137, "OOMKilled", "OutOfMemory")]
    [InlineData(70, "Error", "RunFailed")]
    [InlineData(139, "Error", "RunFailed")]
    [InlineData(21, "Error", "LakehouseNotReady")]
    public async Task A_stream_that_ends_without_a_word_is_told_by_its_exit(int exit, string word, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var mended = new TaskCompletionSource();

        // A store that failed a stream is probed half a minute later.
        scene.Lakehouse().Next(Plays.Work(scene.Lake), Plays.Held(mended.Task, Plays.Work(scene.Lake)));
        scene.Ingestion("events").Next(async pod =>
        {
            await pod.RunAsync();
            await pod.CrashAsync(exit, null, word);
            await mended.Task.WaitAsync(pod.Terminating);
            await Plays.Work(scene.Lake)(pod);
        });
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.ApplyAsync(Documents.Ingestion());
        var seen = await scene.Ingestion("events").UntilAsync(one => one.Reason() == reason && one.Message().StartsWith("LH", StringComparison.Ordinal), $"it is {reason}");
        Assert.Equal(("False", "False"), (seen.Holds(), seen.Holds("Stalled")));
        Assert.StartsWith("LH", seen.Message(), StringComparison.Ordinal);
        if (reason == "LakehouseNotReady")
            await scene.Lakehouse().PodAsync(2);

        await scene.RestsAsync(2, reason);
        mended.SetResult();
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task A_quota_that_lets_no_pod_of_a_stream_in_is_told()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.Lakehouse().SettledAsync();
        await scene.QuotaAsync("pods", "0");
        await scene.ApplyAsync(Documents.Ingestion());
        var seen = await scene.Ingestion("events").BecomesAsync("JobRefused");
        Assert.Equal("False", seen.Holds());
        Assert.Contains(ClusterCodes.PodMissing.Id, seen.Message(), StringComparison.Ordinal);
        Assert.Contains("quota", seen.Message(), StringComparison.Ordinal);
        await scene.RestsAsync(3, "JobRefused");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ResourceQuota")}/none");

        // The ReplicaSet's controller comes back to it by its own backoff; a changed template is looked at right away.
        await scene.Ingestion("events").SpecAsync("""{"commit": {"maxRows": 777}}""");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }
}
