using System.Globalization;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>The operator writes what changes and nothing else.</summary>
public sealed class QuietTests(LoneCluster cluster)
{
    [Fact]
    public async Task Once_everything_is_as_it_should_be_nothing_is_written()
    {
        await using var scene = await ConvergedAsync();
        var before = scene.Audit!.WritesIn(scene.Namespace).Count;
        for (var i = 0; i < 5; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            await LookAsync(scene, () => scene.Lakehouse().AnnotateAsync("example.org/look", value));
            await LookAsync(scene, () => scene.Transformation("silver").AnnotateAsync("example.org/look", value));
            await LookAsync(scene, async () => await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events", rows: null));
        }

        Assert.Equal([], scene.Audit!.WritesIn(scene.Namespace).Skip(before).Select(request => request.ToString()));

        // Nor by the next process, which finds it so.
        await scene.Operator.KillAsync();
        await scene.Operator.BeginAsync();
        for (var i = 0; i < 3; i++)
            await LookAsync(scene, async () => await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events", rows: null));
        Assert.Equal([], scene.Audit!.WritesIn(scene.Namespace).Skip(before).Where(request => request is not { Verb: "patch", Resource: "deployments" or "networkpolicies" }).Select(request => request.ToString()));
        Assert.Equal("1", (await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["generation"]!.ToString());
    }

    [Fact]
    public async Task A_run_costs_five_writes_at_most()
    {
        await using var scene = await ConvergedAsync();
        var before = scene.Audit!.WritesIn(scene.Namespace).Count;
        for (var i = 0; i < 4; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            await scene.Transformation("silver").RequestAsync(value);
            await scene.Transformation("silver").UntilAsync(one => one["lastHandledRequest"] == value && one.Reason() == "Succeeded", "the request is answered");
            await scene.Transformation("silver").SettledAsync();
        }

        var writes = scene.Audit!.WritesIn(scene.Namespace).Skip(before).Select(request => request.ToString()).ToList();
        TestContext.Current.SendDiagnosticMessage($"{writes.Count / 4.0} writes a run");
        Assert.True(writes.Count <= 20, string.Join('\n', writes));
    }

    [Fact]
    public async Task A_spec_that_is_wrong_is_told_once_and_looked_at_no_more()
    {
        await using var scene = await ConvergedAsync();
        await scene.ApplyAsync(Documents.Transformation("bad", "silver.bad", "SELECT nothing FROM bronze.events"));
        await scene.Transformation("bad").BecomesAsync("SqlInvalid");
        await scene.EventuallyAsync(async () => (await scene.Transformation("bad").EventsAsync()).Count > 0, "an Event");
        var before = scene.Audit!.WritesIn(scene.Namespace).Count;
        foreach (var value in new[] { "once", "once more" })
            await LookAsync(scene, () => scene.Transformation("bad").AnnotateAsync("example.org/look", value));
        Assert.Equal(before, scene.Audit!.WritesIn(scene.Namespace).Count);
        Assert.Single(await scene.Transformation("bad").EventsAsync());
    }

    private async Task<Scene> ConvergedAsync()
    {
        var scene = await Scene.BeginAloneAsync(cluster);
        try
        {
            await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("rows", "silver.silver"));
            await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
            await scene.Ingestion("events").BecomesAsync("Streaming");
            await scene.EventuallyAsync(async () => (await scene.ListAsync("Job")).Count == 0, "the end of all Jobs");

            // Counters are written every ten seconds at most: the last of them is there once nothing is held back.
            await scene.EventuallyAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > LastWrite(scene) + TimeSpan.FromSeconds(11)), "rest");
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    private static DateTimeOffset LastWrite(Scene scene) => scene.Audit!.WritesIn(scene.Namespace)[^1].Time;

    /// <summary>Does what makes the operator look again, and waits until it has.</summary>
    private static async Task LookAsync(Scene scene, Func<Task> nudge)
    {
        var before = await ReconcilesAsync(scene);
        await nudge();
        await scene.EventuallyAsync(async () => await ReconcilesAsync(scene) > before, "another look");
    }

    private static async Task<double> ReconcilesAsync(Scene scene) => await scene.Operator.MetricAsync("controller_runtime_reconcile_total") ?? 0;
}
