using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Causes that come again, runs that are told to end, and clocks that jump.</summary>
public sealed class RepeatedCauseTests
{
    private const ResourceKind Xf = ResourceKind.Transformation;
    private const ResourceKind Qc = ResourceKind.QualityCheck;
    private const string One = "{'name':'has-rows','rowCount':{'min':1}}";
    private const string Two = "{'name':'has-rows','rowCount':{'min':2}}";

    private static Scene Settled()
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Cluster.Apply(Qc, "silver", Specs.Gate("silver.orders", One));
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        return scene;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gate_that_is_edited_and_put_back_judges_each_time(bool restarts)
    {
        var scene = Settled();
        var runs = new List<string> { scene.Transformation("silver").LastRun!.JobUid! };
        foreach (var checks in new[] { Two, One, Two, One })
        {
            scene.Cluster.Apply(Qc, "silver", Specs.Gate("silver.orders", checks));
            if (restarts)
                scene.Restart();
            scene.Settle();
            Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
            Assert.Equal("True/Evaluated", scene.Ready(Qc, "silver"));
            Assert.Equal(scene.Cluster.Resources[(Qc, "silver")].Metadata.Generation, scene.Condition(Qc, "silver", "Passed").ObservedGeneration);
            runs.Add(scene.Transformation("silver").LastRun!.JobUid!);
        }

        Assert.Equal(runs.Count, runs.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(scene.Cluster.Jobs);
    }

    [Fact]
    public void A_run_that_is_told_to_end_again_and_again_uses_up_no_attempt()
    {
        var scene = Settled();
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        for (var i = 0; i < 6; i++)
        {
            while (!scene.JobsOf(Xf, "silver").Any())
            {
                scene.Cluster.Now = scene.Again!.Value;
                scene.Kubelet.Stream(scene.Take);
                scene.Look();
            }

            scene.Kubelet.Begin();
            var job = scene.JobOf(Xf, "silver");
            Assert.Equal("1", job.Metadata.Annotations!["lakehouse.dev/attempt"]);
            var plan = scene.Cluster.PlanOf(job.Metadata.Name!);
            scene.Take(new RunReport(1, plan.RunId, plan.Kind, plan.Namespace, plan.Name, RunResult.Failed, scene.Cluster.Now, scene.Cluster.Now, new RunError(RunCodes.Interrupted.Id, RunCodes.Interrupted.Exit, "drained")));
            scene.Kubelet.End(job.Metadata.Name!, (int)RunnerExit.Store);
            scene.Look();
            scene.Look();
        }

        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.Equal(1, scene.Transformation("silver").LastRun!.Attempt);
        Assert.All(scene.Transformation("silver").History!.Take(2), run => Assert.Equal(1, run.Attempt));
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(-86400 * 400)]
    [InlineData(86400 * 400)]
    public void A_clock_that_jumps_stops_nothing(int seconds)
    {
        var scene = Settled();
        scene.Cluster.Now = scene.Cluster.Now.AddSeconds(seconds);
        scene.Restart();
        scene.Lake.Write("bronze.orders");
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.Equal(2, scene.Lake.Tables["silver.orders"].Version);

        // Also where the first try of a run fails, and a pause is measured.
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        scene.Kubelet.Begin();
        scene.Kubelet.Lose(scene.JobOf(Xf, "silver").Metadata.Name!);
        scene.Look();
        scene.Cluster.Now = scene.Cluster.Now.AddSeconds(-seconds);
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.Equal(3, scene.Lake.Tables["silver.orders"].Version);
    }

    [Fact]
    public void Children_of_a_resource_that_was_made_anew_before_they_went_are_not_its_own()
    {
        var scene = Settled();
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        scene.Kubelet.Begin();
        var old = scene.JobOf(Xf, "silver");

        // The garbage collector comes late.
        scene.Cluster.Resources.Remove((Xf, "silver"));
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Look();
        scene.Look();
        Assert.Contains(scene.Cluster.Jobs.Values, job => job.Metadata.Uid == old.Metadata.Uid);
        Assert.NotEqual(old.Metadata.Name, scene.JobOf(Xf, "silver").Metadata.Name);
        Assert.Null(scene.Transformation("silver").LastRun);

        scene.Cluster.Collect();
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.NotEqual(old.Metadata.Uid, scene.Transformation("silver").LastRun!.JobUid);
    }
}
