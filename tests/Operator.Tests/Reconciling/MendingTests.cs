using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>What goes on, and what comes right by itself, where something is wrong.</summary>
public sealed class MendingTests
{
    private const ResourceKind Lh = ResourceKind.Lakehouse;
    private const ResourceKind Igs = ResourceKind.Ingestion;
    private const ResourceKind Xf = ResourceKind.Transformation;

    private static Scene Settled(string more = "")
    {
        var scene = new Scene();
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse);
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: more));
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders", more));
        scene.Settle();
        scene.Settle();
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        return scene;
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("spec")]
    public void A_stream_that_is_stalled_can_be_suspended(string why)
    {
        var scene = Settled();
        if (why == "gate")
            scene.Cluster.Apply(ResourceKind.QualityCheck, "orders", Specs.Gate("bronze.orders", "{'name':'typo','rowCount':{'mim':1}}"));
        var more = why == "spec" ? ",'commit':{'maxInterval':'-5s'}" : "";
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: more));
        scene.Settle();
        Assert.Equal("False/Invalid", scene.Ready(Igs, "orders"));
        Assert.Equal(1, Assert.Single(scene.Cluster.Deployments.Values).Spec!.Replicas);

        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: more + ",'suspend':true"));
        scene.Settle();
        Assert.DoesNotContain(scene.Cluster.Deployments.Values, one => one.Spec!.Replicas > 0);
    }

    [Fact]
    public void A_run_that_missed_a_Secret_is_made_again_once_the_store_is_found_to_be_fine()
    {
        var scene = Settled();
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        End(scene, Xf, "silver", RunCodes.SecretMissing);
        Assert.Equal("False/SecretMissing", scene.Ready(Xf, "silver"));

        // The Secret is still away: the Lakehouse says so too, and nothing runs in vain meanwhile.
        Await(scene, Lh, "main");
        Assert.Empty(scene.JobsOf(Xf, "silver"));
        End(scene, Lh, "main", RunCodes.SecretMissing);
        Assert.Equal("False/SecretMissing", scene.Ready(Lh, "main"));
        Assert.Empty(scene.JobsOf(Xf, "silver"));

        scene.Settle();
        Assert.Equal("True/Ready", scene.Ready(Lh, "main"));
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        Assert.Equal(1, scene.Transformation("silver").LastRun!.Attempt);
    }

    [Fact]
    public void A_Secret_that_only_the_store_does_not_miss_makes_no_hot_loop()
    {
        var scene = Settled();
        scene.Lake.Write("bronze.orders");
        scene.Kubelet.Stream(scene.Take);
        scene.Look();
        var start = scene.Cluster.Now;
        for (var i = 0; i < 5; i++)
        {
            Await(scene, Xf, "silver");
            End(scene, Xf, "silver", RunCodes.SecretMissing);
        }

        Assert.True(scene.Cluster.Now - start >= TimeSpan.FromSeconds(3 * 30), $"{scene.Cluster.Now - start}");
    }

    [Theory]
    [InlineData("{'storage':{'s3':{'bucket':'lake','nonsense':1}}}")]
    [InlineData("[]")]
    public void A_typo_in_the_Lakehouse_leaves_no_table_that_was_to_go(string spec)
    {
        var scene = Settled(",'deletionPolicy':'Delete'");
        Assert.Contains(Deletion.Finalizer, scene.Cluster.Resources[(Igs, "orders")].Metadata.Finalizers!);
        scene.Cluster.Apply(Lh, "main", spec);
        scene.Cluster.Delete(Igs, "orders");
        for (var i = 0; i < 5; i++)
            scene.Look();
        Assert.True(scene.Cluster.Resources.ContainsKey((Igs, "orders")));
        Assert.Empty(scene.Cluster.Deployments);

        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse);
        scene.Settle();
        Assert.False(scene.Cluster.Resources.ContainsKey((Igs, "orders")));
        Assert.False(scene.Lake.Tables.ContainsKey("bronze.orders"));
    }

    [Fact]
    public void It_is_not_waited_for_longer_than_ten_minutes()
    {
        var scene = Settled(",'deletionPolicy':'Delete'");
        scene.Cluster.Apply(Lh, "main", "[]");
        scene.Cluster.Delete(Igs, "orders");
        scene.Look();
        scene.Pass(TimeSpan.FromMinutes(11));
        scene.Look();

        scene.Cluster.Collect();
        Assert.False(scene.Cluster.Resources.ContainsKey((Igs, "orders")));
        Assert.Contains(scene.Notes, note => note.Reason == "TablesRetained");
    }

    [Theory]
    [InlineData("spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", "spec.runner.affinity")]
    [InlineData("spec.template.spec.containers[0].resources.requests", "spec.runner.resources")]
    [InlineData("spec.template.labels", "spec.runner.podMetadata.labels")]
    [InlineData("spec.egress[0].to[0].ipBlock.cidr", "spec.networkPolicy.egress")]
    [InlineData("spec.template.spec.volumes[0].name", null)]
    [InlineData(null, null)]
    public void What_makes_no_valid_object_is_told_by_the_field_it_came_from(string? field, string? ours)
    {
        Assert.Equal(ours, RefusedFields.Of([new StatusCause { Field = field, Reason = "FieldValueInvalid" }]));
        Assert.True(Standing.Of(new Setback(Setback.Invalid, "words", 1, default)).Stalled);
        Assert.False(Standing.Of(new Setback("JobRefused", "words", 1, default)).Stalled);
    }

    private static void Await(Scene scene, ResourceKind kind, string name)
    {
        for (var i = 0; !scene.JobsOf(kind, name).Any(); i++)
        {
            Assert.True(i < 200, $"no run of {kind}/{name}");
            scene.Kubelet.Begin();
            foreach (var other in scene.Cluster.Jobs.Values.Where(job => job.Status is null && scene.Cluster.PlanOf(job.Metadata.Name!).Kind != kind).ToList())
                Done(scene, other);
            scene.Kubelet.Stream(scene.Take);
            if (!scene.Look() && scene.Again is { } at)
                scene.Cluster.Now = at;
        }
    }

    private static void Done(Scene scene, Job job)
    {
        scene.Take(scene.Lake.Run(scene.Cluster.PlanOf(job.Metadata.Name!), scene.Cluster.Now, scene.Cluster.Now));
        scene.Kubelet.End(job.Metadata.Name!, 0);
    }

    private static void End(Scene scene, ResourceKind kind, string name, ErrorCode error)
    {
        scene.Kubelet.Begin();
        scene.Pass(TimeSpan.FromSeconds(1));
        var job = scene.JobOf(kind, name);
        var plan = scene.Cluster.PlanOf(job.Metadata.Name!);
        scene.Take(new RunReport(1, plan.RunId, plan.Kind, plan.Namespace, plan.Name, RunResult.Failed, scene.Cluster.Now, scene.Cluster.Now, new RunError(error.Id, error.Exit, "words")));
        scene.Kubelet.End(job.Metadata.Name!, (int)error.Exit);
        scene.Look();
        scene.Look();
    }
}
