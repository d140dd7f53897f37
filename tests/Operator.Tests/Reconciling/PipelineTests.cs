using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Whole namespaces, from nothing to the last table.</summary>
public sealed class PipelineTests
{
    private const ResourceKind Lh = ResourceKind.Lakehouse;
    private const ResourceKind Igs = ResourceKind.Ingestion;
    private const ResourceKind Xf = ResourceKind.Transformation;
    private const ResourceKind Qc = ResourceKind.QualityCheck;

    private static Scene Shop()
    {
        var scene = new Scene();
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse);
        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Cluster.Apply(Xf, "left", Specs.Select("gold.left_side", "silver.orders"));
        scene.Cluster.Apply(Xf, "right", Specs.Select("gold.right_side", "silver.orders"));
        scene.Cluster.Apply(Xf, "both", Specs.Select("gold.both", "gold.left_side JOIN gold.right_side"));
        scene.Cluster.Apply(Qc, "silver", Specs.Gate("silver.orders"));
        scene.Cluster.Apply(Qc, "both", Specs.Gate("gold.both", enforcement: "Report"));
        return scene;
    }

    [Fact]
    public void A_pipeline_runs_from_its_store_to_its_last_check_and_then_nothing_is_written_any_more()
    {
        var scene = Shop();
        scene.Settle();

        Assert.Equal("True/Ready", scene.Ready(Lh, "main"));
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        Assert.All(["silver", "left", "right", "both"], name => Assert.Equal("True/Succeeded", scene.Ready(Xf, name)));
        Assert.All(["silver", "both"], name => Assert.Equal("True/Evaluated", scene.Ready(Qc, name)));
        Assert.Empty(scene.Cluster.Jobs);
        Assert.Equal(4, scene.Lake.Commits.Count);
        var writes = scene.Cluster.Writes.Count;
        for (var i = 0; i < 30; i++)
        {
            scene.Look();
            scene.Pass(TimeSpan.FromSeconds(7));
        }

        // Nothing is heard of the stream meanwhile, and that is told.
        Assert.All(scene.Cluster.Writes.Skip(writes), write => Assert.Equal("status Ingestion/orders", write));
        Assert.True(scene.Cluster.Writes.Count - writes <= 2);
    }

    [Fact]
    public void A_diamond_runs_once_for_each_new_version_of_its_top()
    {
        var scene = Shop();
        scene.Settle();
        scene.Lake.Commits.Clear();
        scene.Lake.Write("bronze.orders");
        scene.Settle();

        Assert.Equal(["gold.both", "gold.left_side", "gold.right_side", "silver.orders"], scene.Lake.Commits.Select(commit => commit.Split('@')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_operator_over_a_settled_namespace_writes_no_status_and_starts_nothing()
    {
        var scene = Shop();
        scene.Settle();
        scene.Restart();
        scene.Kubelet.Stream(scene.Take);
        var before = scene.Cluster.Writes.Count;
        scene.Look();
        scene.Look();

        Assert.All(scene.Cluster.Writes.Skip(before), write => Assert.True(write.StartsWith("apply", StringComparison.Ordinal) || write.StartsWith("create map", StringComparison.Ordinal) || write.StartsWith("status Ingestion", StringComparison.Ordinal), write));
        Assert.Empty(scene.Cluster.Jobs);
    }

    [Fact]
    public void A_gates_findings_are_in_its_status_before_the_Job_that_tells_them_goes()
    {
        var scene = Shop();
        scene.Dies = write =>
        {
            if (write.StartsWith("delete job silver-", StringComparison.Ordinal))
                Assert.NotNull(scene.Check("silver").Summary);
        };
        scene.Settle();

        Assert.Equal("1/1", scene.Check("silver").Summary!.Ratio);
        Assert.Equal(Pipelines.Statuses.ConditionStatus.True, scene.Condition(Qc, "silver", "Passed").Status);
        Assert.Null(scene.Check("silver").LastRun);
    }

    [Fact]
    public void A_gate_that_fails_blocks_its_table_and_nothing_below_it_runs()
    {
        var scene = Shop();
        scene.Settle();
        scene.Lake.Commits.Clear();
        scene.Lake.Outcome = check => check == "silver" ? CheckOutcome.Failed : CheckOutcome.Passed;
        scene.Lake.Write("bronze.orders");
        scene.Settle();

        Assert.Equal("False/Blocked", scene.Ready(Xf, "silver"));
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "left"));
        Assert.Equal(Pipelines.Statuses.ConditionStatus.False, scene.Condition(Qc, "silver", "Passed").Status);
        Assert.Empty(scene.Lake.Commits);
        Assert.Empty(scene.Cluster.Jobs);

        scene.Lake.Outcome = static _ => CheckOutcome.Passed;
        scene.Lake.Write("bronze.orders");
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.Equal(Pipelines.Statuses.ConditionStatus.True, scene.Condition(Qc, "silver", "Passed").Status);
        Assert.Equal(4, scene.Lake.Commits.Count);
    }

    /// <summary>A pod with more cores than the others uses them.</summary>
    [Theory]
    [InlineData("", 2)]
    [InlineData(",'runner':{'resources':{'limits':{'cpu':'7500m'}}}", 8)]
    [InlineData(",'runner':{'resources':{}}", 4)]
    [InlineData(",'runner':{'resources':{'limits':{'cpu':'7500m'}}},'execution':{'threads':3}", 3)]
    public void Threads_are_the_cores_that_the_pod_may_use(string own, int threads)
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse[..^1] + ",'runner':{'resources':{'limits':{'cpu':'2'}}}}");
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Settle();
        scene.Cluster.Apply(ResourceKind.Transformation, "silver", Specs.Select("silver.orders", "bronze.orders", own));
        scene.Look();

        Assert.Equal(threads, scene.Cluster.PlanOf(scene.JobOf(ResourceKind.Transformation, "silver").Metadata.Name!).Limits.Threads);
    }
}
