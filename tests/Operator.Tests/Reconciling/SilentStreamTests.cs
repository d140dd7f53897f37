using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Streams that nothing is heard of, and streams whose Lakehouse is gone.</summary>
public sealed class SilentStreamTests
{
    private const ResourceKind Igs = ResourceKind.Ingestion;

    private static Scene Running()
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Settle();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        return scene;
    }

    [Fact]
    public void A_stream_that_falls_silent_is_unknown_when_the_operator_comes_back_for_it_and_ready_with_its_next_word()
    {
        var scene = Running();
        scene.Look();
        Assert.InRange(scene.Again!.Value - scene.Cluster.Now, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        scene.Cluster.Now = scene.Again!.Value;
        scene.Look();

        Assert.Equal("Unknown/StatusUnknown", scene.Ready(Igs, "orders"));
        Assert.Equal(ConditionStatus.Unknown, scene.Condition(Igs, "orders", "SourceConnected").Status);
        Assert.Equal(10, scene.Ingestion("orders").Rows);
        var writes = scene.Cluster.Writes.Count;
        scene.Pass(TimeSpan.FromHours(1));
        scene.Look();
        Assert.Equal(writes, scene.Cluster.Writes.Count);

        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    [Fact]
    public void A_pods_clock_that_is_hours_behind_makes_it_neither_silent_nor_heard()
    {
        var scene = Running();
        for (var i = 0; i < 20; i++)
        {
            scene.Pass(TimeSpan.FromSeconds(10));
            var now = scene.Cluster.Now;
            scene.Cluster.Now = now.AddHours(-3);
            var told = new List<Pipelines.Reports.RunReport>();
            scene.Kubelet.Stream(told.Add);
            scene.Cluster.Now = now;
            scene.Take(told.Single());
            scene.Look();
            Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        }
    }

    [Fact]
    public void A_new_operator_leaves_what_is_said_of_a_running_stream_until_it_must_have_heard_of_it()
    {
        var scene = Running();
        scene.Restart();
        scene.Pass(TimeSpan.FromSeconds(5));
        scene.Look();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        Assert.Equal(ConditionStatus.True, scene.Condition(Igs, "orders", ConditionTypes.SourceConnected).Status);
        Assert.InRange(scene.Again!.Value - scene.Cluster.Now, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        scene.Cluster.Now = scene.Again!.Value;
        scene.Look();
        Assert.Equal("Unknown/StatusUnknown", scene.Ready(Igs, "orders"));
        Assert.Equal(ConditionStatus.Unknown, scene.Condition(Igs, "orders", ConditionTypes.SourceConnected).Status);
    }

    [Fact]
    public void A_pod_that_is_made_anew_is_starting()
    {
        var scene = Running();
        scene.Pass(TimeSpan.FromSeconds(5));
        scene.Cluster.Pods.Clear();
        scene.Restart();
        scene.Look();

        Assert.EndsWith("/CatchingUp", scene.Ready(Igs, "orders"), StringComparison.Ordinal);
        Assert.Equal(ConditionStatus.True, scene.Condition(Igs, "orders", "Reconciling").Status);
    }

    [Fact]
    public void A_stream_ends_with_its_Lakehouse_and_comes_back_with_it()
    {
        var scene = Running();
        scene.Cluster.Resources.Remove((ResourceKind.Lakehouse, "main"));
        scene.Cluster.Collect();
        scene.Settle();
        Assert.Empty(scene.Cluster.Deployments);
        Assert.Equal("False/LakehouseNotReady", scene.Ready(Igs, "orders"));

        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Settle();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{'storage':{'s3':{'bucket':'lake','nonsense':1}}}")]
    public void A_Lakehouse_with_errors_stops_no_stream_but_one_that_is_suspended(string spec)
    {
        var scene = Running();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", spec);
        scene.Settle();
        Assert.Equal(1, Assert.Single(scene.Cluster.Deployments.Values).Spec!.Replicas);

        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: ",'suspend':true"));
        scene.Settle();
        Assert.Empty(scene.Cluster.Deployments);
    }
}
