using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class StreamObjectsTests
{
    private static ResourceItem Item(long generation = 1) => Plans.Item(ResourceKind.Ingestion, "orders", Specs.Stream(), generation);

    private static Deployment Of(ResourceItem item, string url = "redis://redis.shop:6379/0", int replicas = 1, PodDemands? demands = null) =>
        StreamObjects.DeploymentOf(item, Plans.Stream(url), "main", demands ?? Plans.Demands(), Plans.Setting, replicas, item.Effective);

    [Fact]
    public void A_stream_is_one_replica_that_is_never_doubled()
    {
        var spec = Of(Item()).Spec!;

        Assert.Equal((1, "Recreate", 0), (spec.Replicas, spec.Strategy!.Type, spec.RevisionHistoryLimit));
        Assert.Equal("Always", spec.Template!.Spec!.RestartPolicy);
    }

    [Fact]
    public void Name_and_selector_never_change_with_the_spec_and_select_its_own_pods()
    {
        var (before, after) = (Of(Item()), Of(Item(7), "redis://another:6379/0", 0, Plans.Demands() with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["lakehouse.dev/kind"] = "forged" } }));

        Assert.Equal(before.Metadata.Name, after.Metadata.Name);
        Assert.Equal(before.Spec!.Selector!.MatchLabels, after.Spec!.Selector!.MatchLabels);
        Assert.All([before, after], one => Assert.Subset(one.Spec!.Template!.Metadata!.Labels!.ToHashSet(), one.Spec.Selector!.MatchLabels!.ToHashSet()));
        Assert.Null(before.Metadata.Uid);
    }

    [Fact]
    public void Selectors_of_two_streams_differ()
    {
        var other = Plans.Item(ResourceKind.Ingestion, "refunds", Specs.Stream());

        Assert.NotEqual(Of(Item()).Spec!.Selector!.MatchLabels!.ToHashSet(), Of(other).Spec!.Selector!.MatchLabels!.ToHashSet());
    }

    [Fact]
    public void Another_plan_is_another_map_and_another_template_and_the_same_plan_neither()
    {
        Assert.Equal(Template(Of(Item())), Template(Of(Item(2))));
        Assert.NotEqual(Template(Of(Item())), Template(Of(Item(), "redis://another:6379/0")));
        Assert.NotEqual(StreamObjects.PlanNameOf(Item(), Plans.Stream()), StreamObjects.PlanNameOf(Item(), Plans.Stream("redis://another:6379/0")));

        static string Template(Deployment deployment) => JsonSerializer.Serialize(deployment.Spec, KubernetesJson.Default.DeploymentSpec);
    }

    [Fact]
    public void What_a_Deployment_was_made_for_is_read_back_from_it()
    {
        var made = Of(Item(4));
        var read = StreamItem.Of(made with
        {
            Metadata = made.Metadata with { Uid = "u", Generation = 3 }, Status = new DeploymentStatus { ObservedGeneration = 3, Replicas = 1, UpdatedReplicas = 1 },
        })!;

        Assert.Equal((Item().Uid, "4", 1, 3L, true), (read.OwnerUid, read.MadeFor, read.Replicas, read.Generation, read.IsRolledOut));
        Assert.Equal(StreamObjects.PlanNameOf(Item(), Plans.Stream()), read.PlanName);
        Assert.Null(StreamItem.Of(made with { Metadata = made.Metadata with { OwnerReferences = null } }));
    }

    [Fact]
    public void What_marks_a_Deployment_is_no_part_of_its_template_and_is_read_back()
    {
        var made = Of(Item());
        var marked = StreamObjects.Marked(made with { Metadata = made.Metadata with { Generation = 1 } }, "source", "template");
        var read = StreamItem.Of(marked with { Status = new DeploymentStatus { ObservedGeneration = 1, Replicas = 1, UpdatedReplicas = 1, AvailableReplicas = 1 } })!;

        Assert.Equal(StreamObjects.TemplateHashOf(made), StreamObjects.TemplateHashOf(marked));
        Assert.Equal(("source", "template", true, "1"), (read.Source, read.Template, read.IsAvailable, read.MadeFor));
        Assert.False(StreamItem.Of(marked with { Status = new DeploymentStatus { ObservedGeneration = 1, Replicas = 1, UpdatedReplicas = 1 } })!.IsAvailable);
        Assert.NotEqual(
            StreamObjects.TemplateHashOf(made),
            StreamObjects.TemplateHashOf(StreamObjects.DeploymentOf(Item(), Plans.Stream(), "main", Plans.Demands(), Plans.Setting with { Image = "registry/runner:9" }, 1, "1")));
    }

    [Theory]
    [InlineData(2, 1, 1, false)]
    [InlineData(3, 2, 1, false)]
    [InlineData(3, 0, 0, false)]
    [InlineData(3, 1, 1, true)]
    public void A_rollout_is_over_when_the_controller_has_seen_it_and_no_older_pod_is_left(long observed, int replicas, int updated, bool over)
    {
        var made = Of(Item());

        Assert.Equal(over, StreamItem.Of(made with
        {
            Metadata = made.Metadata with { Generation = 3 }, Status = new DeploymentStatus { ObservedGeneration = observed, Replicas = replicas, UpdatedReplicas = updated },
        })!.IsRolledOut);
    }
}
