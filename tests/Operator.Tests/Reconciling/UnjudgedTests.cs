using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>A namespace while the SQL worker beside the operator does not answer.</summary>
public sealed class UnjudgedTests
{
    private const ResourceKind Ts = ResourceKind.Transformation;
    private const ResourceKind Igs = ResourceKind.Ingestion;
    private const ResourceKind Qcs = ResourceKind.QualityCheck;
    private const string RowGate = "{'name':'no-x','rows':{'failing':'order_id = 1'}}";

    private static Scene Running(Action<Scene>? more = null)
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Cluster.Apply(Ts, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Cluster.Apply(Ts, "gold", Specs.Select("gold.orders", "silver.orders"));
        more?.Invoke(scene);
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Ts, "gold"));
        return scene;
    }

    [Fact]
    public void What_was_judged_before_goes_on_and_what_is_new_is_told_as_unknown_until_the_worker_is_back()
    {
        var scene = Running();
        scene.Judge.IsAway = true;
        scene.Cluster.Apply(Ts, "new", Specs.Select("gold.new", "silver.orders", more: ",'partitionBy':[]").Replace("SELECT order_id", "SELECT 1", StringComparison.Ordinal));
        scene.Lake.Write("bronze.orders");
        scene.Settle();

        Assert.Equal("Unknown/Pending", scene.Ready(Ts, "new"));
        Assert.Contains("SQL worker", scene.Condition(Ts, "new").Message, StringComparison.Ordinal);
        Assert.Equal(ConditionStatus.True, scene.Condition(Ts, "new", "Reconciling").Status);
        Assert.DoesNotContain("gold.new", scene.Lake.Tables.Keys);
        Assert.Equal(("True/Succeeded", 2L), (scene.Ready(Ts, "gold"), scene.Transformation("gold").Output!.Version));

        scene.Judge.IsAway = false;
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Ts, "new"));
    }

    [Fact]
    public void An_operator_that_was_started_anew_leaves_every_status_as_it_was_and_starts_nothing()
    {
        var scene = Running(static scene => scene.Cluster.Apply(Ts, "wrong", Specs.Select("gold.wrong", "silver.orders WRONG")));
        var before = new[] { "silver", "gold", "wrong" }.Select(name => scene.Condition(Ts, name)).ToList();
        Assert.Equal("False/SqlInvalid", scene.Ready(Ts, "wrong"));
        scene.Judge.IsAway = true;
        scene.Restart();
        scene.Lake.Write("bronze.orders");
        var commits = scene.Lake.Commits.Count;
        scene.Settle();

        Assert.Equal(before, new[] { "silver", "gold", "wrong" }.Select(name => scene.Condition(Ts, name)));
        Assert.Equal(ConditionStatus.True, scene.Condition(Ts, "wrong", "Stalled").Status);
        Assert.Equal(commits, scene.Lake.Commits.Count);
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));

        scene.Judge.IsAway = false;
        scene.Settle();
        Assert.Equal(commits + 2, scene.Lake.Commits.Count);
    }

    [Fact]
    public void An_edited_text_waits_and_so_does_what_hangs_on_its_columns_and_the_old_text_is_as_good_as_before()
    {
        var scene = Running();
        scene.Judge.IsAway = true;
        scene.Cluster.Apply(Ts, "silver", Specs.Select("silver.orders", "bronze.orders").Replace("SELECT order_id", "SELECT 2", StringComparison.Ordinal));
        scene.Settle();
        Assert.Equal("Unknown/Pending", scene.Ready(Ts, "silver"));
        Assert.Equal("True/Succeeded", scene.Ready(Ts, "gold"));

        scene.Cluster.Apply(Ts, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Ts, "silver"));
    }

    [Fact]
    public void A_run_that_is_under_way_ends_in_the_status_and_its_Job_goes()
    {
        var scene = Running();
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Pass(TimeSpan.FromSeconds(11));
        scene.Look();
        scene.Kubelet.Begin();
        Assert.Single(scene.Cluster.Jobs);
        scene.Judge.IsAway = true;
        scene.Restart();
        scene.Look();
        Assert.EndsWith("/Running", scene.Ready(Ts, "silver"), StringComparison.Ordinal);
        scene.Settle();

        Assert.Empty(scene.Cluster.Jobs);
        Assert.Equal(("True/Succeeded", 2L), (scene.Ready(Ts, "silver"), scene.Transformation("silver").Output!.Version));
    }

    [Fact]
    public void Suspending_and_deleting_go_on()
    {
        var scene = Running(static scene => scene.Cluster.Apply(Ts, "dropped", Specs.Select("gold.dropped", "silver.orders", ",'deletionPolicy':'Delete'")));
        scene.Judge.IsAway = true;
        scene.Restart();
        scene.Cluster.Apply(Ts, "silver", Specs.Select("silver.orders", "bronze.orders", ",'suspend':true"));
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: ",'suspend':true"));
        scene.Cluster.Delete(Ts, "dropped");
        scene.Settle();

        Assert.Equal("True/Suspended", scene.Ready(Ts, "silver"));
        Assert.Equal("True/Suspended", scene.Ready(Igs, "orders"));
        Assert.Equal(0, scene.Cluster.Deployments.Values.Single().Spec!.Replicas);
        Assert.DoesNotContain((Ts, "dropped"), scene.Cluster.Resources.Keys);
        Assert.DoesNotContain("gold.dropped", scene.Lake.Tables.Keys);
    }

    [Fact]
    public void A_gate_that_nobody_has_judged_lets_nothing_pass_and_the_stream_reads_on_as_it_was()
    {
        var scene = Running();
        var before = scene.Cluster.Deployments.Values.Single().Metadata.Generation;
        scene.Judge.IsAway = true;
        scene.Cluster.Apply(Qcs, "rows", Specs.Gate("bronze.orders", RowGate));
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(url: "redis://another:6379/0"));
        scene.Cluster.Apply(Igs, "gated", Specs.Stream("bronze.gated"));
        scene.Cluster.Apply(Qcs, "gate", Specs.Gate("bronze.gated", RowGate));
        scene.Settle();

        Assert.Equal("Unknown/Pending", scene.Ready(Qcs, "rows"));
        Assert.Equal(before, scene.Cluster.Deployments.Values.Single().Metadata.Generation);
        Assert.Equal(("Unknown/CatchingUp", "Unknown/CatchingUp"), (scene.Ready(Igs, "orders"), scene.Ready(Igs, "gated")));
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: ",'suspend':true"));
        scene.Settle();
        Assert.Equal(("True/Suspended", 0), (scene.Ready(Igs, "orders"), scene.Cluster.Deployments.Count));

        scene.Judge.IsAway = false;
        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Settle();
        Assert.Equal(("True/Streaming", "True/Streaming", 2), (scene.Ready(Igs, "orders"), scene.Ready(Igs, "gated"), scene.Cluster.Deployments.Count));
    }

    [Fact]
    public void A_new_gate_of_a_Transformation_holds_it_until_it_was_judged()
    {
        var scene = Running();
        scene.Judge.IsAway = true;
        scene.Cluster.Apply(Qcs, "gate", Specs.Gate("silver.orders", "{'name':'m','metric':{'expression':'count(*)','min':1}}"));
        scene.Restart();
        scene.Lake.Write("bronze.orders");
        var commits = scene.Lake.Commits.Count;
        scene.Settle();
        Assert.Equal(("Unknown/Pending", commits), (scene.Ready(Qcs, "gate"), scene.Lake.Commits.Count));
        scene.Judge.IsAway = false;
        scene.Settle();

        Assert.Equal("True/Succeeded", scene.Ready(Ts, "silver"));
        Assert.Equal("True/Evaluated", scene.Ready(Qcs, "gate"));
        Assert.True(scene.Lake.Commits.Count > commits);
    }
}
