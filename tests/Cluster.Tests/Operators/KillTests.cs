using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>Whenever the operator is killed, another one comes to the same end, and makes nothing twice.</summary>
public sealed class KillTests(LoneCluster cluster)
{
    private static readonly string[] Resources = ["main", "silver", "gold", "rows"];

    /// <summary>Of each run alike: when its pod is there, when it runs, when its report was taken, when its containers have ended, and some of them.</summary>
    [Theory]
    [InlineData("made")]
    [InlineData("reported")]
    [InlineData("ended")]
    public async Task Killed_in_each_phase_of_every_run_it_ends_the_same_and_makes_no_second_Job(string phase)
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        scene.Executor.Default = async pod =>
        {
            if (phase == "made")
                await AnewAsync(scene);
            if (phase != "ended")
            {
                await pod.RunAsync();
                var report = scene.Lake.Run(pod.Plan!);
                await Plays.ReportAsync(pod, report);
                if (phase == "reported")
                    await AnewAsync(scene);
                if (pod.Plan!.Ingestion is not null)
                {
                    await Plays.ReportAsync(pod, report with { CompletionTime = TimeProvider.System.GetUtcNow() });
                    await Plays.UntilTerminatedAsync(pod);
                }

                await pod.EndAsync(0, Pipelines.Reports.TerminationMessage.Write(report));
                return;
            }

            await Plays.Work(scene.Lake)(pod);
            await AnewAsync(scene);
        };
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Transformation("gold", "gold.days", "SELECT count(*) AS n FROM silver.silver"),
            Documents.Check("rows", "gold.days"));
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var gold = await scene.Transformation("gold").BecomesAsync("Succeeded");
        Assert.Equal(("0", "10", "Succeeded"), (gold["output.version"], gold["output.rows"], gold["lastRun.result"]));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.EventuallyAsync(async () => (await scene.ListAsync("Job")).Count == 0, "the end of all Jobs");
        var made = scene.Audit!.WritesIn(scene.Namespace).Where(request => request is { Verb: "create", Resource: "jobs", Code: 201 }).Select(request => request.Name!).ToList();
        Assert.Equal(Resources.Order(StringComparer.Ordinal), made.Select(name => name[..name.LastIndexOf('-')]).Order(StringComparer.Ordinal));
    }

    /// <summary>A lease is for those that ask for it; without, a process that was paused finds what another did and does nothing twice.</summary>
    [Fact]
    public async Task SIGTERM_ends_it_well_and_the_next_goes_on()
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        var release = new TaskCompletionSource();
        scene.Lakehouse().Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().PodAsync();
        Assert.Equal(0, await scene.Operator.StopAsync());
        release.SetResult();
        await scene.Operator.BeginAsync();
        await scene.Lakehouse().BecomesAsync("Ready");
        Assert.Equal(1, scene.Lakehouse().Pods);
        Assert.DoesNotContain("Unhandled", string.Join('\n', scene.Operator.Log), StringComparison.Ordinal);
    }

    private static async Task AnewAsync(Scene scene)
    {
        await scene.Gate.WaitAsync();
        try
        {
            await scene.Operator.KillAsync();
            await scene.Operator.BeginAsync();
        }
        finally
        {
            scene.Gate.Release();
        }
    }
}
