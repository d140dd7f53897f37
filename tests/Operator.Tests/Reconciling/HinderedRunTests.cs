using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Runs that cannot start, and what mends them.</summary>
public sealed class HinderedRunTests
{
    private const ResourceKind Xf = ResourceKind.Transformation;

    /// <summary>Its image cannot be pulled.</summary>
    private static Scene Hindered(bool running = false)
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Settle();
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Look();
        scene.Look();
        scene.Kubelet.PodOf(
            scene.JobOf(Xf, "silver"),
            running ? new ContainerState { Running = new ContainerStateRunning { StartedAt = scene.Cluster.Now } } : new ContainerState { Waiting = new ContainerStateWaiting { Reason = "ImagePullBackOff", Message = "not found" } }, running ? "Running" : "Pending");
        scene.Look();
        Assert.Equal(running ? "False/Running" : "False/ImagePullFailed", scene.Ready(Xf, "silver"));
        return scene;
    }

    [Fact]
    public void It_waits_for_as_long_as_nothing_changes()
    {
        var scene = Hindered();
        var job = scene.JobOf(Xf, "silver").Metadata.Uid;
        scene.Pass(TimeSpan.FromMinutes(30));
        scene.Look();

        Assert.Equal(job, scene.JobOf(Xf, "silver").Metadata.Uid);
    }

    [Fact]
    public void Settings_of_the_Lakehouse_or_of_the_operator_that_changed_make_it_anew()
    {
        var scene = Hindered();
        var first = scene.JobOf(Xf, "silver").Metadata.Uid;
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse.TrimEnd()[..^1] + ",'runner':{'imagePullSecrets':[{'name':'registry'}]}}");
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.DoesNotContain(scene.Cluster.Jobs.Values, job => job.Metadata.Uid == first);
        Assert.Equal(1, scene.Transformation("silver").LastRun!.Attempt);

        scene = Hindered();
        first = scene.JobOf(Xf, "silver").Metadata.Uid;
        scene.Runner = scene.Runner with { Image = "registry/runner:2" };
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.DoesNotContain(scene.Cluster.Jobs.Values, job => job.Metadata.Uid == first);
    }

    [Fact]
    public void A_run_that_goes_on_is_not_touched_by_an_upgrade()
    {
        var scene = Hindered(running: true);
        var first = scene.JobOf(Xf, "silver").Metadata.Uid;
        scene.Runner = scene.Runner with { Image = "registry/runner:2" };
        scene.Look();
        scene.Look();

        Assert.Equal(first, scene.JobOf(Xf, "silver").Metadata.Uid);
    }

    [Fact]
    public void A_plan_that_somebody_deleted_under_a_run_ends_nothing()
    {
        var scene = Hindered(running: true);
        var job = scene.JobOf(Xf, "silver");
        scene.Cluster.Maps.Remove(job.Metadata.Name!);
        var writes = scene.Cluster.Writes.Count;
        scene.Look();
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders", more: ",'description':'edited'"));
        scene.Look();

        Assert.Equal(job.Metadata.Uid, scene.JobOf(Xf, "silver").Metadata.Uid);
        Assert.DoesNotContain(scene.Cluster.Writes.Skip(writes), write => write.Contains("delete", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_resource_that_was_made_anew_has_no_past()
    {
        var scene = Hindered();
        var memory = scene.Memory(Xf, "silver");
        memory.Setback = new Operator.Reconciling.Setback("JobRefused", "quota", 9, scene.Cluster.Now.AddHours(1));
        scene.Cluster.Resources.Remove((Xf, "silver"));
        scene.Cluster.Collect();
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));

        Assert.Null(scene.Memory(Xf, "silver").Setback);
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
    }

    [Fact]
    public void It_counts_as_started_from_its_first_container_on()
    {
        RunContainer waiting = new(RunPod.Runner, false, "ContainerCreating", null, null, null, 0, null);
        RunPod pod = new("shop", "p", "u", "r", default, false, "Pending", null, null, null, [waiting]);

        Assert.False(pod.HasStarted);
        Assert.True((pod with { Containers = [waiting with { Running = true }] }).HasStarted);
        Assert.True((pod with { Containers = [waiting with { LastEnd = new ContainerEnd(1, null, null, null, null) }] }).HasStarted);
    }
}
