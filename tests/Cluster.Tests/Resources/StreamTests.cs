using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>A stream ends, is asked for again, loses its pod or its plan, and tells what it does.</summary>
public sealed class StreamTests(SharedNode node)
{
    [Fact]
    public async Task What_a_stream_waits_for_is_told_while_it_runs()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Silent);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var pod = await scene.Ingestion("events").PodAsync();
        var report = scene.Lake.Run(pod.Plan!);
        await Plays.ReportAsync(pod, report);
        await scene.Ingestion("events").BecomesAsync("Streaming");
        await Plays.ReportAsync(pod, report with { CompletionTime = TimeProvider.System.GetUtcNow(), Error = new RunError(Codes.Id("SourceUnreachable"), RunnerExit.Source, "connection refused") });
        var seen = await scene.Ingestion("events").BecomesAsync("SourceUnreachable");
        Assert.Equal(("False", "False", "100"), (seen.Holds(), seen.Holds("SourceConnected"), seen["rows"]));
        await Plays.ReportAsync(pod, report with { CompletionTime = TimeProvider.System.GetUtcNow() });
        Assert.Equal("True", (await scene.Ingestion("events").BecomesAsync("Streaming")).Holds("SourceConnected"));
        Assert.Equal(1, scene.Ingestion("events").Pods);
    }

    /// <summary>These ends only a change mends: no replica runs against them over and over.</summary>
    [Theory]
    [InlineData("ShapeChanged", "Invalid", "True")]
    [InlineData("Fenced", "Fenced", "False")]
    [InlineData("OwnedByAnother", "Invalid", "True")]
    public async Task An_end_that_only_a_change_mends_takes_the_replica_away(string code, string reason, string stalled)
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Plays.Fail(Codes.Exit(code), Codes.Id(code), "it is so", "spec.tables[0]"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var seen = await scene.Ingestion("events").UntilAsync(one => one.Reason() == reason && one.Holds("Stalled") == stalled, $"it is {reason}");
        Assert.Equal("False", seen.Holds());
        Assert.StartsWith($"{Codes.Id(code)}: spec.tables[0]", seen.Message(), StringComparison.Ordinal);
        await scene.UntilAsync("Deployment", one => (int?)one["spec"]!["replicas"] == 0, "no replica");
        await scene.RestsAsync(3, reason);
        Assert.Equal(1, scene.Ingestion("events").Pods);
        await scene.Ingestion("events").SpecAsync("""{"commit": {"maxRows": 777}}""");
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task Adopting_is_said_by_an_annotation_and_gives_the_stream_another_try()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Plays.Fail(RunnerExit.Invalid, Codes.Id("OwnedByAnother"), "it is Ingestion/other's"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Invalid");
        Assert.Null((await scene.Ingestion("events").PodAsync()).Plan!.Adopt);
        await scene.Ingestion("events").AnnotateAsync("lakehouse.dev/adopt", "true");
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.True((await scene.Ingestion("events").PodAsync(2)).Plan!.Adopt);
    }

    /// <summary>A request of a stream that was just stopped is not taken for answered by how its last pod ended.</summary>
    [Fact]
    public async Task A_request_that_comes_while_the_stopped_pod_still_goes_is_another_try()
    {
        await using var scene = await Scene.BeginAsync(node);
        var gone = new TaskCompletionSource();
        scene.Ingestion("events").Next(async pod =>
        {
            await pod.RunAsync();
            await pod.CrashAsync((int)RunnerExit.Fenced, TerminationMessage.Write(PretendLake.Of(pod.Plan!, RunResult.Failed, new RunError(Codes.Id("Fenced"), RunnerExit.Fenced, "another writer"))));
            await gone.Task; // its grace period
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Fenced");
        await scene.Ingestion("events").RequestAsync("again");
        await scene.Ingestion("events").PodAsync(2);
        gone.SetResult();
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task A_plan_that_somebody_deletes_is_made_again_and_stops_nothing()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var plan = await scene.Ingestion("events").ChildAsync("ConfigMap");
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ConfigMap")}/{plan["metadata"]!["name"]}");
        await scene.UntilAsync("ConfigMap", one => (string?)one["metadata"]!["name"] == (string?)plan["metadata"]!["name"] && (string?)one["metadata"]!["uid"] != (string?)plan["metadata"]!["uid"], "it is there again");
        Assert.Equal(plan["data"]!.ToJsonString(), (await scene.Ingestion("events").ChildAsync("ConfigMap"))["data"]!.ToJsonString());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(1, scene.Ingestion("events").Pods);
    }

    /// <summary>A pod that is deleted by hand, or with its node, is the Deployment's matter.</summary>
    [Fact]
    public async Task A_pod_that_is_deleted_comes_back_and_reads_on()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var pod = await scene.Ingestion("events").PodAsync();
        await scene.Api.DeleteAsync($"{scene.CollectionOf("Pod")}/{pod.Name}");
        var next = await scene.Ingestion("events").PodAsync(2);
        Assert.Equal(pod.Plan!.RunId, next.Plan!.RunId);
        await scene.EventuallyAsync(() => Task.FromResult(next.Answers.Count > 0), "a report of the next pod");
        Assert.All(next.Answers, answer => Assert.Equal(System.Net.HttpStatusCode.OK, answer));
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Single(await scene.ListAsync("Deployment"));
    }

    [Fact]
    public async Task Quarantined_rows_and_several_tables_show_and_a_quarantine_can_be_read()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Ingestion("events").Next(Silent);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion().Replace(
            "- {from: \"shop:events\"", "- {from: \"shop:users\", name: bronze.users, columns: [{name: id, type: BIGINT}] }\n  - {from: \"shop:events\"", StringComparison.Ordinal));
        var pod = await scene.Ingestion("events").PodAsync();
        var report = scene.Lake.Run(pod.Plan!);
        var side = scene.Lake.Commit("bronze.events__quarantine", 3);
        await Plays.ReportAsync(pod, report with
        {
            CompletionTime = TimeProvider.System.GetUtcNow(),
            Tables = [report.Tables![0], report.Tables[1] with { Quarantined = 3 }],
            Quarantines = [new InputVersion(side.Table, side.TableId, side.Version, side.DataVersion)],
        });
        var seen = await scene.Ingestion("events").UntilAsync(one => one["tables.1.quarantined"] == "3", "it tells what was set aside");
        Assert.Equal(("bronze.users", "bronze.events", "bronze.events__quarantine", "200"), (seen["tables.0.name"], seen["tables.1.name"], seen["tables.2.name"], seen["rows"]));
        await scene.ApplyAsync(Documents.Transformation("aside", "silver.aside", "SELECT count(*) AS n FROM bronze.events__quarantine"));
        await scene.Transformation("aside").BecomesAsync("Succeeded");
    }

    /// <summary>It runs, and the test speaks for it.</summary>
    private static async Task Silent(ExecutedPod pod)
    {
        await pod.RunAsync();
        await Plays.UntilTerminatedAsync(pod);
        await pod.EndAsync(0);
    }
}
