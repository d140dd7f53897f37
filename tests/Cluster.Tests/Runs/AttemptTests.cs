using System.Globalization;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Runs;

/// <summary>How a run ended decides alone whether it is attempted again.</summary>
public sealed class AttemptTests(SharedNode node)
{
    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_again_after_a_while()
    {
        await using var scene = await Scene.BeginAsync(node);
        var away = Plays.Fail(RunnerExit.Store, Codes.Id("StoreUnreachable"), "it is away");
        scene.Transformation("silver").Next(away, away);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "execution: {retries: 2}"));
        var waits = await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Pending" && one["lastRun.exit"] == "Store" && one["lastRun.attempt"] == "2", "it waits before it tries again");
        Assert.Contains("attempt 3", waits.Message(), StringComparison.Ordinal);
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("3", "Succeeded", "Failed", "Failed"), (seen["lastRun.attempt"], seen["history.0.result"], seen["history.1.result"], seen["history.2.result"]));
        var pods = new[] { await scene.Transformation("silver").PodAsync(1), await scene.Transformation("silver").PodAsync(2), await scene.Transformation("silver").PodAsync(3) };
        Assert.Equal(3, pods.Select(static pod => pod.Plan!.RunId).Distinct(StringComparer.Ordinal).Count());
        Assert.True(Created(pods[1]) - Created(pods[0]) >= TimeSpan.FromSeconds(4), "the second attempt came at once");
        Assert.True(Created(pods[2]) - Created(pods[1]) >= TimeSpan.FromSeconds(9), "the third attempt came at once");
    }

    [Fact]
    public async Task Out_of_attempts_it_says_so_and_a_request_or_a_change_gives_new_ones()
    {
        await using var scene = await Scene.BeginAsync(node);
        var fails = Plays.Fail(RunnerExit.Target, Codes.Id("StoreFailed"), "it is away");
        scene.Transformation("silver").Next(fails, fails);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "execution: {retries: 0}"));
        Assert.Equal("False", (await scene.Transformation("silver").BecomesAsync("RunFailed")).Holds());
        await scene.Transformation("silver").SettledAsync();
        await scene.Transformation("silver").RequestAsync("please");
        await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == "please" && one.Reason() == "RunFailed", "the request fails, too");
        await scene.Transformation("silver").SpecAsync("""{"sql": "SELECT id FROM bronze.events"}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(3, scene.Transformation("silver").Pods);
    }

    [Theory]
    [InlineData("ExecutionFailed", "SqlInvalid")]
    [InlineData("VersionGone", "HistoryGone")]
    [InlineData("InputExceedsScratch", "InputExceedsScratch")]
    [InlineData("DeadlineExceeded", "DeadlineExceeded")]
    [InlineData("OutOfMemory", "OutOfMemory")]
    [InlineData("ScratchFull", "RunFailed")]
    [InlineData("SecretMissing", "SecretMissing")]
    public async Task What_another_attempt_does_not_mend_gets_none(string code, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var id = Codes.Id(code);

        // Another probe, which would find a Secret that has come, never ends.
        scene.Lakehouse().Next(Plays.Work(scene.Lake), Plays.Held(new TaskCompletionSource().Task, Plays.Work(scene.Lake)));
        scene.Transformation("silver").Next(Plays.Fail(Codes.Exit(code), id, "it is so", "spec.sql"));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync(reason);
        Assert.Equal(("False", id), (seen.Holds(), seen["lastRun.error.code"]));
        Assert.StartsWith($"{id}: spec.sql", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal(1, scene.Transformation("silver").Pods);
        await scene.Transformation("silver").HasEventAsync("RunFailed", id);
    }

    /// <summary>A crash may have come from outside; twice the same is ours.</summary>
    [Fact]
    public async Task A_crash_is_tried_once_more()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.Exit(70), Plays.Exit(139), Plays.Exit(70));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("RunFailed");
        Assert.Equal(("2", "Bug"), (seen["lastRun.attempt"], seen["lastRun.exit"]));
        Assert.Contains("139", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("silver").SettledAsync();
        Assert.Equal(2, scene.Transformation("silver").Pods);
    }

    [Fact]
    public async Task What_is_evicted_or_lost_is_run_again_and_uses_up_no_attempt()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.Evict());
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "execution: {retries: 0}"));
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("1", "1"), (seen["lastRun.attempt"], seen["lastRun.disruptions"]));
        Assert.Equal((null, "Succeeded"), (seen["history.1.result"], seen["history.0.result"]));
        await scene.Transformation("silver").HasEventAsync("RunLost", "Evicted");
    }

    [Theory]
    [InlineData("runner")]
    [InlineData("sql-worker")]
    public async Task A_container_that_the_kernel_ended_for_its_memory_is_OutOfMemory(string container)
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(async pod =>
        {
            await pod.RunAsync();
            await pod.EndAllAsync(container == "runner" ? 137 : 70, container == "runner" ? "OOMKilled" : "Error", container == "runner" ? 0 : 137, container == "runner" ? "Completed" : "OOMKilled");
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("OutOfMemory");
        Assert.Contains("memory", seen.Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ImagePullFailed")]
    [InlineData("Unschedulable")]
    public async Task A_pod_that_cannot_start_says_why_and_the_run_goes_on_when_it_can(string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        var mended = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Hindered(reason, mended.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        Assert.Equal("False", (await scene.Transformation("silver").BecomesAsync(reason)).Holds());
        mended.SetResult();
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(1, scene.Transformation("silver").Pods);
    }

    /// <summary>A run that cannot start does not stand in the way of the spec that would let it.</summary>
    [Fact]
    public async Task A_changed_spec_replaces_a_run_that_cannot_start()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(Plays.Unschedulable());
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "runner: {nodeSelector: {disk: none}}"));
        await scene.Transformation("silver").BecomesAsync("Unschedulable");
        await scene.Transformation("silver").SpecAsync("""{"runner": {"nodeSelector": {"disk": "any"}}}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
    }

    [Fact]
    public async Task A_quota_that_lets_no_pod_in_is_told()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        await scene.QuotaAsync("count/jobs.batch", "0");
        await scene.Lakehouse().RequestAsync("probe");
        var seen = await scene.Lakehouse().BecomesAsync("JobRefused");
        Assert.Contains("quota", seen.Message(), StringComparison.Ordinal);
        await scene.Api.DeleteAsync($"{scene.CollectionOf("ResourceQuota")}/none");
        await scene.Lakehouse().BecomesAsync("Ready");
    }

    /// <summary>The Pod's deadline is for a runner that cannot keep its own.</summary>
    [Fact]
    public async Task A_Pod_that_passes_its_deadline_is_DeadlineExceeded()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(async pod =>
        {
            Assert.True((int?)pod.Pod["spec"]!["activeDeadlineSeconds"] > 0);
            await pod.RunAsync();
            await pod.ExceedDeadlineAsync();
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        Assert.Equal("Deadline", (await scene.Transformation("silver").BecomesAsync("DeadlineExceeded"))["lastRun.exit"]);
    }

    /// <summary>A deadline that somebody gave the Job.</summary>
    [Fact]
    public async Task A_Job_that_passes_its_deadline_is_DeadlineExceeded()
    {
        await using var scene = await Scene.BeginAsync(node);
        scene.Transformation("silver").Next(async pod =>
        {
            await pod.RunAsync();

            // Long enough for everybody to have seen it run. It does not hear, and has its grace period before the kubelet kills it.
            await scene.GiveDeadlineToJobOfAsync(pod, 10);
            await scene.UntilAsync("Transformation", one => (string?)one["status"]?["lastRun"]?["exit"] == "Deadline", "the run's end, while its pod is still going");
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        Assert.Equal("Deadline", (await scene.Transformation("silver").BecomesAsync("DeadlineExceeded"))["lastRun.exit"]);
    }

    [Fact]
    public async Task History_holds_the_last_ten_runs()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        for (var i = 0; i < 11; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            await scene.Transformation("silver").RequestAsync(value);
            await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == value, $"request {value} is answered");
        }

        var seen = await scene.Transformation("silver").SeeAsync();
        Assert.Equal((10, seen["lastRun.id"]), (seen.Count("history"), seen["history.0.id"]));
        Assert.Equal(10, Enumerable.Range(0, 10).Select(i => seen[$"history.{i}.id"]).Distinct().Count());
    }

    private static DateTimeOffset Created(ExecutedPod pod) => DateTimeOffset.Parse((string)pod.Pod["metadata"]!["creationTimestamp"]!, CultureInfo.InvariantCulture);
}
