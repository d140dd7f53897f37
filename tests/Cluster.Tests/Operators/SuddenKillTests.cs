using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>Kills at moments that nobody chose.</summary>
public sealed class SuddenKillTests(LoneCluster cluster)
{
    private const int Lives = 6;

    /// <summary>Each life begins with a process that starts, which a busy machine takes its time for.</summary>
    private static readonly TimeSpan AllLives = TimeSpan.FromMinutes(10);

    private static readonly string[] Steps = ["step-1", "step-2", "step-3", "step-4"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task However_often_the_operator_is_killed_each_cause_has_one_run_that_writes(int seed)
    {
        await using var scene = await Scene.BeginAloneAsync(cluster);
        var random = new Random(seed);
        using var calm = new CancellationTokenSource();
        var killing = KillAsync(scene, random, calm.Token);
        await scene.ApplyAsync([Documents.Lakehouse, Documents.Ingestion(), .. Documents.Chain(4), Documents.Check("gate", "silver.step_3", "Gate"), Documents.Check("rows", "silver.step_4")]);
        await scene.Transformation("step-4").UntilAsync(one => one.Reason() == "Succeeded", "the last is there", AllLives);
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("step-4").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the last follows", AllLives);
        await calm.CancelAsync();
        await killing;
        await scene.QualityCheck("rows").UntilAsync(one => one["version"] == "1" && one.Holds("Passed") == "True", "the newest version is judged");
        await scene.QualityCheck("gate").UntilAsync(one => one["version"] == "1" && one.Holds("Passed") == "True", "the gate has judged the newest version");
        await scene.EventuallyAsync(async () => (await scene.ListAsync("Job")).Count == 0, "the end of all Jobs");

        // Two versions of each table, and for each of them one Job: a result that was lost with the operator was in the pod's last words.
        Assert.All(Steps, step => Assert.Equal(1L, scene.Lake.DataVersionOf($"silver.{step.Replace('-', '_')}")));
        var made = scene.Audit!.WritesIn(scene.Namespace).Where(request => request is { Verb: "create", Resource: "jobs", Code: 201 }).Select(request => request.Name![..request.Name!.LastIndexOf('-')]).ToList();
        Assert.All(Steps, step => Assert.Equal(2, made.Count(name => name == step)));
        Assert.Equal(1, made.Count(name => name == "main"));
        Assert.Single(await scene.ListAsync("Deployment"));
        Assert.Equal(1, scene.Ingestion("events").Pods);
        await scene.RestsAsync(3, "everything is as it should be");
    }

    /// <summary>After so many writes of each life, and so at another moment each time, however fast the machine is.</summary>
    private static async Task KillAsync(Scene scene, Random random, CancellationToken calm)
    {
        try
        {
            for (var life = 0; life < Lives; life++)
            {
                var enough = scene.Audit!.WritesIn(scene.Namespace).Count + random.Next(1, 7);
                while (scene.Audit.WritesIn(scene.Namespace).Count < enough)
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 200)), TimeProvider.System, calm);
                await scene.Operator.KillAsync();
                await scene.Operator.BeginAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // There is nothing left to interrupt.
        }
    }
}
