using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>An Ingestion is a Deployment of one replica that reads, and its status is what that reports.</summary>
public sealed class IngestionTests(SharedNode node)
{
    [Fact]
    public async Task An_Ingestion_streams_and_says_how_far_it_is()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(("True", "False", "False", "True"), (seen.Holds(), seen.Holds("Reconciling"), seen.Holds("Stalled"), seen.Holds("SourceConnected")));
        Assert.Equal(("bronze.events", "0", "100", "0"), (seen["tables.0.name"], seen["tables.0.version"], seen["tables.0.rows"], seen["lagRecords"]));
        var deployment = await scene.Ingestion("events").ChildAsync("Deployment");
        Assert.Equal((1, "Recreate"), ((int)deployment["spec"]!["replicas"]!, (string?)deployment["spec"]!["strategy"]!["type"]));
        var row = (await scene.Kubectl.RunAsync("get", "igs", "events")).Succeeded.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["events", "True", "Streaming", "0"], row[..4]);
    }

    [Fact]
    public async Task A_stream_that_is_far_behind_is_catching_up_and_shows_its_lag()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Plays.Answer(plan =>
        {
            var report = scene.Lake.Run(plan);
            return report with { Tables = [report.Tables![0] with { LagRecords = 5000, LagSeconds = 3600 }] };
        }));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").UntilAsync(one => one.Reason() == "CatchingUp" && one["lagSeconds"] == "3600", "it has caught up with an hour to go");
        Assert.Equal(("True", "5000"), (seen.Holds(), seen["lagRecords"]));
        var row = (await scene.Kubectl.RunAsync("get", "igs", "events")).Succeeded.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["events", "True", "CatchingUp", "5000"], row[..4]);
    }

    [Fact]
    public async Task A_suspended_stream_has_no_pod_and_reads_on_when_it_is_resumed()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.Ingestion("events").SpecAsync("""{"suspend": true}""");
        Assert.Equal("True", (await scene.Ingestion("events").BecomesAsync("Suspended")).Holds());
        await scene.UntilAsync("Deployment", one => (int?)one["spec"]!["replicas"] == 0, "no replica");
        await scene.GoneAsync("Pod", pod => ((string)pod["metadata"]!["name"]!).StartsWith("events-", StringComparison.Ordinal), "the stream's pod");
        await scene.Ingestion("events").SpecAsync("""{"suspend": false}""");
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(2, scene.Ingestion("events").Pods);
    }

    /// <summary>What only a change mends stops the stream; a request gives it another try.</summary>
    [Fact]
    public async Task A_fenced_stream_is_stopped_and_tried_again_on_request()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Plays.Fail(RunnerExit.Fenced, Codes.Id("Fenced"), "another writer has moved the position"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").BecomesAsync("Fenced");
        Assert.Equal("False", seen.Holds());
        await scene.UntilAsync("Deployment", one => (int?)one["spec"]!["replicas"] == 0, "no replica");
        await scene.Ingestion("events").RequestAsync("again");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Theory]
    [InlineData("SourceUnreachable", "SourceUnreachable")]
    [InlineData("CredentialsRefused", "CredentialsRefused")]
    [InlineData("PositionMissing", "PositionMissing")]
    [InlineData("SourceRegressed", "SourceRegressed")]
    [InlineData("DataLoss", "DataLoss")]
    [InlineData("SecretMissing", "SecretMissing")]
    public async Task A_stream_that_breaks_says_why_and_is_started_again(string code, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var recovered = new TaskCompletionSource();
        scene.Ingestion("events").Next(async pod =>
        {
            await pod.RunAsync();
            var report = PretendLake.Of(pod.Plan!, RunResult.Failed, new RunError(Codes.Id(code), Codes.Exit(code), "it is so"));
            await pod.CrashAsync((int)report.Error!.Exit, TerminationMessage.Write(report));
            await recovered.Task.WaitAsync(pod.Terminating);
            await Plays.Work(scene.Lake)(pod);
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").BecomesAsync(reason);
        Assert.Equal(("False", "False"), (seen.Holds(), seen.Holds("Stalled")));
        Assert.Contains(Codes.Id(code), seen.Message(), StringComparison.Ordinal);
        if (Codes.Exit(code) is RunnerExit.Source)
            Assert.Equal("False", seen.Holds("SourceConnected"));
        recovered.SetResult();
        Assert.Equal("True", (await scene.Ingestion("events").BecomesAsync("Streaming")).Holds("SourceConnected"));
    }

    [Fact]
    public async Task A_changed_spec_rolls_the_stream_and_removes_the_old_plan()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var before = (string)(await scene.Ingestion("events").ChildAsync("ConfigMap"))["metadata"]!["name"]!;
        await scene.Ingestion("events").SpecAsync("""{"commit": {"maxRows": 5000}}""");
        var pod = await scene.Ingestion("events").PodAsync(2);
        Assert.Equal(5000, pod.Plan!.Ingestion!.CommitRows);
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.EventuallyAsync(async () => (await scene.Ingestion("events").ChildrenAsync("ConfigMap")).Count == 1, "the end of the old plan");
        Assert.NotEqual(before, (string)(await scene.Ingestion("events").ChildAsync("ConfigMap"))["metadata"]!["name"]!);
    }

    [Fact]
    public async Task A_Deployment_that_was_edited_or_deleted_is_put_right()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var deployment = (string)(await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["name"]!;
        var path = $"{scene.CollectionOf("Deployment")}/{deployment}";
        await scene.Api.PatchAsync(path, JsonNode.Parse("""{"spec": {"replicas": 3, "template": {"spec": {"terminationGracePeriodSeconds": 1}}}}""")!);
        await scene.UntilAsync("Deployment", one => (int?)one["spec"]!["replicas"] == 1 && (int?)one["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"] == 60, "as it was");
        var uid = (string)(await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["uid"]!;
        await scene.Api.DeleteAsync(path);
        await scene.UntilAsync("Deployment", one => (string?)one["metadata"]!["uid"] != uid && one["metadata"]!["deletionTimestamp"] is null, "another one");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task The_kind_of_a_source_cannot_be_changed()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.Ingestion("events").SpecAsync("""{"source": {"redisStreams": null, "generator": {"seed": 1}}, "tables": [{"name": "bronze.events", "columns": [{"name": "event_id", "type": "VARCHAR"}]}]}""");
        var seen = await scene.Ingestion("events").BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains("spec.source", seen.Message(), StringComparison.Ordinal);
        Assert.Equal(1, (int?)(await scene.Ingestion("events").ChildAsync("Deployment"))["spec"]!["replicas"]);
    }

    /// <summary>A wrong spec stops nobody's stream: the last good plan reads on.</summary>
    [Fact]
    public async Task A_spec_that_is_wrong_is_Stalled_while_the_last_good_one_reads_on()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await scene.Ingestion("events").SpecAsync("""{"tables": [{"from": "shop:events", "name": "bronze.events", "columns": [{"name": "id", "type": "BIGGISH"}]}]}""");
        var seen = await scene.Ingestion("events").BecomesAsync("Invalid");
        Assert.Equal(("False", "True"), (seen.Holds(), seen.Holds("Stalled")));
        Assert.Contains("spec.tables[0].columns[0].type", seen.Message(), StringComparison.Ordinal);
        Assert.Equal(1, (int?)(await scene.Ingestion("events").ChildAsync("Deployment"))["spec"]!["replicas"]);
        await scene.ApplyAsync(Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(1, scene.Ingestion("events").Pods);
    }
}
